import { visible } from '../../../reports/escape.ts';
import type { RunRow } from '../../store/index-db.ts';
import { type Column, grid } from './grid.ts';
import type { Paint } from './paint.ts';

/** The runs of a store for the terminal, one line each, oldest first; ends with a newline. */
export function runsTable(
  runs: readonly RunRow[],
  { columns, paint }: { columns: number; paint: Paint },
): string {
  if (runs.length === 0) return 'There are no runs in this store. Start one with `assay run SUITE`.\n';
  const shape: Column[] = [{ min: 20, flex: true }, {}, { align: 'right' }, { align: 'right' }, {}];
  const title = ['run', 'started', 'tasks won', 'trials', 'ended'];
  const rows = runs.map((run) => [
    visible(run.run),
    `${run.started.slice(0, 16).replace('T', ' ')} UTC`,
    `${run.winners} of ${run.tasks}`,
    String(run.trials),
    run.finished === null ? 'not finished' : `exit code ${run.exitCode}`,
  ]);
  const cells = [title, ...rows].map((row) => row.map((text) => ({ text })));
  return `${grid(shape, cells, columns, paint).join('\n')}\n`;
}
