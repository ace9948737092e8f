import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reports } from '../../reports/index.ts';
import { foldRun, type RunRecord } from '../domain/run-record.ts';
import { readJournal } from '../run/journal-read.ts';
import type { RunPlace } from '../run/runs.ts';

/** Reads a run from its journal: what reports are made from is what was written, not what this process remembers. */
export async function readRun(place: RunPlace): Promise<RunRecord> {
  return foldRun((await readJournal(place.journal)).entries);
}

/** Writes every report of a run beside its journal, each whole or not at all; returns what they were made from. */
export async function writeReports(place: RunPlace): Promise<RunRecord> {
  const record = await readRun(place);
  for (const report of reports) {
    const file = join(place.dir, report.file);
    writeFileSync(`${file}.tmp`, report.render(record));
    renameSync(`${file}.tmp`, file);
  }
  return record;
}
