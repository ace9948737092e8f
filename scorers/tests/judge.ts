import { compareText } from '../../harness/domain/order.ts';
import type { Check, Outcome } from '../../harness/domain/verdict.ts';
import type { ContainerEnd } from '../../harness/sandbox/sandbox.ts';
import { boundedLine, plural } from '../text.ts';
import { isFailing, type Parsed, type TestResult } from './parse/result.ts';
import type { Reward } from './parse/reward.ts';

/** All that is known after the tests' container stopped. */
export interface JudgeInput {
  end: ContainerEnd;
  exitCode: number | null;
  /** Why the tests were never started; null when they were. */
  setupFailure: string | null;
  /** null: neither reward.json nor reward.txt was written. */
  reward: Reward | null;
  /** null: no report was written. */
  reports: Parsed | null;
  /** Bound of the container, for the sentence about a timeout. */
  timeoutSec: number;
  /** Last line that the tests printed; hostile text, may be empty. */
  lastLine: string;
}

export interface Judgement {
  outcome: Exclude<Outcome, 'skipped'>;
  reason: string;
  score: number | null;
  /** Empty on `error`: numbers that were not properly measured must not rank anything. */
  measures: Record<string, number>;
  /** Every test, those that did not pass first, then by id. */
  checks: Check[];
}

const ends: Record<Exclude<ContainerEnd, 'exited'>, (input: JudgeInput) => string> = {
  timeout: (input) => `the tests did not end within ${plural(input.timeoutSec, 'second')}`,
  oom: () => 'the tests used more memory than they may',
  storage: () => 'the tests wrote more to disk than they may',
  unhealthy: () => 'the container did not become healthy, so the tests were not run',
  aborted: () => 'the scoring was interrupted',
};

/**
 * Decides what a run of the tests came to; pure. Fails closed: whatever is missing, broken or contradicts itself is an
 * `error`. A reward of at least 1 passes and, as in Harbor, makes the exit code irrelevant.
 */
export function judge(input: JudgeInput): Judgement {
  const { reward, reports, exitCode } = input;
  const results = reports?.ok ? reports.results : [];
  const checks = toChecks(results);
  const error = (reason: string): Judgement => ({
    outcome: 'error',
    reason: boundedLine(reason, 400),
    score: null,
    measures: {},
    checks,
  });

  if (input.end !== 'exited') return error(ends[input.end](input));
  if (input.setupFailure !== null) return error(`the tests were not started: ${input.setupFailure}`);
  if (reward && !reward.ok) return error(`broken reward: ${reward.reason}`);
  if (reports && !reports.ok) return error(`broken report: ${reports.reason}`);
  if (!reward && !reports) return error(noResult(input));

  const counts = count(results);
  if (reports && counts.passed + counts.failed === 0)
    return error(`no test executed${counts.total > 0 ? `: all ${counts.total} were skipped` : ''}`);

  const judged = (outcome: 'pass' | 'fail', reason: string): Judgement => ({
    outcome,
    reason: boundedLine(reason, 400),
    score: reward ? Math.min(1, Math.max(0, reward.value)) : counts.passed / counts.total,
    measures: { ...(reports ? counts : {}), ...(reward ? { reward: reward.value } : {}) },
    checks,
  });
  const tests = testsInWords(results, counts);

  if (reward) {
    const enough = reward.value >= 1;
    if (enough && counts.failed > 0)
      return error(`reward and report disagree: the reward is ${reward.value}, but ${tests}`);
    if (!reports)
      return judged(enough ? 'pass' : 'fail', `reward ${reward.value}${enough ? '' : ', below 1'}`);
    if (enough) return judged('pass', tests);
    return judged(
      'fail',
      counts.failed > 0 ? tests : `the reward is ${reward.value}, below 1, although ${tests}`,
    );
  }
  if (counts.failed > 0) return judged('fail', tests);
  if (exitCode !== 0)
    return error(`results disagree with the exit code: ${tests}, but the exit code is ${exitCode}`);
  return judged('pass', tests);
}

/** Every result as a check, those that did not pass first, then by id: the same order from run to run. */
function toChecks(results: readonly TestResult[]): Check[] {
  const rank = (result: TestResult) => (isFailing(result) ? 0 : result.outcome === 'skipped' ? 1 : 2);
  return results.toSorted((a, b) => rank(a) - rank(b) || compareText(a.id, b.id));
}

function count(results: readonly TestResult[]) {
  const counts = { passed: 0, failed: 0, skipped: 0, total: results.length };
  for (const result of results) {
    if (isFailing(result)) counts.failed += 1;
    else if (result.outcome === 'skipped') counts.skipped += 1;
    else counts.passed += 1;
  }
  return counts;
}

const namesShown = 3;

/** `41 of 41 tests passed`, `3 of 41 tests failed: a, b, c`. */
function testsInWords(results: readonly TestResult[], counts: ReturnType<typeof count>): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  if (counts.failed === 0) return `${counts.passed} of ${plural(counts.total, 'test')} passed${skipped}`;
  const failed = results
    .filter(isFailing)
    .map((result) => result.id)
    .toSorted(compareText);
  const names = failed.slice(0, namesShown).map((id) => boundedLine(id, 80));
  const more = failed.length > namesShown ? ` and ${failed.length - namesShown} more` : '';
  return `${counts.failed} of ${plural(counts.total, 'test')} failed${skipped}: ${names.join(', ')}${more}`;
}

function noResult({ exitCode, lastLine }: JudgeInput): string {
  const last = boundedLine(lastLine, 160);
  return `no result: neither a reward nor a report was written (exit code ${exitCode}${last ? `; last line: ${last}` : ''})`;
}
