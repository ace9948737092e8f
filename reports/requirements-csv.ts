import type { RunRecord } from '../harness/domain/run-record.ts';
import { type CsvCell, toCsv } from './csv.ts';
import { viewOf } from './model.ts';
import { tracesOf } from './traces.ts';

const columns = [
  'task',
  'agent',
  'attempt',
  'retry',
  'candidate',
  'requirement',
  'kind',
  'outcome',
  'says',
  'message',
  'check',
  'check_outcome',
  'check_message',
  'evidence',
  'evidence_digest',
] as const;

/**
 * `requirements.csv`: one row per trial, requirement, check and piece of evidence: filtered by requirement it tells what
 * shows it, filtered by evidence what rests on it. The head alone where no scorer knows requirements.
 */
export function renderRequirementsCsv(record: RunRecord): string {
  const rows = viewOf(record).tasks.flatMap((task) =>
    task.trials.flatMap(({ trial, verdicts }) =>
      verdicts.flatMap(({ candidate, verdict }) =>
        tracesOf(verdict).map(({ requirement, check, outcome, message, evidence }): CsvCell[] => [
          trial.task,
          trial.agent,
          trial.attempt,
          trial.retry,
          candidate,
          requirement.id,
          requirement.kind,
          requirement.outcome,
          requirement.says,
          requirement.message,
          check,
          check === null ? null : outcome,
          check === null ? null : message,
          evidence?.name ?? null,
          evidence?.digest ?? null,
        ]),
      ),
    ),
  );
  return toCsv([...columns], rows);
}
