import type { TestResult } from './result.ts';
import { isFailing } from './result.ts';

/** The results of one report. */
export interface Report {
  format: string;
  results: TestResult[];
}

/**
 * The reports without those that only repeat another one in a format that names tests otherwise (`file::test` in JUnit,
 * `suite > test` in CTRF): as many tests, of the same own names and the same results. What is left out has its equal
 * among what is kept, so that no failure is lost. Of two the earlier in the list is kept.
 */
export function withoutRepeats<R extends Report>(reports: readonly R[]): R[] {
  if (reports.length < 2) return [...reports];
  const kept: { report: R; print: string }[] = [];
  for (const report of reports) {
    const print = fingerprint(report.results);
    const isRepeat = kept.some((each) => each.print === print && each.report.format !== report.format);
    if (!isRepeat) kept.push({ report, print });
  }
  return kept.map(({ report }) => report);
}

/** Own names and results, in an order that no format decides. */
function fingerprint(results: readonly TestResult[]): string {
  return results
    .map((result) => JSON.stringify([ownName(result.id), isFailing(result) ? 'failing' : result.outcome]))
    .sort()
    .join('\n');
}

/** The last part of a test's id, without the number that tells tests of one name apart. */
function ownName(id: string): string {
  const end = Math.max(id.lastIndexOf(' > ') + 3, id.lastIndexOf('::') + 2);
  return (end > 2 ? id.slice(end) : id).replace(/ \(\d+\)$/, '');
}
