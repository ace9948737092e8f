import { compareText } from '../harness/domain/order.ts';
import type { RunRecord } from '../harness/domain/run-record.ts';
import { type CsvCell, toCsv } from './csv.ts';
import { viewOf } from './model.ts';
import { millis } from './words.ts';

const columns = [
  'task',
  'agent',
  'attempt',
  'retry',
  'candidate',
  'scorer',
  'version',
  'outcome',
  'score',
  'reason',
  'checks',
  'cached',
  'wall_sec',
  'gate_proven',
] as const;

/** `verdicts.csv`: one row per trial and scorer, and one column `<scorer>.<measure>` for every measure of the run. */
export function renderVerdictsCsv(record: RunRecord): string {
  const measures = measureNames(record);
  const rows = viewOf(record).tasks.flatMap((task) =>
    task.trials.flatMap(({ trial, verdicts }) =>
      verdicts.map(({ candidate, verdict, cached, wallSec }): CsvCell[] => [
        trial.task,
        trial.agent,
        trial.attempt,
        trial.retry,
        candidate,
        verdict.scorer,
        verdict.version,
        verdict.outcome,
        verdict.score,
        verdict.reason,
        verdict.checksTotal,
        cached,
        millis(wallSec),
        task.selection?.gate.proven ?? null,
        ...measures.map(({ scorer, name }) =>
          scorer === verdict.scorer ? (verdict.measures[name] ?? null) : null,
        ),
      ]),
    ),
  );
  return toCsv([...columns, ...measures.map(({ scorer, name }) => `${scorer}.${name}`)], rows);
}

function measureNames(record: RunRecord): { scorer: string; name: string }[] {
  const known = new Map<string, Set<string>>();
  for (const { verdict } of record.verdicts.values()) {
    const names = known.get(verdict.scorer) ?? new Set();
    known.set(verdict.scorer, names);
    for (const name of Object.keys(verdict.measures)) names.add(name);
  }
  return [...known]
    .flatMap(([scorer, names]) => [...names].map((name) => ({ scorer, name })))
    .sort((a, b) => compareText(a.scorer, b.scorer) || compareText(a.name, b.name));
}
