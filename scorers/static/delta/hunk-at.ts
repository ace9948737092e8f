import type { LineHunk } from '../../../harness/mutate/line-diff.ts';

/** Index of the first hunk that ends behind a line (or token) of one text; hunks are in order. */
export function firstEndingAfter(hunks: readonly LineHunk[], text: keyof LineHunk, line: number): number {
  let [low, high] = [0, hunks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hunks[middle]?.[text][1] ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the hunk that a line (or token) of one text lies in; null where it is unchanged. */
export function hunkAt(hunks: readonly LineHunk[], text: keyof LineHunk, line: number): number | null {
  const next = firstEndingAfter(hunks, text, line);
  const hunk = hunks[next];
  return hunk !== undefined && hunk[text][0] <= line ? next : null;
}
