import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError } from '../../domain/errors.ts';
import { openIndex } from '../../store/index-db.ts';
import { printError } from '../print-error.ts';
import { refreshIndex } from '../refresh-index.ts';
import { paintFor } from '../view/paint.ts';
import { runsTable } from '../view/runs-table.ts';

/** `assay runs`: what was run in this store and how it ended, oldest first. */
export async function runsCommand(options: { out: string; json?: boolean }): Promise<number> {
  const store = resolve(options.out);
  if (!existsSync(store)) {
    throw inputError(`there is no store at ${options.out}`, {
      fix: 'start a run first, or name its store with --out',
    });
  }
  const index = openIndex(store);
  try {
    const broken = await refreshIndex(store, index);
    const runs = index.listRuns();
    process.stdout.write(
      options.json
        ? `${JSON.stringify(runs, null, 2)}\n`
        : runsTable(runs, { columns: process.stdout.columns ?? 100, paint: paintFor(process.stdout) }),
    );
    for (const { error } of broken) printError(error);
    return broken.length === 0 ? 0 : 2;
  } finally {
    index.close();
  }
}
