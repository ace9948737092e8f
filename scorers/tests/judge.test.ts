import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../harness/domain/digest.ts';
import { Verdict } from '../../harness/domain/verdict.ts';
import { judge as judgeAgainst } from './judge.ts';
import type { Measurement } from './measurement.ts';
import type { Parsed, TestResult } from './parse/result.ts';
import { toVerdict } from './verdict.ts';

const results = (outcomes: string): TestResult[] =>
  [...outcomes].map((letter, index) => ({
    id: `t${String(index + 1).padStart(2, '0')}`,
    outcome: { p: 'pass', f: 'fail', e: 'error', s: 'skipped' }[letter] as TestResult['outcome'],
  }));
const reports = (outcomes: string): Parsed => ({ ok: true, results: results(outcomes) });
const reward = (value: number) => ({ ok: true, value }) as const;
const broken = (reason: string) => ({ ok: false, reason }) as const;

const judge = (run: Measurement) => judgeAgainst(run, { expectations: null, quarantined: [] });

/** Verdicts name their evidence by digest; here nobody reads it. */
const store = { putBlob: async (content: string | Uint8Array) => sha256(content) };

const ended: Measurement = {
  end: 'exited',
  exitCode: 0,
  setupFailure: null,
  reward: null,
  reports: null,
  forged: null,
  sentinels: 0,
  putBack: { total: 0, paths: [] },
  timeoutSec: 60,
  lastLine: '',
  evidence: [],
};

type Row = [what: string, input: Partial<Measurement>, outcome: string, reason: string | RegExp];

const table: Row[] = [
  // The container did not end by itself.
  ['timeout', { end: 'timeout', exitCode: null }, 'error', 'the tests did not end within 60 seconds'],
  [
    'timeout after a pass was written',
    { end: 'timeout', exitCode: null, reward: reward(1), reports: reports('p') },
    'error',
    /not end within/,
  ],
  [
    'timeout after a failure was written',
    { end: 'timeout', exitCode: null, reports: reports('f') },
    'error',
    /not end within/,
  ],
  ['out of memory', { end: 'oom', exitCode: 137, reward: reward(1) }, 'error', /memory/],
  ['out of storage', { end: 'storage', exitCode: null, reward: reward(1) }, 'error', /disk/],
  ['unhealthy', { end: 'unhealthy', exitCode: null }, 'error', /healthy/],
  ['aborted', { end: 'aborted', exitCode: null, reward: reward(1) }, 'error', /interrupted/],
  [
    'setup failed',
    { exitCode: 97, setupFailure: 'a file', reward: reward(1) },
    'error',
    'the tests were not started: a file',
  ],
  // Nothing, or something broken, was written.
  ['nothing written', {}, 'error', 'no result: neither a reward nor a report was written (exit code 0)'],
  [
    'nothing written, with a last line',
    { exitCode: 127, lastLine: 'test.sh:\u001b[31m not found' },
    'error',
    /exit code 127; last line: test.sh: \[31m not found/,
  ],
  ['broken reward', { reward: broken('reward.txt is empty') }, 'error', 'broken reward: reward.txt is empty'],
  [
    'broken reward beside a good report',
    { reward: broken('reward.txt is empty'), reports: reports('pp') },
    'error',
    /broken reward/,
  ],
  ['broken report', { reports: broken('a.xml: it is empty') }, 'error', 'broken report: a.xml: it is empty'],
  [
    'broken report beside reward 1',
    { reward: reward(1), reports: broken('a.xml: it is empty') },
    'error',
    /broken report/,
  ],
  [
    'broken report beside reward 0',
    { reward: reward(0), reports: broken('a.xml: it is empty') },
    'error',
    /broken report/,
  ],
  // Reports without a test that ran.
  ['empty report', { reports: reports('') }, 'error', 'no test executed'],
  ['empty report beside reward 1', { reward: reward(1), reports: reports('') }, 'error', 'no test executed'],
  ['empty report beside reward 0', { reward: reward(0), reports: reports('') }, 'error', 'no test executed'],
  ['all skipped', { reports: reports('sss') }, 'error', 'no test executed: all 3 were skipped'],
  ['all skipped beside reward 1', { reward: reward(1), reports: reports('s') }, 'error', /no test executed/],
  // Reward and reports.
  ['reward 1, all passed', { reward: reward(1), reports: reports('pp') }, 'pass', '2 of 2 tests passed'],
  [
    'reward 1, exit code 1: as in Harbor',
    { reward: reward(1), reports: reports('pp'), exitCode: 1 },
    'pass',
    '2 of 2 tests passed',
  ],
  ['reward above 1', { reward: reward(7), reports: reports('p') }, 'pass', '1 of 1 test passed'],
  [
    'reward 1, one skipped',
    { reward: reward(1), reports: reports('ps') },
    'pass',
    '1 of 2 tests passed, 1 skipped',
  ],
  [
    'reward 1, one failed',
    { reward: reward(1), reports: reports('pf') },
    'error',
    'reward and report disagree: the reward is 1, but 1 of 2 tests failed: t02',
  ],
  ['reward 1, one broke', { reward: reward(1), reports: reports('pe') }, 'error', /disagree/],
  ['reward 0, one failed', { reward: reward(0), reports: reports('pf') }, 'fail', '1 of 2 tests failed: t02'],
  ['reward 0, exit code 0', { reward: reward(0), reports: reports('f') }, 'fail', '1 of 1 test failed: t01'],
  [
    'reward 0.99, one failed',
    { reward: reward(0.99), reports: reports('pfs') },
    'fail',
    '1 of 3 tests failed, 1 skipped: t02',
  ],
  [
    'reward 0, all passed',
    { reward: reward(0), reports: reports('pp') },
    'fail',
    'the reward is 0, below 1, although 2 of 2 tests passed',
  ],
  ['negative reward, all passed', { reward: reward(-1), reports: reports('p') }, 'fail', /the reward is -1/],
  // Reward only.
  ['only reward 1', { reward: reward(1) }, 'pass', 'reward 1'],
  ['only reward 1, exit code 1', { reward: reward(1), exitCode: 1 }, 'pass', 'reward 1'],
  ['only reward 1, no exit code', { reward: reward(1), exitCode: null }, 'pass', 'reward 1'],
  ['only reward 0.999', { reward: reward(0.999) }, 'fail', 'reward 0.999, below 1'],
  ['only reward 0', { reward: reward(0) }, 'fail', 'reward 0, below 1'],
  // Reports only.
  ['only reports, all passed', { reports: reports('pppp') }, 'pass', '4 of 4 tests passed'],
  ['only reports, some skipped', { reports: reports('pps') }, 'pass', '2 of 3 tests passed, 1 skipped'],
  [
    'only reports, exit code 1',
    { reports: reports('pp'), exitCode: 1 },
    'error',
    'results disagree with the exit code: 2 of 2 tests passed, but the exit code is 1',
  ],
  [
    'only reports, no exit code',
    { reports: reports('pp'), exitCode: null },
    'error',
    /disagree with the exit code/,
  ],
  [
    'only reports, one failed, exit code 1',
    { reports: reports('pf'), exitCode: 1 },
    'fail',
    '1 of 2 tests failed: t02',
  ],
  ['only reports, one failed, exit code 0', { reports: reports('pf') }, 'fail', '1 of 2 tests failed: t02'],
  ['only reports, one broke', { reports: reports('pe'), exitCode: 1 }, 'fail', '1 of 2 tests failed: t02'],
  [
    'many failed',
    { reports: reports('fffef'), exitCode: 1 },
    'fail',
    '5 of 5 tests failed: t01, t02, t03 and 2 more',
  ],
];

describe('judge', () => {
  it.each(table)('%s', (_what, input, outcome, reason) => {
    const judgement = judge({ ...ended, ...input });
    expect(judgement.outcome).toBe(outcome);
    if (typeof reason === 'string') expect(judgement.reason).toBe(reason);
    else expect(judgement.reason).toMatch(reason);
  });

  it.each([
    [
      { reward: reward(0.25), reports: reports('ppfs') },
      0.25,
      { passed: 2, failed: 1, skipped: 1, total: 4, reward: 0.25 },
    ],
    [{ reward: reward(3) }, 1, { reward: 3 }],
    [{ reward: reward(-3) }, 0, { reward: -3 }],
    [{ reports: reports('ppfe') }, 0.5, { passed: 2, failed: 2, skipped: 0, total: 4 }],
    [{ reports: reports('ppps') }, 0.75, { passed: 3, failed: 0, skipped: 1, total: 4 }],
    [{ reward: reward(1), reports: reports('pf') }, null, {}],
    [{ end: 'timeout' as const, reports: reports('p') }, null, {}],
  ])('measures %j', (input, score, measures) => {
    const judgement = judge({ ...ended, ...input });
    expect(judgement.score).toBe(score);
    expect(judgement.measures).toEqual(measures);
  });

  it('lists what did not pass first, then by name, whatever the order of the report', () => {
    const shuffled = ['b p', 'a p', 'd f', 'c e', 'f s', 'e s'].map((row) => {
      const [id = '', letter = ''] = row.split(' ');
      return { ...(results(letter)[0] as TestResult), id };
    });
    const order = (list: TestResult[]) =>
      judge({ ...ended, reports: { ok: true, results: list } }).checks.map((check) => check.id);
    expect(order(shuffled)).toEqual(['c', 'd', 'e', 'f', 'a', 'b']);
    expect(order(shuffled.toReversed())).toEqual(order(shuffled));
  });

  it('gives a valid verdict with a bounded part of the checks, whatever the names', async () => {
    const hostile: TestResult[] = Array.from({ length: 120 }, (_, index) => ({
      id: `${'\u001b]0;x\u0007\n"<b>'.repeat(20)}${index}`,
      outcome: 'fail',
    }));
    const judgement = judge({ ...ended, reports: { ok: true, results: hostile } });
    const verdict = Verdict.parse(await toVerdict(judgement, [], store));
    expect(verdict.checks).toHaveLength(50);
    expect(verdict.checksTotal).toBe(120);
    expect(verdict.reason.length).toBeLessThanOrEqual(400);
    expect(verdict.reason).not.toMatch(/\p{Cc}/u);
  });

  it('passes only on an own end with a reward of 1 or a report in which something passed and nothing failed', async () => {
    const parsed = fc.oneof(
      fc.constant(null),
      fc.string().map(broken),
      fc.stringMatching(/^[pfes]{0,5}$/).map(reports),
    );
    const input = fc.record({
      end: fc.constantFrom<Measurement['end']>('exited', 'timeout', 'oom', 'storage', 'aborted', 'unhealthy'),
      exitCode: fc.constantFrom(null, 0, 1, 97, 137),
      setupFailure: fc.constantFrom(null, null, 'x'),
      reward: fc.oneof(
        fc.constant(null),
        fc.string().map(broken),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map(reward),
        fc.constant(reward(1)),
      ),
      reports: parsed,
      forged: fc.constantFrom(null, null, 'a test that must fail was reported as passed'),
      sentinels: fc.constantFrom(0, 3),
      putBack: fc.constant<Measurement['putBack']>({ total: 0, paths: [] }),
      timeoutSec: fc.constant(1),
      lastLine: fc.string(),
      evidence: fc.constant<Measurement['evidence']>([]),
    });
    await fc.assert(
      fc.asyncProperty(input, async (given) => {
        const judgement = judge(given);
        Verdict.parse(await toVerdict(judgement, [], store));
        if (judgement.outcome !== 'pass') return;
        expect(given.end).toBe('exited');
        expect(given.setupFailure).toBeNull();
        expect(given.forged).toBeNull();
        const listed = given.reports?.ok ? given.reports.results : [];
        expect(listed.every(({ outcome }) => outcome === 'pass' || outcome === 'skipped')).toBe(true);
        if (given.reports !== null) expect(listed.some(({ outcome }) => outcome === 'pass')).toBe(true);
        if (given.reward === null) expect(given.exitCode).toBe(0);
        else expect(given.reward.ok && given.reward.value >= 1).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
