import { posix } from 'node:path';
import { inputError } from '../../../harness/domain/errors.ts';
import type { Diff, TreeEntry } from '../../../harness/store/store.ts';
import { pathFilter } from '../../path-filter.ts';
import type { ScoreContext } from '../../scorer.ts';
import { isOfLanguage } from './languages.ts';
import type { SearchFile } from './search.ts';

/** Both sides of a candidate. */
export interface Trees {
  base: readonly TreeEntry[];
  candidate: readonly TreeEntry[];
  diff: Diff;
  /** Where the links point that the candidate wrote, by their paths. */
  links: ReadonlyMap<string, string>;
}

/** Folders of what others wrote. */
const vendored = new Set(['node_modules', 'site-packages', '.venv', 'venv', 'bower_components', '.git']);

/** Bounds of links that are followed. */
const maxHops = 8;
const maxLinks = 1000;

export interface SelectedFiles {
  /** Of the candidate's tree, changed or not. */
  all: SearchFile[];
  /** Of both sides, what differs. */
  changed: SearchFile[];
}

/**
 * The files that are looked at for a language: those that the globs match, or else all of the language. Installed
 * packages of the base are left out unless a glob names their folder; what the candidate puts there is not. A changed
 * link stands for the file of the tree that it leads to. Throws `input` for a wrong glob.
 */
export function selectFiles(
  { base, candidate, diff, links }: Trees,
  language: string,
  globs: readonly string[] | undefined,
): SelectedFiles {
  if (globs?.some((glob) => glob.startsWith('/')))
    throw inputError('a glob of files is relative to the workspace', { fix: 'leave out the first "/"' });
  const matches =
    globs === undefined
      ? (path: string) => isOfLanguage(language, path)
      : pathFilter(globs.map((glob) => (glob.endsWith('/') ? `${glob}**` : glob)));
  const named = new Set(globs?.flatMap((glob) => glob.split('/')).filter((part) => vendored.has(part)) ?? []);
  const isInstalled = (path: string) =>
    path
      .split('/')
      .slice(0, -1)
      .some((part) => vendored.has(part) && !named.has(part));
  const written = new Map(
    diff.entries.flatMap((entry) => (entry.kind === 'written' ? [[entry.path, entry] as const] : [])),
  );
  const gone = new Set(diff.entries.flatMap(({ kind, path }) => (kind === 'deleted' ? [path] : [])));
  const tree = new Map(candidate.map((entry) => [entry.path, entry]));
  const after = (entry: TreeEntry) => fileOf('after', entry, tree, links);
  const matched = candidate.filter(({ path }) => matches(path) && (written.has(path) || !isInstalled(path)));
  return {
    all: matched.flatMap(after),
    changed: [
      ...base
        .filter(({ path }) => matches(path) && (written.has(path) || gone.has(path)))
        .flatMap((entry) => fileOf('before', entry, new Map(), new Map())),
      ...matched.filter(({ path }) => written.has(path)).flatMap(after),
    ],
  };
}

/** Follows a link within the tree; nothing where it leads elsewhere, or to a folder. */
function fileOf(
  side: SearchFile['side'],
  { path, mode, digest }: TreeEntry,
  tree: ReadonlyMap<string, TreeEntry>,
  links: ReadonlyMap<string, string>,
): SearchFile[] {
  if (mode !== '120000') return [{ side, path, digest }];
  let at = path;
  for (let hops = 0; hops < maxHops; hops += 1) {
    const target = links.get(at);
    if (target === undefined || posix.isAbsolute(target)) return [];
    at = posix.join(posix.dirname(at), target);
    const entry = tree.get(at);
    if (entry === undefined) return [];
    if (entry.mode !== '120000') return [{ side, path, digest: entry.digest }];
  }
  return [];
}

/** Reads both trees, and where the candidate's changed links point. Throws `infrastructure`. */
export async function readTrees({
  store,
  candidate,
}: Pick<ScoreContext, 'store' | 'candidate'>): Promise<Trees> {
  const [base, after, diff] = await Promise.all([
    store.listTree(candidate.base),
    store.listTree(candidate.tree),
    store.diff(candidate.base, candidate.tree),
  ]);
  const changed = diff.entries.flatMap((entry) =>
    entry.kind === 'written' && entry.mode === '120000' ? [entry] : [],
  );
  const links = new Map<string, string>();
  for (const { path, digest } of changed.slice(0, maxLinks))
    links.set(path, (await store.readBlob(digest)).toString('utf8'));
  return { base, candidate: after, diff, links };
}
