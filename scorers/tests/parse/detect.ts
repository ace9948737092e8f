import { compareText } from '../../../harness/domain/order.ts';
import { parseCtrf } from './ctrf.ts';
import { parseJunit } from './junit.ts';
import { type Parsed, reportLimits, type TestResult } from './result.ts';
import { parseTap } from './tap.ts';

/** A file of the verifier's log folder, by its path in there; `problem` where it cannot be taken for what it is named. */
export type LogFile = { path: string } & ({ content: Uint8Array } | { problem: string });

const parsers = { ctrf: parseCtrf, junit: parseJunit, tap: parseTap };

/** Which format a file's name promises; null for a file that is no report. */
export function reportFormat(path: string): keyof typeof parsers | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name === 'ctrf.json' || name === 'ctrf-report.json' || name.endsWith('.ctrf.json')) return 'ctrf';
  if (name.endsWith('.tap')) return 'tap';
  return name.endsWith('.xml') ? 'junit' : null;
}

/**
 * Reads all reports of a log folder as one; null when there is none. One broken report breaks them all: what it would
 * have said is not known. A test that several reports name counts once, with the worst of its results.
 */
export function readReports(files: readonly LogFile[]): Parsed | null {
  const reports = files.filter(isReport).toSorted((a, b) => compareText(a.path, b.path));
  if (reports.length === 0) return null;
  const merged = new Map<string, TestResult>();
  for (const file of reports) {
    const parsed = readReport(file);
    if (!parsed.ok) return { ok: false, reason: `${file.path}: ${parsed.reason}` };
    for (const result of parsed.results) {
      const known = merged.get(result.id);
      if (known === undefined || severity[result.outcome] > severity[known.outcome])
        merged.set(result.id, result);
    }
    if (merged.size > reportLimits.tests)
      return { ok: false, reason: `the reports hold more than ${reportLimits.tests} tests` };
  }
  return { ok: true, results: [...merged.values()] };
}

/** What two reports of one test come to: a test that one of them calls skipped is not known to have passed. */
const severity = { pass: 0, skipped: 1, fail: 2, error: 3 } as const satisfies Record<
  TestResult['outcome'],
  number
>;

function readReport(file: LogFile): Parsed {
  if ('problem' in file) return { ok: false, reason: file.problem };
  const format = reportFormat(file.path);
  return format === null ? { ok: false, reason: 'it is of no known format' } : parsers[format](file.content);
}

function isReport(file: LogFile): boolean {
  const format = reportFormat(file.path);
  if (format === 'junit' && 'content' in file) return mayBeJunit(file.content);
  return format !== null;
}

/** False for XML that is clearly something else, such as a coverage report. What cannot be told is a broken report. */
function mayBeJunit(content: Uint8Array): boolean {
  const start = new TextDecoder().decode(content.subarray(0, 65_536)).replace(/<!--[^>]*-->/g, '');
  const root = /<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)/.exec(start)?.[1];
  return root === undefined || root === 'testsuite' || root === 'testsuites';
}
