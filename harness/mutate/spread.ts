import { sha256 } from '../domain/digest.ts';
import { compareText } from '../domain/order.ts';

/** What is to be spread out evenly. */
export interface Placed {
  id: string;
  operator: string;
  path: string;
  line: number | null;
}

/**
 * Everything in an order of which any beginning is spread evenly: over lines first, then over operators, then over files.
 * Among equals the digest of seed and id decides. That is the same on every machine, and unlike a stream of random
 * numbers it does not choose anew among all when one is added.
 */
export function* spread<T extends Placed>(all: readonly T[], seed: string): Generator<T> {
  const left = all
    .map((item) => ({ item, rank: sha256(JSON.stringify([seed, item.id])) }))
    .sort((a, b) => compareText(a.rank, b.rank))
    .map(({ item }) => ({ item, line: JSON.stringify([item.path, item.line]) }));
  const used = {
    line: new Map<string, number>(),
    operator: new Map<string, number>(),
    path: new Map<string, number>(),
  };
  while (left.length > 0) {
    let best = 0;
    let least = [Infinity, Infinity, Infinity];
    for (const [index, { item, line }] of left.entries()) {
      const counts = [
        used.line.get(line) ?? 0,
        used.operator.get(item.operator) ?? 0,
        used.path.get(item.path) ?? 0,
      ];
      if (isLess(counts, least)) [best, least] = [index, counts];
    }
    const [chosen] = left.splice(best, 1);
    if (chosen === undefined) return;
    count(used.line, chosen.line);
    count(used.operator, chosen.item.operator);
    count(used.path, chosen.item.path);
    yield chosen.item;
  }
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}

function count(counts: Map<string, number>, key: string) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** At most so many of them, at even distances. */
export function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return all.filter(
    (_, index) => Math.floor((index * most) / all.length) !== Math.floor(((index + 1) * most) / all.length),
  );
}
