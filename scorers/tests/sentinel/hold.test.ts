import { describe, expect, it } from 'vitest';
import type { RunnerReport } from '../runners/report.ts';
import { holdSentinels } from './hold.ts';
import type { Sentinels } from './sentinel.ts';

type Outcome = RunnerReport['tests'][number]['outcome'];

const planted: Sentinels[] = [
  {
    path: 'a.test.ts',
    mustPass: [['adds up']],
    mustFail: [['adds down'], ['group', 'adds sideways']],
    renamed: [],
  },
  { path: 'b.test.ts', mustPass: [['b', 'holds']], mustFail: [['breaks']], renamed: [] },
];

const asTheyMust: Record<string, Outcome> = {
  'a.test.ts > adds up': 'pass',
  'a.test.ts > adds down': 'fail',
  'a.test.ts > group > adds sideways': 'error',
  'a.test.ts > real': 'pass',
  'a.test.ts > group > real too': 'fail',
  'b.test.ts > b > holds': 'pass',
  'b.test.ts > breaks': 'fail',
  'b.test.ts > real': 'pass',
};

function report(
  outcomes: Record<string, Outcome | null>,
  files: { path: string; loaded: boolean }[] = planted.map(({ path }) => ({ path, loaded: true })),
): RunnerReport {
  const tests = Object.entries(outcomes).flatMap(([key, outcome]) => {
    const [file = '', ...name] = key.replace(/ #\d$/, '').split(' > ');
    return outcome === null ? [] : [{ file, name, outcome }];
  });
  return { version: 1, exitCode: 1, files, tests, violations: [] };
}

function held(changes: Record<string, Outcome | null>, files?: { path: string; loaded: boolean }[]) {
  const result = holdSentinels(planted, report({ ...asTheyMust, ...changes }, files));
  return result.ok ? result.report.tests.map(({ name }) => name.join(' > ')) : result.reason;
}

describe('a report in which all came out as it must', () => {
  it('is given back without our tests, and nothing else changed', () => {
    const whole = report(asTheyMust);
    const result = holdSentinels(planted, whole);
    expect(result).toEqual({
      ok: true,
      held: 5,
      report: {
        ...whole,
        tests: [
          { file: 'a.test.ts', name: ['real'], outcome: 'pass' },
          { file: 'a.test.ts', name: ['group', 'real too'], outcome: 'fail' },
          { file: 'b.test.ts', name: ['real'], outcome: 'pass' },
        ],
      },
    });
  });

  it('may hold a test of the same name in another file', () => {
    expect(held({ 'b.test.ts > adds down': 'pass' })).toContain('adds down');
  });

  it('may hold tests within ours, which count for nothing', () => {
    expect(held({ 'a.test.ts > adds down > part': 'pass' })).toEqual(['real', 'group > real too', 'real']);
  });

  it('may hold one of ours once for each value of a parametrised fixture', () => {
    const parts = { 'a.test.ts > adds down': null, 'a.test.ts > adds down[x]': 'fail' } as const;
    expect(held({ ...parts, 'a.test.ts > adds down[y]': 'fail' })).toEqual([
      'real',
      'group > real too',
      'real',
    ]);
    expect(held({ ...parts, 'a.test.ts > adds down[y]': 'pass' })).toMatch(/^a test that must fail/);
    expect(held({ ...parts, 'a.test.ts > adds down[x] #2': 'fail' })).toMatch(/more than once/);
  });

  it('is one without files, too', () => {
    expect(holdSentinels([], report({}, []))).toMatchObject({ ok: true, held: 0 });
  });
});

describe('a report is refused', () => {
  const refused: [why: string, changes: Record<string, Outcome | null>, reason: string][] = [
    [
      'where a test passed that must fail',
      { 'b.test.ts > breaks': 'pass' },
      'a test that must fail was reported as passed (b.test.ts)',
    ],
    [
      'where several did',
      { 'b.test.ts > breaks': 'pass', 'a.test.ts > adds down': 'pass' },
      '2 tests that must fail were reported as passed (first: a.test.ts)',
    ],
    [
      'where a test failed that must pass',
      { 'a.test.ts > adds up': 'fail' },
      'a test that must pass was reported as failed, although others of its file passed (a.test.ts)',
    ],
    [
      'where a test is missing',
      { 'a.test.ts > adds up': null },
      'one of our tests is missing from the report (a.test.ts)',
    ],
    [
      'where most are missing',
      {
        'a.test.ts > adds up': null,
        'a.test.ts > adds down': null,
        'a.test.ts > group > adds sideways': null,
      },
      '3 tests of ours are missing from the report (first: a.test.ts)',
    ],
    [
      'where a test was left out that must fail',
      { 'a.test.ts > adds down': 'skipped' },
      'a test that must run was reported as skipped (a.test.ts)',
    ],
    [
      'where a test was left out that must pass',
      { 'a.test.ts > adds up': 'skipped' },
      'a test that must run was reported as skipped (a.test.ts)',
    ],
    [
      'where a test came out twice',
      { 'a.test.ts > adds down #2': 'fail' },
      'one of our tests was reported more than once (a.test.ts)',
    ],
  ];
  it.each(refused)('%s', (_, changes, reason) => {
    expect(held(changes)).toBe(reason);
  });

  it('where a file is not in it', () => {
    expect(held({}, [{ path: 'a.test.ts', loaded: true }])).toBe(
      'a test file is missing from the report: b.test.ts',
    );
  });
});

describe('a file that could not be loaded', () => {
  const files = [
    { path: 'a.test.ts', loaded: false },
    { path: 'b.test.ts', loaded: true },
  ];
  const none = Object.fromEntries(
    Object.keys(asTheyMust).flatMap((key) => (key.startsWith('a.') ? [[key, null]] : [])),
  );

  it('holds no tests of ours', () => {
    expect(held(none, files)).toEqual(['real']);
  });

  it('may not hold one that passed', () => {
    const why = 'a test was reported as passed in a file that could not be loaded (a.test.ts)';
    expect(held({ ...none, 'a.test.ts > adds down': 'pass' }, files)).toBe(why);
    expect(held({ ...none, 'a.test.ts > adds up': 'pass' }, files)).toBe(why);
  });
});

describe('a file whose hooks break', () => {
  const nothingPassed = { 'a.test.ts > real': 'fail', 'a.test.ts > group > real too': 'error' } as const;

  it('may take a test that must pass with it, where it claims nothing', () => {
    expect(held({ ...nothingPassed, 'a.test.ts > adds up': 'fail' })).toHaveLength(3);
    expect(held({ ...nothingPassed, 'a.test.ts > adds down': 'skipped' })).toHaveLength(3);
  });

  it('may not make a test pass that must fail, nor lose one', () => {
    expect(held({ ...nothingPassed, 'a.test.ts > adds down': 'pass' })).toMatch(/^a test that must fail/);
    expect(held({ ...nothingPassed, 'a.test.ts > adds up': null })).toMatch(/missing/);
  });

  it('may not leave out all of its tests', () => {
    const allSkipped = Object.fromEntries(
      Object.keys(asTheyMust).flatMap((key) => (key.startsWith('a.') ? [[key, 'skipped' as const]] : [])),
    );
    expect(held(allSkipped)).toMatch(/skipped/);
  });

  it('may leave out a group with our test in it, as long as another of ours failed', () => {
    const left = {
      'a.test.ts > group > real too': 'skipped',
      'a.test.ts > group > adds sideways': 'skipped',
    } as const;
    expect(held(left)).toHaveLength(3);
    expect(held({ ...left, 'a.test.ts > group > real too': 'pass' })).toMatch(/skipped/);
    expect(held({ ...left, 'a.test.ts > adds down': 'skipped' })).toMatch(/skipped/);
  });
});

describe('a file whose tests have other names', () => {
  const swapped: Sentinels[] = [
    {
      path: 'a.py',
      mustPass: [['test_adds']],
      mustFail: [['test_breaks'], ['TestA', 'test_real']],
      renamed: [
        { from: ['TestA', 'test_fresh'], to: ['TestA', 'test_real'] },
        { from: ['test_new'], to: ['test_old'] },
      ],
    },
  ];
  const whole: Record<string, Outcome> = {
    'a.py > test_adds': 'pass',
    'a.py > test_breaks': 'fail',
    'a.py > TestA > test_fresh': 'pass',
    'a.py > TestA > test_real': 'fail',
    'a.py > test_new[x-y]': 'fail',
    'a.py > test_new[[z]]': 'pass',
    'a.py > test_new > part': 'pass',
    'a.py > test_newer': 'skipped',
  };
  const result = (changes: Record<string, Outcome | null>) => {
    const files = [{ path: 'a.py', loaded: true }];
    const result = holdSentinels(swapped, report({ ...whole, ...changes }, files));
    return result.ok
      ? result.report.tests.map(({ name, outcome }) => `${name.join(' > ')}: ${outcome}`)
      : result.reason;
  };

  it('is given back under the real ones', () => {
    expect(result({})).toEqual([
      'TestA > test_real: pass',
      'test_old[x-y]: fail',
      'test_old[[z]]: pass',
      'test_old > part: pass',
      'test_newer: skipped',
    ]);
  });

  it('is refused where a test of ours with a real name passed, or one bears a name that none has', () => {
    expect(result({ 'a.py > TestA > test_real': 'pass' })).toMatch(/^a test that must fail was reported as/);
    const stray = 'a test was reported under a name that no test has (a.py)';
    expect(result({ 'a.py > test_old': 'pass' })).toBe(stray);
    expect(result({ 'a.py > test_old[x-y]': 'fail' })).toBe(stray);
    expect(result({ 'a.py > TestA > test_real #2': 'fail' })).toMatch(/more than once/);
  });
});
