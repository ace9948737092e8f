import { statSync } from 'node:fs';
import type { RunRecord } from '../domain/run-record.ts';
import { listRunIds, placeOf, type RunPlace } from '../run/runs.ts';
import type { RunIndex, RunRow } from '../store/index-db.ts';
import { readRun } from './write-reports.ts';

/** What the index holds of a run; size and time of its journal tell later whether that is still true. */
export function indexRow(place: RunPlace, record: RunRecord): RunRow {
  const { size, mtimeMs } = statSync(place.journal);
  const selections = [...record.selections.values()];
  return {
    run: place.run,
    suite: record.started.inputs.suite.name,
    started: record.startedAt,
    finished: record.finished === null ? null : record.updatedAt,
    exitCode: record.finished?.exitCode ?? null,
    winners: selections.filter((selection) => selection.winner !== null).length,
    tasks: record.started.inputs.tasks.length,
    trials: record.started.trials,
    size,
    mtime: mtimeMs,
  };
}

/** Reads what changed since the index was written. Returns the runs whose journal does not hold, with the reason. */
export async function refreshIndex(
  store: string,
  index: RunIndex,
): Promise<{ run: string; error: unknown }[]> {
  const broken: { run: string; error: unknown }[] = [];
  const known = new Map(index.listRuns().map((row) => [row.run, row]));
  for (const run of await listRunIds(store)) {
    const place = placeOf(store, run);
    const row = known.get(run);
    known.delete(run);
    const { size, mtimeMs } = statSync(place.journal);
    if (row?.size === size && row.mtime === mtimeMs) continue;
    try {
      index.upsertRun(indexRow(place, await readRun(place)));
    } catch (error) {
      index.removeRun(run);
      broken.push({ run, error });
    }
  }
  for (const gone of known.keys()) index.removeRun(gone);
  return broken;
}
