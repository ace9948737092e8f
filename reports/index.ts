import type { RunRecord } from '../harness/domain/run-record.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderRequirementsCsv } from './requirements-csv.ts';
import { renderTrialsCsv } from './trials-csv.ts';
import { renderVerdictsCsv } from './verdicts-csv.ts';

/** One report: a pure function from a run's record to the text of a file. */
export interface Report {
  /** What `--format` calls it. */
  name: string;
  file: string;
  mime: string;
  render(record: RunRecord): string;
}

/** Every report that a run writes beside its journal. */
export const reports: readonly Report[] = [
  { name: 'md', file: 'report.md', mime: 'text/markdown', render: renderMarkdown },
  { name: 'json', file: 'report.json', mime: 'application/json', render: renderJson },
  { name: 'trials', file: 'trials.csv', mime: 'text/csv', render: renderTrialsCsv },
  { name: 'verdicts', file: 'verdicts.csv', mime: 'text/csv', render: renderVerdictsCsv },
  { name: 'requirements', file: 'requirements.csv', mime: 'text/csv', render: renderRequirementsCsv },
  { name: 'junit', file: 'junit.xml', mime: 'application/xml', render: renderJunit },
];
