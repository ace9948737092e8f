import { diffLines, type LineHunk } from '../../../harness/mutate/line-diff.ts';
import type { Budget } from './budget.ts';

/**
 * `diffLines`, also of texts with more changes than it takes on: what occurs once on both sides, in the same order, is
 * taken for unchanged, and what lies between two of these is compared by itself (Bram Cohen's patience diff, one level
 * deep). Stretches for which the budget does not suffice are one hunk each.
 */
export function anchoredDiff(
  before: readonly string[],
  after: readonly string[],
  budget: Budget,
): LineHunk[] {
  const [head, tail] = commonEnds(before, after);
  const whole: LineHunk = { base: [head, before.length - tail], oracle: [head, after.length - tail] };
  const isAll = (hunks: readonly LineHunk[]) =>
    hunks.length === 1 && hunks[0]?.base[0] === head && hunks[0].base[1] === whole.base[1];
  const hunks = diffWithin(before, after, whole, budget);
  if (!isAll(hunks) || !isLarge(whole)) return hunks;
  let [x, y] = [head, head];
  const result: LineHunk[] = [];
  for (const [nextX, nextY] of [
    ...anchors(before, after, whole),
    [whole.base[1], whole.oracle[1]] as const,
  ]) {
    result.push(...diffWithin(before, after, { base: [x, nextX], oracle: [y, nextY] }, budget));
    [x, y] = [nextX + 1, nextY + 1];
  }
  return result;
}

/** With fewer lines on a side, what `diffLines` says is the shortest script. */
function isLarge({ base, oracle }: LineHunk): boolean {
  return base[1] - base[0] + oracle[1] - oracle[0] > 1000;
}

function commonEnds(before: readonly string[], after: readonly string[]): [number, number] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return [head, tail];
}

function diffWithin(
  before: readonly string[],
  after: readonly string[],
  { base, oracle }: LineHunk,
  budget: Budget,
): LineHunk[] {
  const [deleted, added] = [base[1] - base[0], oracle[1] - oracle[0]];
  if (deleted === 0 && added === 0) return [];
  if (deleted === 0 || added === 0 || !budget.spend(deleted, added)) return [{ base, oracle }];
  return diffLines(before.slice(...base), after.slice(...oracle)).map((hunk) => ({
    base: [hunk.base[0] + base[0], hunk.base[1] + base[0]],
    oracle: [hunk.oracle[0] + oracle[0], hunk.oracle[1] + oracle[0]],
  }));
}

/** Places of what occurs once on each side: the longest sequence that is in order on both. */
function anchors(
  before: readonly string[],
  after: readonly string[],
  { base, oracle }: LineHunk,
): (readonly [number, number])[] {
  const places = onlyOnes(before, base);
  const others = onlyOnes(after, oracle);
  const common = [...places].flatMap(([line, x]) => {
    const y = others.get(line);
    return y === undefined || y < 0 || x < 0 ? [] : [[x, y] as const];
  });
  return longestRising(common.sort(([a], [b]) => a - b));
}

/** Where each line is; negative where there are several. */
function onlyOnes(lines: readonly string[], [from, to]: readonly [number, number]): Map<string, number> {
  const places = new Map<string, number>();
  for (let index = from; index < to; index += 1) {
    const line = lines[index] ?? '';
    places.set(line, places.has(line) ? -1 : index);
  }
  return places;
}

/** The longest subsequence whose second numbers rise, by patience sorting. */
function longestRising(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  /** Of all sequences of each length, the index of the pair that ends the one with the lowest end. */
  const ends: number[] = [];
  const previous = new Int32Array(pairs.length).fill(-1);
  for (const [index, [, y]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < y) low = middle + 1;
      else high = middle;
    }
    previous[index] = ends[low - 1] ?? -1;
    ends[low] = index;
  }
  const found: (readonly [number, number])[] = [];
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] ?? -1) {
    const pair = pairs[index];
    if (pair !== undefined) found.push(pair);
  }
  return found.reverse();
}
