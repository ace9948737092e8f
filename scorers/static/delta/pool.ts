import type { Delta } from './delta.ts';
import type { Site } from './site.ts';

/** Findings that are not paired yet, in order, and the pairs so far. */
export interface Pool {
  before: Site[];
  after: Site[];
  pairs: { before: Site; after: Site }[];
}

/** Of equal keys, so many that do not fit may be passed over: with more, thousands of equal lines take quadratic time. */
const lookAhead = 8;

/**
 * Pairs findings with equal keys in their order, as many as there are on both sides: n in the base and m in the candidate
 * leave m - n new ones or n - m fixed ones, whatever else they look like. A key of null keeps a finding out.
 */
export function pairByKey(
  pool: Pool,
  keyOf: (site: Site) => string | null,
  fits: (before: Site, after: Site) => boolean = () => true,
): void {
  if (pool.before.length === 0 || pool.after.length === 0) return;
  const waiting = new Map<string, { sites: Site[]; next: number }>();
  for (const site of pool.after) {
    const key = keyOf(site);
    if (key === null) continue;
    const group = waiting.get(key);
    if (group === undefined) waiting.set(key, { sites: [site], next: 0 });
    else group.sites.push(site);
  }
  for (const before of pool.before) {
    const key = keyOf(before);
    const group = key === null ? undefined : waiting.get(key);
    if (group === undefined) continue;
    const end = Math.min(group.sites.length, group.next + lookAhead);
    for (let index = group.next; index < end; index += 1) {
      const after = group.sites[index];
      if (after === undefined || !fits(before, after)) continue;
      before.paired = true;
      after.paired = true;
      pool.pairs.push({ before, after });
      group.next = index + 1;
      break;
    }
  }
  removePaired(pool);
}

/** Pairs only among findings whose key is found on both sides: most have none, and need not be looked at again. */
export function pairWithin(
  pool: Pool,
  keyOf: (site: Site) => string | null,
  pair: (part: Pool) => void,
): void {
  const keysOf = (sites: readonly Site[]) => new Set(sites.map(keyOf));
  const [before, after] = [keysOf(pool.before), keysOf(pool.after)];
  const isIn = (keys: ReadonlySet<string | null>) => (site: Site) => {
    const key = keyOf(site);
    return key !== null && keys.has(key);
  };
  pair({
    before: pool.before.filter(isIn(after)),
    after: pool.after.filter(isIn(before)),
    pairs: pool.pairs,
  });
  removePaired(pool);
}

function removePaired(pool: Pool): void {
  pool.before = pool.before.filter(({ paired }) => !paired);
  pool.after = pool.after.filter(({ paired }) => !paired);
}

/** What is left is fixed or new. */
export function deltaOf({ before, after, pairs }: Pool, order: (a: Site, b: Site) => number): Delta {
  return {
    new: after.map(({ finding }) => finding),
    fixed: before.map(({ finding }) => finding),
    unchanged: pairs
      .sort((a, b) => order(a.after, b.after) || order(a.before, b.before))
      .map((pair) => ({ before: pair.before.finding, after: pair.after.finding })),
  };
}
