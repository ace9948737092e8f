import type { Check, Outcome } from '../../harness/domain/verdict.ts';
import type { ContainerEnd } from '../../harness/sandbox/sandbox.ts';
import { boundedLine, plural } from '../text.ts';
import { type Counts, count, held, missingWords, testsInWords, toChecks } from './count.ts';
import type { Against } from './expectations.ts';
import type { Measurement } from './measurement.ts';

export interface Judgement {
  outcome: Exclude<Outcome, 'skipped'>;
  reason: string;
  score: number | null;
  /** Empty on `error`: numbers that were not properly measured must not rank anything. */
  measures: Record<string, number>;
  /** Every test, those that did not pass first, then by id. */
  checks: Check[];
}

const ends: Record<Exclude<ContainerEnd, 'exited'>, (run: Measurement) => string> = {
  timeout: (run) => `the tests did not end within ${plural(run.timeoutSec, 'second')}`,
  oom: () => 'the tests used more memory than they may',
  storage: () => 'the tests wrote more to disk than they may',
  unhealthy: () => 'the container did not become healthy, so the tests were not run',
  aborted: () => 'the scoring was interrupted',
};

/**
 * Decides what a run of the tests came to; pure. Fails closed: whatever is missing, broken, forged or contradicts itself
 * is an `error`. Where the task names its tests, those decide. Else a reward of at least 1 passes and, as in Harbor,
 * makes the exit code irrelevant, as long as no expected test is missing or failed.
 */
export function judge(run: Measurement, against: Against): Judgement {
  const { reward, reports } = run;
  const results = held(reports?.ok ? reports.results : [], against);
  const checks = toChecks(results);
  const error = (reason: string): Judgement => ({
    outcome: 'error',
    reason: boundedLine(reason, 400),
    score: null,
    measures: {},
    checks,
  });

  if (run.end !== 'exited') return error(ends[run.end](run));
  if (run.setupFailure !== null) return error(`the tests were not started: ${run.setupFailure}`);
  if (run.forged !== null) return error(`forged or broken report: ${run.forged}`);
  if (reward && !reward.ok) return error(`broken reward: ${reward.reason}`);
  if (reports && !reports.ok) return error(`broken report: ${reports.reason}`);
  if (!reward && !reports) return error(noResult(run));

  const counts = count(results);
  if (reports && counts.executed === 0)
    return error(`no test executed${counts.skipped > 0 ? `: all ${counts.skipped} were skipped` : ''}`);

  const judged = (outcome: 'pass' | 'fail', reason: string): Judgement => ({
    outcome,
    reason: boundedLine(`${reason}${putBackWords(run.putBack)}`, 400),
    score: reward && !named ? Math.min(1, Math.max(0, reward.value)) : scoreOf(counts),
    measures: measuresOf(run, counts, against),
    checks,
  });
  const named = against.expectations?.source === 'named';
  const tests = `${testsInWords(results, counts)}${missingWords(results)}`;
  if (named) {
    if (!reports) return error('the task names its tests, but no report says how they came out');
    return counts.failed > 0 ? judged('fail', tests) : exitAgrees(run, counts, tests, judged, error);
  }
  if (reward) {
    const enough = reward.value >= 1;
    if (enough && counts.failed > counts.missing)
      return error(`reward and report disagree: the reward is ${reward.value}, but ${tests}`);
    if (!reports && counts.missing === 0)
      return judged(enough ? 'pass' : 'fail', `reward ${reward.value}${enough ? '' : ', below 1'}`);
    if (enough && counts.failed === 0) return judged('pass', tests);
    return judged(
      'fail',
      counts.failed > 0 ? tests : `the reward is ${reward.value}, below 1, although ${tests}`,
    );
  }
  if (counts.failed > 0) return judged('fail', tests);
  return exitAgrees(run, counts, tests, judged, error);
}

/** An exit code other than 0 needs a test that explains it, be it one that does not count. */
function exitAgrees(
  { exitCode }: Measurement,
  counts: Counts,
  tests: string,
  judged: (outcome: 'pass', reason: string) => Judgement,
  error: (reason: string) => Judgement,
): Judgement {
  if (exitCode !== 0 && (exitCode === null || counts.excused === 0))
    return error(`results disagree with the exit code: ${tests}, but the exit code is ${exitCode}`);
  return judged('pass', tests);
}

function scoreOf(counts: Counts): number {
  return counts.total === 0 ? 0 : counts.passed / counts.total;
}

function measuresOf(run: Measurement, counts: Counts, { quarantined }: Against): Record<string, number> {
  const { passed, failed, skipped, total } = counts;
  return {
    ...(run.reports ? { passed, failed, skipped, total } : {}),
    ...(run.reward?.ok ? { reward: run.reward.value } : {}),
    ...(run.sentinels > 0 ? { sentinels: run.sentinels } : {}),
    ...(run.putBack.total > 0 ? { put_back: run.putBack.total } : {}),
    ...(quarantined.length > 0
      ? {
          quarantined: quarantined.length,
          quarantined_share: quarantined.length / (total + quarantined.length),
        }
      : {}),
  };
}

/** `; put back from the base: tests/a.test.ts and 2 more`. */
function putBackWords({ total, paths }: Measurement['putBack']): string {
  const [first] = paths;
  if (first === undefined) return '';
  const more = total > 1 ? ` and ${total - 1} more` : '';
  return `; put back from the base: ${boundedLine(first, 80)}${more}`;
}

function noResult({ exitCode, lastLine }: Measurement): string {
  const last = boundedLine(lastLine, 160);
  return `no result: neither a reward nor a report was written (exit code ${exitCode}${last ? `; last line: ${last}` : ''})`;
}
