import type { RecordedVerdict } from '../harness/domain/run-record.ts';
import type { RankingRow } from '../harness/domain/selection.ts';
import type { TrialResult } from '../harness/domain/trial.ts';

/** How a trial stands in its ranking, in one word (`none`: the agent delivered no candidate). */
export type Standing = 'pass' | 'fail' | 'error' | 'skipped' | 'none';

/** Only a row that passed every gate is a `pass`; what could not be measured is an `error`. */
export function standingOf(
  row: Pick<RankingRow, 'eligible' | 'candidate' | 'verdicts'>,
  result: TrialResult | null,
  gates: readonly string[],
): Standing {
  if (row.eligible) return 'pass';
  if (row.candidate === null) return result === null || result.outcome === 'error' ? 'error' : 'none';
  const outcomes = new Set(
    row.verdicts.filter((verdict) => gates.includes(verdict.scorer)).map((verdict) => verdict.outcome),
  );
  for (const outcome of ['fail', 'error', 'skipped'] as const) if (outcomes.has(outcome)) return outcome;
  return 'error';
}

/** The word for people. */
export const standingWords: Readonly<Record<Standing, string>> = {
  pass: 'pass',
  fail: 'fail',
  error: 'error',
  skipped: 'skipped',
  none: 'no candidate',
};

/** Tests that passed, of all, from the verdict of the test scorer; null where there is no such number. */
export function testsOf(verdicts: readonly RecordedVerdict[]): { passed: number; total: number } | null {
  const verdict = verdicts.find((recorded) => recorded.verdict.scorer === 'tests')?.verdict;
  const passed = verdict?.measures.passed;
  if (verdict === undefined || passed === undefined) return null;
  return { passed, total: verdict.measures.total ?? verdict.checksTotal };
}

/** The score that people look at: of the test scorer, else of the first that has one. */
export function scoreOf(row: Pick<RankingRow, 'verdicts'>): number | null {
  const tests = row.verdicts.find((verdict) => verdict.scorer === 'tests');
  return (tests ?? row.verdicts.find((verdict) => verdict.score !== null))?.score ?? null;
}

/** Who cannot win has its rank in brackets, so that nobody takes it for a place. */
export function rankWord({ rank, eligible }: Pick<RankingRow, 'rank' | 'eligible'>): string {
  if (rank === null) return '–';
  return eligible ? String(rank) : `(${rank})`;
}
