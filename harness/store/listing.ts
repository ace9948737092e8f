import { infrastructureError } from '../domain/errors.ts';
import { gitFailed, gitSettings, runGit } from './git.ts';
import { emptyTree, type ObjectId } from './object-id.ts';
import type { FileMode } from './store.ts';

export interface ListedFile {
  mode: FileMode;
  id: ObjectId;
  /** Bytes. */
  size: number;
}

/** Every file of a tree, by path in git's order, and their bytes together. */
export interface Listing {
  files: ReadonlyMap<string, ListedFile>;
  bytes: number;
}

export type Listings = (tree: ObjectId) => Promise<Listing>;

/** Reads listings and keeps the latest used, so that a base is read once for all its candidates. */
export function openListings(gitDir: string, maxFilesKept = 500_000): Listings {
  const kept = new Map<ObjectId, { listing: Promise<Listing>; files: number }>();

  function makeRoom() {
    let total = 0;
    for (const entry of kept.values()) total += entry.files;
    for (const [tree, entry] of kept) {
      if (total <= maxFilesKept || kept.size === 1) return;
      kept.delete(tree);
      total -= entry.files;
    }
  }

  return (tree) => {
    const entry = kept.get(tree) ?? { listing: readListing(gitDir, tree), files: 0 };
    // Deleted and set again: the map's order is the order of last use.
    kept.delete(tree);
    kept.set(tree, entry);
    entry.listing.then(
      (listing) => {
        entry.files = Math.max(1, listing.files.size);
        makeRoom();
      },
      () => kept.delete(tree),
    );
    return entry.listing;
  };
}

async function readListing(gitDir: string, tree: ObjectId): Promise<Listing> {
  if (tree === emptyTree) return { files: new Map(), bytes: 0 };
  const result = await runGit({
    args: [...gitSettings, 'ls-tree', '-r', '-l', '-z', '--full-tree', tree],
    env: { GIT_DIR: gitDir },
  });
  if (/not a tree object|Not a valid object name|not a valid object/i.test(result.stderr))
    throw infrastructureError(`store: tree ${tree} is missing`, {
      fix: 'the store was cut short or belongs to another run; start the run again with a new --out',
    });
  if (result.code !== 0) throw gitFailed(`listing tree ${tree}`, result.stderr, gitDir);
  const files = new Map<string, ListedFile>();
  let bytes = 0;
  for (const record of result.stdout.toString('utf8').split('\0')) {
    // `<mode> blob <id> <size, padded>\t<path>`
    const tab = record.indexOf('\t');
    if (tab < 0) continue;
    const [mode, , id, size] = record.slice(0, tab).split(/ +/);
    if (mode === undefined || id === undefined) continue;
    files.set(record.slice(tab + 1), { mode: mode as FileMode, id, size: Number(size) });
    bytes += Number(size);
  }
  return { files, bytes };
}
