import type { Candidate } from '../domain/candidate.ts';
import type { Verdict } from '../domain/verdict.ts';

/** Every number known of a candidate by its full name: `diff.*`, and `<scorer>.<measure>` with `<scorer>.score`. */
export function measuresOf(candidate: Candidate, verdicts: readonly Verdict[]): Map<string, number> {
  const measures = new Map<string, number>();
  for (const [name, value] of Object.entries(candidate.diff)) measures.set(`diff.${name}`, value);
  for (const verdict of verdicts) {
    for (const [name, value] of Object.entries(verdict.measures))
      measures.set(`${verdict.scorer}.${name}`, value);
    if (verdict.score !== null) measures.set(`${verdict.scorer}.score`, verdict.score);
  }
  return measures;
}
