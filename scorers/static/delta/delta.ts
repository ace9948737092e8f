import type { Finding } from '../../../harness/domain/finding.ts';

/** One file before and after; both paths differ where it was renamed. Text is null where it is none (or too large). */
export interface FilePair {
  before: { path: string; text: string | null } | null;
  after: { path: string; text: string | null } | null;
}

/** What became of the base's findings, and what came. */
export interface Delta {
  new: Finding[];
  fixed: Finding[];
  /** The same finding before and after, wherever it stands now. */
  unchanged: { before: Finding; after: Finding }[];
}
