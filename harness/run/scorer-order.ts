import type { Scorer } from '../../scorers/scorer.ts';
import type { Verdict } from '../domain/verdict.ts';

type Named = Pick<Scorer, 'name' | 'needs'>;

/** Scorers so that each comes after those that it needs; else as they were. Throws TypeError for a circle. */
export function inOrderOfNeed<S extends Named>(scorers: readonly S[]): S[] {
  const byName = new Map(scorers.map((scorer) => [scorer.name, scorer]));
  const ordered = new Set<S>();
  const visit = (scorer: S, path: readonly string[]): void => {
    if (ordered.has(scorer)) return;
    if (path.includes(scorer.name)) throw new TypeError(`scorers need each other: ${path.join(', ')}`);
    for (const name of scorer.needs ?? []) {
      const needed = byName.get(name);
      if (needed !== undefined) visit(needed, [...path, scorer.name]);
    }
    ordered.add(scorer);
  };
  for (const scorer of scorers) visit(scorer, []);
  return [...ordered];
}

/** The verdicts that a scorer needs, of those that there are; absent where the suite has no such scorer. */
export async function neededBy(
  { needs = [] }: Named,
  verdicts: ReadonlyMap<string, Verdict | Promise<Verdict>>,
): Promise<ReadonlyMap<string, Verdict>> {
  const needed = new Map<string, Verdict>();
  for (const name of needs) {
    const verdict = await verdicts.get(name);
    if (verdict !== undefined) needed.set(name, verdict);
  }
  return needed;
}

/**
 * Asks all scorers about one candidate, those that need nothing of each other at the same time. Rejects as the first that
 * does.
 */
export async function askAll<S extends Named>(
  scorers: readonly S[],
  ask: (scorer: S, needed: ReadonlyMap<string, Verdict>) => Promise<Verdict>,
): Promise<Map<string, Verdict>> {
  const asked = new Map<string, Promise<Verdict>>();
  for (const scorer of inOrderOfNeed(scorers))
    asked.set(
      scorer.name,
      neededBy(scorer, asked).then((needed) => ask(scorer, needed)),
    );
  const verdicts = await Promise.all([...asked.values()]);
  return new Map([...asked.keys()].map((name, index) => [name, verdicts[index] as Verdict]));
}
