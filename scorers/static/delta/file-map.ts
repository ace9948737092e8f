import type { LineHunk } from '../../../harness/mutate/line-diff.ts';
import { anchoredDiff } from './anchored-diff.ts';
import type { Budget } from './budget.ts';
import type { FilePair } from './delta.ts';
import { firstEndingAfter, hunkAt } from './hunk-at.ts';
import { type LineStyle, openSource, type Source } from './source.ts';

/** What became of each line of a changed file. Lines are 0-based. */
export interface FileMap {
  before: Source | null;
  after: Source | null;
  /** Lines that were deleted and what was written in their place, in order. */
  hunks: readonly LineHunk[];
  /** Where a line of the base stands now; null where it was deleted, or is not a line of the text. */
  toAfter(line: number): number | null;
  /** Where the first unchanged line from a line of the base on stands now; behind the end where there is none. */
  nextUnchanged(line: number): number;
  /** Index of the hunk that a line of the base, or of the candidate, lies in; null where it is unchanged or none. */
  hunkOf(side: 'before' | 'after', line: number): number | null;
}

/** Whether a side's text is known: without it nothing can be said of its lines. */
export function isKnown(pair: FilePair): boolean {
  return pair.before?.text !== null && pair.after?.text !== null;
}

/**
 * Maps the lines of a file by the shortest script between their normal forms, so that a new indentation or other line
 * ends are no change. A file that came or went is one hunk.
 */
export function mapFile({ before, after }: FilePair, style: LineStyle, budget: Budget): FileMap {
  const open = (file: FilePair['before']) =>
    file === null || file.text === null ? null : openSource(file.text, style);
  const [old, now] = [open(before), open(after)];
  const [base, candidate] = [old?.normal ?? [], now?.normal ?? []];
  const hunks = anchoredDiff(base, candidate, budget);
  return {
    before: old,
    after: now,
    hunks,
    toAfter(line) {
      return line >= base.length || hunkAt(hunks, 'base', line) !== null ? null : this.nextUnchanged(line);
    },
    nextUnchanged(line) {
      const next = firstEndingAfter(hunks, 'base', line);
      const hunk = hunks[next];
      if (hunk !== undefined && hunk.base[0] <= line) return hunk.oracle[1];
      const last = hunks[next - 1];
      return last === undefined ? line : line - last.base[1] + last.oracle[1];
    },
    hunkOf(side, line) {
      return hunkAt(hunks, side === 'before' ? 'base' : 'oracle', line);
    },
  };
}
