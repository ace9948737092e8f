import type { RunRecord } from '../domain/run-record.ts';

/** 0: every task has a winner. 1: some task has none. 3: some task has none, and the engine failed under its trials. */
export function exitCodeFor(record: RunRecord): number {
  let code = 0;
  for (const selection of record.selections.values()) {
    if (selection.winner !== null) continue;
    const engineFailed = selection.ranking.some(
      (row) => record.trials.get(row.trial)?.result?.retryable === true,
    );
    code = Math.max(code, engineFailed ? 3 : 1);
  }
  return code;
}
