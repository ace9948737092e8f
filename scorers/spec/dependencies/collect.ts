import type { Diff, TreeEntry } from '../../../harness/store/store.ts';
import type { ScoreContext } from '../../scorer.ts';
import { boundedLine } from '../../text.ts';
import { type FileKind, folderOf, kindOf } from './classify.ts';
import type { LockPair, ManifestPair } from './compare.ts';
import { type DependencyFile, Unreadable } from './model.ts';
import { parseDocumentApart } from './readers/parse-apart.ts';

/** How many files of dependencies are read; a change to more is unknown. */
const maxFiles = 400;

/** What a candidate's change is to dependencies, before it is judged. */
export interface Collected {
  manifests: ManifestPair[];
  locks: LockPair[];
  vendored: string[];
  /** Faults of the candidate's making, found while reading. */
  faults: string[];
  unread: string[];
}

/** Reads the manifests and locks that a change is about, and their partners, as data. Throws `infrastructure`. */
export async function collectFiles(
  context: Pick<ScoreContext, 'store' | 'signal'>,
  diff: Diff,
  base: readonly TreeEntry[],
  tree: readonly TreeEntry[],
): Promise<Collected> {
  const found: Collected = { manifests: [], locks: [], vendored: [], faults: [], unread: [] };
  const touched = new Set(diff.entries.map(({ path }) => path));
  const before = known(base);
  const after = known(tree);
  const vendored = new Set<string>();
  for (const entry of diff.entries) {
    const kind = kindOf(entry.path);
    if (kind === null) continue;
    if (kind === 'unread') found.unread.push(`${entry.path} was changed, which is not read`);
    else if (kind === 'sources') found.faults.push(`${entry.path} changes where packages come from`);
    else if ('vendored' in kind && entry.kind === 'written') vendored.add(kind.vendored);
  }
  found.vendored.push(...[...vendored].toSorted());
  const wanted = wantedManifests(touched, before, after);
  const lockPaths = new Set([...touched].filter((path) => fileKind(path)?.kind === 'lock'));
  if (wanted.length > maxFiles || lockPaths.size > maxFiles) {
    found.unread.push(`more than ${maxFiles} manifests and locks are concerned`);
    return found;
  }
  const reader = openReader(context, found, touched);
  // Of a file that is there and cannot be read nothing is said but that.
  const isBroken = (path: string, { before: old, after: now }: { before: unknown; after: unknown }) =>
    (old === null && before.has(path)) || (now === null && after.has(path));
  const lockPair = async (path: string): Promise<LockPair[]> => {
    const pair = {
      path,
      ecosystem: fileKind(path)?.ecosystem ?? 'npm',
      before: await reader(path, before.get(path), 'lock', 'before'),
      after: await reader(path, after.get(path), 'lock', 'after'),
      isChanged: touched.has(path),
    };
    return isBroken(path, pair) ? [] : [pair];
  };
  for (const path of wanted) {
    const kind = fileKind(path);
    if (kind === null) continue;
    const locks: LockPair[] = [];
    for (const lock of locksFor(path, kind, before, after)) locks.push(...(await lockPair(lock)));
    const pair = {
      path,
      ecosystem: kind.ecosystem,
      before: await reader(path, before.get(path), 'manifest', 'before'),
      after: await reader(path, after.get(path), 'manifest', 'after'),
      locks,
    };
    if (!isBroken(path, pair)) found.manifests.push(pair);
  }
  found.faults.push(...secondLocks(lockPaths, before, after));
  for (const path of [...lockPaths].toSorted()) found.locks.push(...(await lockPair(path)));
  return found;
}

type Files = ReadonlyMap<string, TreeEntry>;

function fileKind(path: string): FileKind | null {
  const kind = kindOf(path);
  return kind !== null && typeof kind === 'object' && 'read' in kind ? kind : null;
}

function known(tree: readonly TreeEntry[]): Files {
  return new Map(tree.filter(({ path }) => fileKind(path) !== null).map((entry) => [entry.path, entry]));
}

/** Manifests that were touched, and those that a touched lock answers. */
function wantedManifests(touched: ReadonlySet<string>, before: Files, after: Files): string[] {
  const all = new Set(
    [...before.keys(), ...after.keys()].filter((path) => fileKind(path)?.kind === 'manifest'),
  );
  return [...all]
    .filter((path) => {
      const kind = fileKind(path);
      return (
        touched.has(path) ||
        (kind !== null && locksFor(path, kind, before, after).some((lock) => touched.has(lock)))
      );
    })
    .toSorted();
}

/** The locks of the nearest folder, from the manifest's own outwards, that has or had one for it. */
function locksFor(path: string, { locks }: FileKind, before: Files, after: Files): string[] {
  for (let folder = folderOf(path); ; folder = folderOf(folder)) {
    const places = locks.map((name) => (folder === '' ? name : `${folder}/${name}`));
    const there = places.filter((place) => before.has(place) || after.has(place));
    if (there.length > 0 || folder === '') return there;
  }
}

/** New locks of manifests that another lock had answered: which of the two counts is the package manager's choice. */
function secondLocks(touched: ReadonlySet<string>, before: Files, after: Files): string[] {
  const isNew = (path: string) => touched.has(path) && !before.has(path) && after.has(path);
  return [...before.keys()].flatMap((path) => {
    const kind = fileKind(path);
    if (kind?.kind !== 'manifest') return [];
    const now = locksFor(path, kind, before, after).filter(isNew);
    const old = locksFor(path, kind, before, new Map());
    return now.length > 0 && old.length > 0 ? [`${now[0]} is new beside ${old[0]}`] : [];
  });
}

type Read = <Kind extends DependencyFile['kind']>(
  path: string,
  entry: TreeEntry | undefined,
  kind: Kind,
  side: 'before' | 'after',
) => Promise<Extract<DependencyFile, { kind: Kind }> | null>;

/** Reads each file once. One that the candidate changed and that is no longer what it should be is the candidate's fault. */
function openReader(
  { store, signal }: Pick<ScoreContext, 'store' | 'signal'>,
  found: Collected,
  touched: ReadonlySet<string>,
): Read {
  const done = new Map<string, DependencyFile | null>();
  return async (path, entry, kind, side) => {
    if (entry === undefined) return null;
    const key = `${entry.digest} ${path}`;
    if (!done.has(key)) {
      signal.throwIfAborted();
      try {
        done.set(key, await readFile(store, path, entry));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        done.set(key, null);
        const message = `${path} cannot be read: ${boundedLine(error.message, 200)}`;
        found.unread.push(side === 'before' ? `the base's ${message}` : message);
        // The kind of a lock that nobody here reads is no fault.
        if (side === 'after' && touched.has(path) && !isOtherVersion(error)) found.faults.push(message);
      }
    }
    const file = done.get(key) ?? null;
    return file?.kind === kind ? (file as Extract<DependencyFile, { kind: typeof kind }>) : null;
  };
}

function isOtherVersion({ message }: Unreadable): boolean {
  return message.includes('lockfileVersion') || message.includes('larger than');
}

async function readFile(
  store: Pick<ScoreContext['store'], 'readBlob'>,
  path: string,
  { mode, digest }: TreeEntry,
): Promise<DependencyFile | null> {
  const kind = fileKind(path);
  if (kind === null) return null;
  if (mode === '120000') throw new Unreadable('it is a symbolic link');
  const text = (await store.readBlob(digest)).toString('utf8');
  const parsed = await parseDocumentApart(kind.format(text), text);
  if (!parsed.ok) throw new Unreadable(parsed.reason);
  return kind.read(parsed.value);
}
