import type { Candidate } from '../harness/domain/candidate.ts';
import type { LayerEntry } from '../harness/sandbox/layer.ts';
import type { PreparedImage } from '../harness/sandbox/sandbox.ts';
import type { DiffEntry, Store, TreeEntry } from '../harness/store/store.ts';
import { foldersAbove } from './path-filter.ts';
import { noProtection, type Protection } from './tests/protect/protection.ts';

type Written = Extract<DiffEntry, { kind: 'written' }>;

/** What turns the pristine image's workspace into the candidate's. */
export interface CandidateLayer {
  /** Written files and links, new folders before what they hold; contents are read as they are asked for. */
  entries: AsyncIterable<LayerEntry>;
  /** POSIX shell script that does the deletions, as the workspace's owner; ends with 1 where one is not possible. */
  deletions: string;
}

/**
 * The candidate's diff as a layer over the image. Every folder on the way to a written path that is none in the base is
 * sent itself, so that a file or symbolic link of the image that stands there is replaced and never followed.
 * What a protection keeps is neither written nor deleted, what it rewrites is written with that content; it must keep
 * whatever would take the place of what it keeps. `laidOver` are further paths, relative to the workspace, that are laid
 * over the candidate's afterwards: what stands there then is not the candidate's to delete. Throws `infrastructure`
 * where the store fails.
 */
export async function candidateLayer(
  store: Pick<Store, 'diff' | 'listTree' | 'readBlob'>,
  candidate: Pick<Candidate, 'base' | 'tree'>,
  image: Pick<PreparedImage, 'workdir' | 'user'>,
  { kept, rewritten }: Protection = noProtection,
  laidOver: readonly string[] = [],
): Promise<CandidateLayer> {
  const diff = await store.diff(candidate.base, candidate.tree);
  const entries = diff.entries.filter(({ path }) => !kept.has(path));
  const written = entries.filter((entry) => entry.kind === 'written');
  const deleted = entries.filter((entry) => entry.kind === 'deleted').map((entry) => entry.path);
  // Where files only changed, no folder came or went, and the base need not be listed.
  const isListed = deleted.length > 0 || written.some((entry) => entry.isNew);
  const base = isListed ? await store.listTree(candidate.base) : [];
  const laid = [...written, ...laidOver.map((path) => ({ path }))];
  const contentOf = async ({ path, digest }: Written) => rewritten.get(path) ?? store.readBlob(digest);
  return {
    entries: layerEntries(contentOf, written, isListed ? foldersOf(base) : null, image),
    deletions: deletionScript(planDeletions(base, laid, deleted), image.workdir),
  };
}

async function* layerEntries(
  contentOf: (entry: Written) => Promise<Uint8Array>,
  written: readonly Written[],
  baseFolders: ReadonlySet<string> | null,
  { workdir, user }: Pick<PreparedImage, 'workdir' | 'user'>,
): AsyncGenerator<LayerEntry> {
  const sent = new Set<string>();
  for (const entry of written) {
    for (const folder of foldersAbove(entry.path)) {
      if (baseFolders === null || baseFolders.has(folder) || sent.has(folder)) continue;
      sent.add(folder);
      yield { path: `${workdir}/${folder}`, type: 'dir', mode: 0o755, ...user };
    }
    const path = `${workdir}/${entry.path}`;
    const content = await contentOf(entry);
    if (entry.mode === '120000')
      yield { path, type: 'link', linkTarget: Buffer.from(content).toString(), ...user };
    else yield { path, type: 'file', mode: entry.mode === '100755' ? 0o755 : 0o644, content, ...user };
  }
}

interface Deletions {
  files: string[];
  /** Deepest first. */
  folders: string[];
}

/**
 * What is left to delete once the layers lie over the image. A path whose place, or a parent's place, a layer has
 * given to something else is gone already; to delete it by name would go through what stands there now.
 */
function planDeletions(
  base: readonly TreeEntry[],
  laid: readonly { path: string }[],
  deleted: readonly string[],
): Deletions {
  const laidPaths = new Set(laid.map((entry) => entry.path));
  const gone = new Set(deleted);
  const kept = foldersOf([...base.filter((entry) => !gone.has(entry.path)), ...laid]);
  const isReplaced = (path: string) =>
    kept.has(path) || laidPaths.has(path) || foldersAbove(path).some((parent) => laidPaths.has(parent));
  const emptied = new Set(deleted.flatMap(foldersAbove).filter((folder) => !isReplaced(folder)));
  return {
    files: deleted.filter((path) => !isReplaced(path)),
    folders: [...emptied].toSorted((a, b) => b.split('/').length - a.split('/').length),
  };
}

/** Keeps every command's arguments far below what any system takes. */
const batchCharacters = 32_768;

function deletionScript({ files, folders }: Deletions, workdir: string): string {
  const call = (command: string, suffix: string) => (words: string) => `${command} ${words}${suffix}\n`;
  return [
    '# Deletes what the candidate deleted.\n',
    'gone() {\n',
    '  rm -f -- "$@" 2>/dev/null\n',
    '  for path do\n',
    // A folder may be closed to its own owner, who opened it when deleting.
    '    if [ -e "$path" ] || [ -L "$path" ]; then\n',
    '      { chmod u+wx -- "${path%/*}" && rm -f -- "$path"; } || return 1\n',
    '    fi\n',
    '  done\n',
    '}\n',
    ...batches(files, workdir).map(call('gone', ' || exit 1')),
    // A folder that is not empty holds what is in no tree, and stays.
    ...batches(folders, workdir).map(call('rmdir --', ' 2>/dev/null || :')),
    'exit 0\n',
  ].join('');
}

function batches(paths: readonly string[], workdir: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const path of paths) {
    if (line.length > batchCharacters) {
      lines.push(line);
      line = '';
    }
    line += `${line === '' ? '' : ' '}${shellWord(`${workdir}/${path}`)}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** Any text without NUL as one word of a POSIX shell. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function foldersOf(entries: readonly { path: string }[]): Set<string> {
  const folders = new Set<string>();
  for (const { path } of entries) {
    // From the inside out, until one is known: then so are those above it.
    for (const folder of foldersAbove(path).toReversed()) {
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}
