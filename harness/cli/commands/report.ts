import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { reports } from '../../../reports/index.ts';
import { reportJsonSchema } from '../../../reports/json-schema.ts';
import { inputError } from '../../domain/errors.ts';
import { findRun } from '../../run/runs.ts';
import { withPathOf } from '../usable-path.ts';
import { readRun, writeReports } from '../write-reports.ts';

export interface ReportOptions {
  format: string;
  out: string;
  to?: string;
  schema?: boolean;
}

/** `assay report`: renders a report of a run again from its journal. */
export async function reportCommand(wanted: string | undefined, options: ReportOptions): Promise<number> {
  if (options.schema) return print(`${JSON.stringify(reportJsonSchema(), null, 2)}\n`, options.to);
  if (wanted === undefined)
    throw inputError('no run was named', { fix: 'assay report RUN, e.g. `assay report latest`' });
  const place = await findRun(resolve(options.out), wanted);
  if (options.format === 'all') {
    if (options.to !== undefined)
      throw inputError('--to takes one file and --format all writes several', { fix: 'leave out --to' });
    await writeReports(place);
    return print(`${reports.map((report) => `${relative('.', place.dir)}/${report.file}`).join('\n')}\n`);
  }
  const report = reports.find(({ name }) => name === options.format);
  if (report === undefined) {
    throw inputError(`there is no report format ${JSON.stringify(options.format)}`, {
      fix: `use one of ${reports.map(({ name }) => name).join(', ')}, all`,
    });
  }
  return print(report.render(await readRun(place)), options.to);
}

function print(text: string, file?: string): number {
  if (file === undefined) process.stdout.write(text);
  else withPathOf('--to', file, () => writeFileSync(file, text));
  return 0;
}
