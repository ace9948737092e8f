/** The part of a lock file that is compared. */
export interface LockFile {
  packages?: Record<string, LockEntry>;
}

export interface LockEntry {
  version?: string;
  integrity?: string;
  optional?: boolean;
  peer?: boolean;
  link?: boolean;
  os?: string | string[];
  cpu?: string | string[];
  libc?: string | string[];
  optionalDependencies?: Record<string, string>;
}

export function staleReason(
  lock: LockFile,
  installed: LockFile | null,
  facts: { stamped: boolean; present: (path: string) => boolean },
): string | null;

export function ensureDependencies(root: string, log: (line: string) => void): Promise<void>;
