import { compareText } from '../../harness/domain/order.ts';
import type { Check } from '../../harness/domain/verdict.ts';
import { boundedLine, plural } from '../text.ts';
import type { Against } from './expectations.ts';
import { isFailing, type TestResult } from './parse/result.ts';

/** A result and whether it counts: `excused` results are shown and decide nothing. */
export interface HeldResult extends TestResult {
  excused: boolean;
  missing: boolean;
  executed: boolean;
}

/** What is counted, excused results apart. `failed` holds the missing ones; `executed` is what ran, excused or not. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  missing: number;
  excused: number;
  total: number;
  executed: number;
}

/**
 * The results of a run as they count: expected tests that were not reported are failures, expected tests that were
 * skipped too; quarantined ones are excused, and so is what the reference solution does not pass either, or, where
 * the task names its tests, whatever is not named.
 */
export function held(results: readonly TestResult[], { expectations, quarantined }: Against): HeldResult[] {
  const flaky = new Map(quarantined.map(({ id, failed }) => [id, failed]));
  const required = new Set([...(expectations?.failToPass ?? []), ...(expectations?.passToPass ?? [])]);
  const reported = new Set<string>();
  const list = results.map((result): HeldResult => {
    reported.add(result.id);
    const executed = result.outcome !== 'skipped';
    const share = flaky.get(result.id);
    if (share !== undefined) {
      const message = `quarantined: without any change it failed in ${Math.round(share * 100)} % of the runs`;
      return { id: result.id, outcome: 'skipped', message, excused: true, missing: false, executed };
    }
    if (required.has(result.id)) {
      const isSkipped = result.outcome === 'skipped';
      const message = isSkipped ? 'it was skipped, and has to pass' : result.message;
      return {
        id: result.id,
        outcome: isSkipped ? 'fail' : result.outcome,
        ...(message === undefined ? {} : { message }),
        excused: false,
        missing: false,
        executed,
      };
    }
    const excused =
      expectations !== null && (expectations.source === 'named' || expectations.broken.has(result.id));
    return { ...result, excused, missing: false, executed };
  });
  for (const id of required) {
    if (reported.has(id)) continue;
    list.push({
      id,
      outcome: 'fail',
      message: 'missing from the report',
      excused: false,
      missing: true,
      executed: false,
    });
  }
  return list;
}

/** Every result as a check, those that did not pass first, then by id: the same order from run to run. */
export function toChecks(results: readonly HeldResult[]): Check[] {
  const rank = (result: HeldResult) =>
    isFailing(result) ? (result.excused ? 1 : 0) : result.outcome === 'skipped' ? 2 : 3;
  return results
    .toSorted((a, b) => rank(a) - rank(b) || compareText(a.id, b.id))
    .map(({ excused, missing: _, executed: __, ...check }) =>
      excused && isFailing(check)
        ? { ...check, message: `does not count; ${check.message ?? 'failed'}` }
        : check,
    );
}

export function count(results: readonly HeldResult[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, missing: 0, excused: 0, total: 0, executed: 0 };
  for (const result of results) {
    if (result.executed) counts.executed += 1;
    if (result.excused) {
      counts.excused += 1;
      continue;
    }
    counts.total += 1;
    if (result.missing) counts.missing += 1;
    if (isFailing(result)) counts.failed += 1;
    else if (result.outcome === 'skipped') counts.skipped += 1;
    else counts.passed += 1;
  }
  return counts;
}

const namesShown = 3;

/** `41 of 41 tests passed`, `3 of 41 tests failed: a, b, c`. */
export function testsInWords(results: readonly HeldResult[], counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  if (counts.failed === 0) return `${counts.passed} of ${plural(counts.total, 'test')} passed${skipped}`;
  const failed = results
    .filter((result) => isFailing(result) && !result.excused)
    .map((result) => result.id)
    .toSorted(compareText);
  const names = failed.slice(0, namesShown).map((id) => boundedLine(id, 80));
  const more = failed.length > namesShown ? ` and ${failed.length - namesShown} more` : '';
  return `${counts.failed} of ${plural(counts.total, 'test')} failed${skipped}: ${names.join(', ')}${more}`;
}

/** `; 2 of them are missing from the report`. */
export function missingWords(results: readonly HeldResult[]): string {
  const missing = results.filter((result) => result.missing).length;
  if (missing === 0) return '';
  return missing === 1
    ? '; one of them is missing from the report'
    : `; ${missing} of them are missing from the report`;
}
