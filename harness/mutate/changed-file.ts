/** File modes of a tree: file, executable, symbolic link (its content is where it points). */
export type FileMode = '100644' | '100755' | '120000';

/** One file as it stands in a tree. */
export interface FileState {
  mode: FileMode;
  content: Buffer;
}

/** A path at which the oracle differs from the base; null where there is no file. A rename is two of these. */
export interface ChangedFile {
  /** Relative, `/`-separated. */
  path: string;
  base: FileState | null;
  oracle: FileState | null;
}
