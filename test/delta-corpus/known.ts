import type { Case } from './corpus.ts';
import type { Judgement } from './judge.ts';

/**
 * What is wrong with a case, beyond what its `gap` says: a tool that finds something else than is marked, a delta that
 * says something else than is so, and a gap that is none any more. Empty where all is as it was.
 */
export function problemsOf({ tool, name, gap }: Case, { unmarked, disagreements }: Judgement): string[] {
  const expected = gap?.wrong ?? [];
  const at = `${tool}/${name}: `;
  return [
    ...unmarked.map((line) => `${at}the marks are wrong: ${line}`),
    ...disagreements.filter((line) => !expected.includes(line)).map((line) => `${at}${line}`),
    ...expected
      .filter((line) => unmarked.length === 0 && !disagreements.includes(line))
      .map((line) => `${at}the gap is closed, strike it: ${line}`),
  ];
}
