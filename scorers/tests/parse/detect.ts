import { posix } from 'node:path';
import { compareText } from '../../../harness/domain/order.ts';
import type { ReportFormat, TestSettings } from '../../../harness/domain/test-settings.ts';
import { exitCodeResult } from './exit-code.ts';
import { parseReport } from './parse.ts';
import type { FileFormat } from './parsers.ts';
import { type Parsed, reportLimits, type TestResult } from './result.ts';
import { withoutRepeats } from './same-run.ts';
import { mayBeJunit, sniffJson } from './sniff.ts';

/** A file of the verifier's log folder, by its path in there; `problem` where it cannot be taken for what it is named. */
export type LogFile = { path: string } & ({ content: Uint8Array } | { problem: string });

/** The report that a task names. */
export type NamedReport = NonNullable<TestSettings['report']>;
type NamedFile = NamedReport & { format: FileFormat };

/** Which format a file's name promises; null for a file that is no report, or must be looked into. */
export function reportFormat(path: string): 'ctrf' | 'junit' | 'tap' | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (name === 'ctrf.json' || name === 'ctrf-report.json' || name.endsWith('.ctrf.json')) return 'ctrf';
  if (name.endsWith('.tap')) return 'tap';
  return name.endsWith('.xml') ? 'junit' : null;
}

/**
 * What a file's path says of it. `report`: it is one, and whatever is wrong with it is wrong with the results.
 * `promised`: the same, unless its content is clearly something else (`isReport`). `perhaps`: only its content tells.
 */
export function interest(
  path: string,
  named: NamedReport | null,
): 'report' | 'promised' | 'perhaps' | 'other' {
  if (named?.format === 'exit-code') return 'other';
  if (named?.path) return path === posix.normalize(named.path) ? 'report' : 'other';
  if (reportFormat(path) !== null) return 'promised';
  return /\.(json|jsonl|ndjson)$/i.test(path) ? 'perhaps' : 'other';
}

/** Whether a file that is not yet known to be one is a report; its first `sniffedBytes` are enough. */
export function isReport(path: string, content: Uint8Array): boolean {
  return formatOf({ path, content }) !== null;
}

/** Formats that a named one is found as: Vitest's JSON is Jest's, and node:test has reporters for others' formats. */
const foundAs: Partial<Record<ReportFormat, readonly FileFormat[]>> = {
  'vitest-json': ['jest-json'],
  'node-test': ['node-test', 'tap', 'junit'],
};

/**
 * Reads all reports of a log folder as one, or the one that the task names and no other; null when nothing is named
 * and there is none. One broken report breaks them all: what it would have said is not known. So does a named one that
 * is not there. A test that several reports name counts once, with the worst of its results. `exitCode` is that of the
 * tests, for a task that names it as its report. Throws AssayError `infrastructure` as `parseReport` does.
 */
export async function readReports(
  files: readonly LogFile[],
  wanted?: NamedReport & { exitCode: number | null },
): Promise<Parsed | null> {
  if (wanted?.format === 'exit-code') return exitCodeResult(wanted.exitCode);
  const named: NamedFile | null = wanted === undefined ? null : { ...wanted, format: wanted.format };
  const found = chosen(files, named).toSorted((a, b) => compareText(a.file.path, b.file.path));
  if (found.length === 0) {
    const path = named?.path ? ` at ${named.path}` : '';
    return named && { ok: false, reason: `the task names a report (${named.format})${path}; there is none` };
  }
  const reports: { format: FileFormat; results: TestResult[] }[] = [];
  for (const { file, format } of found) {
    const parsed: Parsed =
      'problem' in file ? { ok: false, reason: file.problem } : await parseReport(format, file.content);
    if (!parsed.ok) return { ok: false, reason: `${file.path}: ${parsed.reason}` };
    reports.push({ format, results: parsed.results });
  }
  return merged(withoutRepeats(reports.toSorted((a, b) => preference(a.format) - preference(b.format))));
}

interface Found {
  file: LogFile;
  format: FileFormat;
}

function chosen(files: readonly LogFile[], named: NamedFile | null): Found[] {
  const path = named?.path ? posix.normalize(named.path) : null;
  return files.flatMap((file): Found[] => {
    if (named !== null && path !== null) return file.path === path ? [{ file, format: named.format }] : [];
    const format = formatOf(file);
    if (format === null) return [];
    if (named === null) return [{ file, format }];
    const isNamed = (foundAs[named.format] ?? [named.format]).includes(format);
    return isNamed ? [{ file, format }] : [];
  });
}

function formatOf(file: LogFile): FileFormat | null {
  const promised = reportFormat(file.path);
  if ('problem' in file) return promised;
  if (promised === 'junit') return mayBeJunit(file.content) ? 'junit' : null;
  if (promised !== null) return promised;
  return interest(file.path, null) === 'perhaps' ? sniffJson(file.content) : null;
}

/** Of reports that repeat each other, the one whose names say most is kept. */
const preferred: readonly FileFormat[] = ['junit', 'go-json', 'cargo-json', 'jest-json', 'node-test', 'ctrf'];
function preference(format: FileFormat): number {
  const place = preferred.indexOf(format);
  return place === -1 ? preferred.length : place;
}

/** What two reports of one test come to: a test that one of them calls skipped is not known to have passed. */
const severity = { pass: 0, skipped: 1, fail: 2, error: 3 } as const satisfies Record<
  TestResult['outcome'],
  number
>;

function merged(reports: readonly { results: readonly TestResult[] }[]): Parsed {
  const results = new Map<string, TestResult>();
  for (const report of reports) {
    for (const result of report.results) {
      const known = results.get(result.id);
      if (known === undefined || severity[result.outcome] > severity[known.outcome])
        results.set(result.id, result);
    }
    if (results.size > reportLimits.tests)
      return { ok: false, reason: `the reports hold more than ${reportLimits.tests} tests` };
  }
  return { ok: true, results: [...results.values()] };
}
