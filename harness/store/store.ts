import type { Readable } from 'node:stream';
import type { DiffStat } from '../domain/candidate.ts';
import type { Digest } from '../domain/digest.ts';
import type { IngestLimits } from '../domain/limits.ts';

/** File modes that a stored tree may hold: file, executable, symbolic link. */
export type FileMode = '100644' | '100755' | '120000';

export interface TreeEntry {
  /** Relative, `/`-separated, valid UTF-8, no `.`, `..` or `.git` component. */
  path: string;
  mode: FileMode;
  digest: Digest;
}

/** A file to be written: its bytes, of a symbolic link where it points. */
export interface FileContent {
  mode: FileMode;
  content: Uint8Array;
}

/** One changed path from base to candidate. A rename is a deletion and an addition. */
export type DiffEntry =
  /** `from`: the path that it was renamed from, as far as git sees it; that one is a deletion as well. */
  | { kind: 'written'; path: string; mode: FileMode; digest: Digest; isNew: boolean; from?: string }
  | { kind: 'deleted'; path: string };

export interface Diff {
  /** A rename counts as one file and as the lines that it changed. */
  stat: DiffStat;
  /** All deletions first: in this order they can be applied, also where a file takes the place of a folder. */
  entries: DiffEntry[];
}

/** What was delivered cannot be a candidate; the reason names the place. */
export interface Refused {
  ok: false;
  reason: string;
}

/**
 * `files` and `bytes` are the whole tree's; `ignored` counts the files that ignore rules left out, one for each
 * `.git`, and in a base what no tree can hold (devices, pipes, names that are not UTF-8).
 */
export type Ingested = { ok: true; tree: Digest; files: number; bytes: number; ignored: number } | Refused;

export interface IngestOptions {
  /**
   * The tree it started from: unchanged files are not written again, and what the base holds is not refused and does
   * not count against the limits. null: this is a base itself, from an image that is trusted; nothing is ignored.
   */
  base: Digest | null;
  limits: IngestLimits;
  /**
   * gitignore-style patterns; matching files that the base does not hold are left out. They come after those for
   * caches and editors' leftovers and the base's own `.gitignore`, and may take back (`!dist/`) what these say.
   * A function decides alone, also where there is no base: true leaves the path out.
   */
  ignore: readonly string[] | ((path: string) => boolean);
}

/** A file or a whole tree at a place in another one. */
export type TreePart = { path: string; tree: Digest } | { path: string; mode: FileMode; digest: Digest };

/**
 * Takes content of exactly so many bytes as a blob and returns its digest. What has the digest `known` is read, and not
 * stored.
 */
export type PutBlob = (
  content: AsyncIterable<Uint8Array>,
  bytes: number,
  known?: Digest | null,
) => Promise<Digest>;

/**
 * Trees and evidence in one bare git object database (SHA-256 object format). Whatever a method returned a digest
 * for is durable: it survives SIGKILL of this process. Throws AssayError `infrastructure` when disk or git fail.
 */
export interface Store {
  putBlob(content: string | Uint8Array): Promise<Digest>;
  /** Many blobs, large ones too, for as long as `work` takes; they are durable when this resolves. */
  putBlobs<T>(work: (put: PutBlob) => Promise<T>): Promise<T>;
  /** Throws `infrastructure` when the object is missing. */
  readBlob(digest: Digest): Promise<Buffer>;
  has(digest: Digest): Promise<boolean>;
  /** Reads a workspace as Docker's archive of a folder (its root entry is the folder itself) and writes it as a tree. */
  ingest(tar: Readable, options: IngestOptions): Promise<Ingested>;
  /**
   * The base with a patch applied, blank patches giving the base; refused when it does not apply cleanly, leaves the
   * workspace, holds submodules or exceeds a limit or 64 MiB.
   */
  applyPatch(base: Digest, patch: Uint8Array, limits: IngestLimits): Promise<Ingested>;
  /**
   * The tree with some files written and, where null stands, deleted: for trees of the harness's own making, whose
   * links are not looked at. Throws TypeError, with nothing written, for a path that no tree can hold, a deleted file
   * that is not there, and a file where files of a folder would still be.
   */
  edit(tree: Digest, changes: ReadonlyMap<string, FileContent | null>): Promise<Digest>;
  /** A tree of parts at their places (relative, as in `TreeEntry`), none of which lies in another; none at all: empty. */
  compose(parts: readonly TreePart[]): Promise<Digest>;
  listTree(tree: Digest): Promise<TreeEntry[]>;
  diff(base: Digest, tree: Digest): Promise<Diff>;
  /** The unified diff as git prints it (binary files only named), cut at `maxBytes`; `bytes` counts all of it. */
  diffText(
    base: Digest,
    tree: Digest,
    maxBytes: number,
  ): Promise<{ text: Buffer; bytes: number; truncated: boolean }>;
  close(): Promise<void>;
}
