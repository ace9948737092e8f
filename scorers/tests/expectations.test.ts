import { describe, expect, it } from 'vitest';
import { sha256 } from '../../harness/domain/digest.ts';
import { learn, type References } from './expectations.ts';
import { judge } from './judge.ts';
import type { Measurement } from './measurement.ts';

const outcomes = { p: 'pass', f: 'fail', e: 'error', s: 'skipped' } as const;

/** `run({a: 'p', b: 'f'})`: a run in which these tests came out so. */
function run(results: Record<string, keyof typeof outcomes>, over: Partial<Measurement> = {}): Measurement {
  const list = Object.entries(results).map(([id, letter]) => ({ id, outcome: outcomes[letter] }));
  return {
    end: 'exited',
    exitCode: list.some(({ outcome }) => outcome === 'fail' || outcome === 'error') ? 1 : 0,
    setupFailure: null,
    reward: null,
    reports: { ok: true, results: list },
    forged: null,
    sentinels: 0,
    putBack: { total: 0, paths: [] },
    timeoutSec: 60,
    lastLine: '',
    evidence: [],
    ...over,
  };
}

function references(base: Measurement[], oracle: Measurement[] | null): Omit<References, 'version'> {
  return {
    base: { candidate: sha256('base'), runs: base },
    oracle: oracle === null ? null : { candidate: sha256('oracle'), runs: oracle },
  };
}

const unnamed = { failToPass: null, passToPass: null };

describe('what base and reference solution say of the tests', () => {
  it('derives fail-to-pass and pass-to-pass, and leaves out what the solution itself does not pass', () => {
    const learnt = learn(
      unnamed,
      references(
        [run({ a: 'f', keep: 'p', gone: 'f' })],
        [run({ a: 'p', keep: 'p', added: 'p', gone: 'f' })],
      ),
    );
    expect(learnt.expectations).toEqual({
      source: 'derived',
      failToPass: ['a', 'added'],
      passToPass: ['keep'],
      broken: new Set(['gone']),
    });
    expect(learnt.quarantined).toEqual([]);
    expect(learnt.tests).toBe(4);
  });

  it('expects nothing without a solution, or with one that could not be measured', () => {
    expect(learn(unnamed, references([run({ a: 'p' })], null)).expectations).toBeNull();
    for (const over of [{ end: 'timeout' }, { forged: 'x' }, { reports: null }] as const)
      expect(learn(unnamed, references([run({})], [run({ a: 'p' }, over)])).expectations).toBeNull();
  });

  it('takes the named sets as they are', () => {
    const named = { failToPass: ['b', 'a'], passToPass: null };
    expect(learn(named, references([run({})], null)).expectations).toEqual({
      source: 'named',
      failToPass: ['a', 'b'],
      passToPass: [],
      broken: new Set(),
    });
  });

  it('quarantines what varies on base or solution, with its share of failures', () => {
    const learnt = learn(
      unnamed,
      references(
        [run({ a: 'f', flips: 'p' }), run({ a: 'f', flips: 'f' }), run({ a: 'f', flips: 'p' })],
        [
          run({ a: 'p', flips: 'p', gone: 'p' }),
          run({ a: 'p', flips: 'p', gone: 'p' }),
          run({ a: 'p', flips: 'p' }),
        ],
      ),
    );
    expect(learnt.quarantined).toEqual([
      { id: 'flips', failed: 1 - 2 / 3 },
      { id: 'gone', failed: 1 - 2 / 3 },
    ]);
    expect(learnt.expectations).toMatchObject({ failToPass: ['a'], passToPass: [] });
  });
});

describe('a run against what is expected', () => {
  const derived = learn(
    unnamed,
    references(
      [
        run({ fix: 'f', keep: 'p', old: 'f', flaky: 'p' }),
        run({ fix: 'f', keep: 'p', old: 'f', flaky: 'f' }),
      ],
      [
        run({ fix: 'p', keep: 'p', old: 'f', flaky: 'p' }),
        run({ fix: 'p', keep: 'p', old: 'f', flaky: 'p' }),
      ],
    ),
  );
  const named = learn({ failToPass: ['fix'], passToPass: ['keep'] }, references([run({})], null));

  it.each([
    ['both sets pass', { fix: 'p', keep: 'p' }, 'pass', '2 of 2 tests passed'],
    ['an expected test failed', { fix: 'f', keep: 'p' }, 'fail', '1 of 2 tests failed: fix'],
    ['a regression', { fix: 'p', keep: 'f' }, 'fail', '1 of 2 tests failed: keep'],
    [
      'a missing id is a failure',
      { fix: 'p' },
      'fail',
      '1 of 2 tests failed: keep; one of them is missing from the report',
    ],
    ['a skipped id is a failure', { fix: 'p', keep: 's' }, 'fail', '1 of 2 tests failed: keep'],
    [
      'what the solution fails too does not count',
      { fix: 'p', keep: 'p', old: 'f' },
      'pass',
      '2 of 2 tests passed',
    ],
    [
      'what is quarantined does not count',
      { fix: 'p', keep: 'p', flaky: 'f' },
      'pass',
      '2 of 2 tests passed',
    ],
    [
      'an unknown test that fails counts',
      { fix: 'p', keep: 'p', extra: 'f' },
      'fail',
      '1 of 3 tests failed: extra',
    ],
  ] as const)('derived: %s', (_what, results, outcome, reason) => {
    expect(judge(run(results), derived)).toMatchObject({ outcome, reason });
  });

  it.each([
    ['only the sets decide', { fix: 'p', keep: 'p', other: 'f' }, 'pass', '2 of 2 tests passed'],
    [
      'a missing id is a failure',
      { fix: 'p', other: 'p' },
      'fail',
      '1 of 2 tests failed: keep; one of them is missing from the report',
    ],
    [
      'nothing of both',
      { other: 'p' },
      'fail',
      '2 of 2 tests failed: fix, keep; 2 of them are missing from the report',
    ],
  ] as const)('named: %s', (_what, results, outcome, reason) => {
    expect(judge(run(results), named)).toMatchObject({ outcome, reason });
  });

  it('says what was left out, and how much of the suite it is', () => {
    const judgement = judge(run({ fix: 'p', keep: 'p', flaky: 'f', old: 'f' }), derived);
    expect(judgement.measures).toMatchObject({
      passed: 2,
      total: 2,
      quarantined: 1,
      quarantined_share: 1 / 3,
    });
    expect(judgement.checks).toEqual([
      { id: 'old', outcome: 'fail', message: 'does not count; failed' },
      {
        id: 'flaky',
        outcome: 'skipped',
        message: 'quarantined: without any change it failed in 50 % of the runs',
      },
      { id: 'fix', outcome: 'pass' },
      { id: 'keep', outcome: 'pass' },
    ]);
  });

  it('is an error without a report where the task names its tests, whatever the reward', () => {
    const rewarded = run({}, { reports: null, reward: { ok: true, value: 1 } });
    expect(judge(rewarded, named)).toMatchObject({ outcome: 'error' });
    expect(judge(rewarded, derived)).toMatchObject({ outcome: 'fail', reason: /missing from the report/ });
  });

  it('is an error when the exit code has no explanation', () => {
    const ended = { ...run({ fix: 'p', keep: 'p' }), exitCode: 1 };
    expect(judge(ended, derived)).toMatchObject({ outcome: 'error', reason: /disagree with the exit code/ });
    const excused = { ...run({ fix: 'p', keep: 'p', old: 'f' }), exitCode: 1 };
    expect(judge(excused, derived)).toMatchObject({ outcome: 'pass' });
  });

  it('is an error when nothing may be believed', () => {
    const forged = run({ fix: 'p', keep: 'p' }, { forged: 'a test that must fail was reported as passed' });
    expect(judge(forged, derived)).toMatchObject({
      outcome: 'error',
      reason: 'forged or broken report: a test that must fail was reported as passed',
      measures: {},
    });
  });
});
