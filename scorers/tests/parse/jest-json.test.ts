import { describe, expect, it } from 'vitest';
import { parseJestJson } from './jest-json.ts';

const test = (title: string, status: string, more = {}) => ({ ancestorTitles: [], title, status, ...more });
const file = (name: string, status: string, assertionResults: object[], message = '') => ({
  ...{ name, status, assertionResults, message },
});

function report(files: ReturnType<typeof file>[], more: object = {}): object {
  const tests = files.flatMap((each) => each.assertionResults as { status: string }[]);
  const count = (status: string) => tests.filter((each) => each.status === status).length;
  return {
    numTotalTests: tests.length,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    success: files.every((each) => each.status !== 'failed'),
    testResults: files,
    ...more,
  };
}

const outcomes = (value: unknown) => {
  const parsed = parseJestJson(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));
  return parsed.ok ? parsed.results.map(({ id, outcome }) => `${outcome} ${id}`) : parsed.reason;
};

describe('parseJestJson', () => {
  it('names tests by file, groups and title, whatever the order of the files', () => {
    const a = file('/w/a.js', 'passed', [
      test('works', 'passed', { ancestorTitles: ['outer', '', 'inner'] }),
    ]);
    const b = file('/w/b.js', 'failed', [test('works', 'failed', { failureMessages: [null, 'why'] })]);
    const expected = ['fail /w/b.js > works', 'pass /w/a.js > outer > inner > works'];
    expect(outcomes(report([b, a]))).toEqual(expected);
    expect(outcomes(report([a, b]))).toEqual(expected.toReversed());
    expect(parseJestJson(Buffer.from(JSON.stringify(report([b]))))).toEqual({
      ok: true,
      results: [{ id: '/w/b.js > works', outcome: 'fail', message: 'why' }],
    });
  });

  it.each(['skipped', 'pending', 'todo', 'disabled', 'focused'])('takes %s for no pass', (status) => {
    expect(outcomes(report([file('a', 'passed', [test('t', status)])]))).toEqual(['skipped a > t']);
  });

  it('says so where a test passed only when tried again', () => {
    const tries = report([file('a', 'passed', [test('t', 'passed', { invocations: 3 })])]);
    expect(parseJestJson(Buffer.from(JSON.stringify(tries)))).toMatchObject({
      results: [{ outcome: 'pass', message: 'passed only when tried 3 times' }],
    });
  });

  it('makes a file that broke outside of its tests a failing result', () => {
    const broken = file('a', 'failed', [test('t', 'passed')], 'no database');
    expect(outcomes(report([broken]))).toEqual(['pass a > t', 'error a > (file)']);
    expect(outcomes(report([file('b', 'failed', [])]))).toEqual(['error b > (file)']);
  });

  it('does not lose a failure that is only counted', () => {
    const good = [file('a', 'passed', [test('t', 'passed')])];
    for (const more of [{ success: false }, { numFailedTestSuites: 1 }, { numRuntimeErrorTestSuites: 1 }])
      expect(outcomes(report(good, more))).toEqual(['pass a > t', 'error (run)']);
    // A test of the file failed, and so did the file itself.
    const both = [file('a', 'failed', [test('t', 'failed')])];
    expect(outcomes(report(both, { numRuntimeErrorTestSuites: 1 }))).toEqual(['fail a > t', 'error (run)']);
  });

  it('reads the counts of old Vitests, to which skipped tests are passed ones', () => {
    const skipped = [file('a', 'passed', [test('t', 'passed'), test('u', 'skipped')])];
    expect(outcomes(report(skipped, { numPassedTests: 2 }))).toEqual(['pass a > t', 'skipped a > u']);
  });

  const one = [file('a', 'passed', [test('t', 'passed')])];
  it.each([
    ['', 'empty'],
    ['{', 'cannot be parsed'],
    ['[]', 'not a JSON report'],
    [{ numTotalTests: 0, numPassedTests: 0, numFailedTests: 0 }, 'testResults'],
    [report(one, { numTotalTests: 2 }), 'counts 2 tests, its list holds 1'],
    [report(one, { numPassedTests: 0 }), 'counts 0 passed tests, its list holds 1'],
    [report(one, { numFailedTests: 1 }), 'counts 1 failed test, its list holds 0'],
    [report(one, { wasInterrupted: true }), 'interrupted'],
    [report([file('a', 'passed', [test('t', 'ok')])]), 'status'],
    [report([file('', 'passed', [])]), 'name'],
  ])('refuses %.80j', (value, why) => expect(outcomes(value)).toContain(why));
});
