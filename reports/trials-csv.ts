import { candidateDigest } from '../harness/domain/candidate.ts';
import type { RunRecord } from '../harness/domain/run-record.ts';
import { toCsv } from './csv.ts';
import { viewOf } from './model.ts';
import { millis } from './words.ts';

const columns = [
  'task',
  'agent',
  'attempt',
  'retry',
  'superseded',
  'outcome',
  'reason',
  'candidate',
  'files',
  'added',
  'deleted',
  'lines',
  'binary',
  'ignored_files',
  'exit_code',
  'wall_sec',
  'rank',
  'eligible',
  'winner',
  'rank_reason',
  'gate_proven',
] as const;

/** `trials.csv`: one row per trial, retries included; an empty cell is unknown. */
export function renderTrialsCsv(record: RunRecord): string {
  const rows = viewOf(record).tasks.flatMap(({ selection, trials }) =>
    trials.map(({ trial, result, row, superseded }) => {
      const candidate = result?.candidate ?? null;
      const wins = row?.candidate != null && row.candidate === selection?.winner?.candidate;
      return [
        trial.task,
        trial.agent,
        trial.attempt,
        trial.retry,
        superseded,
        result?.outcome ?? 'unfinished',
        result?.reason ?? '',
        candidate ? candidateDigest(candidate) : null,
        candidate?.diff.files ?? null,
        candidate?.diff.added ?? null,
        candidate?.diff.deleted ?? null,
        candidate?.diff.lines ?? null,
        candidate?.diff.binary ?? null,
        result?.ignoredFiles ?? null,
        result?.exitCode ?? null,
        result === null ? null : millis(result.wallSec),
        row?.rank ?? null,
        row?.eligible ?? null,
        row === null ? null : wins,
        row?.reason ?? null,
        selection?.gate.proven ?? null,
      ];
    }),
  );
  return toCsv(columns, rows);
}
