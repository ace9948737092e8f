import { describe, expect, it } from 'vitest';
import { parseNodeTest } from './node-test.ts';

const ended = (type: 'pass' | 'fail', name: string, nesting = 0, more: object = {}) =>
  JSON.stringify({ type: `test:${type}`, data: { name, nesting, file: '/w/a.mjs', ...more } });
const suite = { details: { type: 'suite' } };
const plan = (count: number, nesting = 0) => JSON.stringify({ type: 'test:plan', data: { nesting, count } });
const summary = (tests: number, more: object = {}, failed = 0) =>
  JSON.stringify({
    type: 'test:summary',
    data: { success: true, counts: { tests, failed, cancelled: 0 }, ...more },
  });
const outcomes = (...lines: string[]) => {
  const parsed = parseNodeTest(Buffer.from(lines.join('\n')));
  return parsed.ok ? parsed.results.map(({ id, outcome }) => `${outcome} ${id}`) : parsed.reason;
};

describe('parseNodeTest', () => {
  it('hands TAP and JUnit over', () => {
    expect(outcomes('TAP version 13', 'ok 1 - a', '1..1')).toEqual(['pass a']);
    expect(outcomes('\ufeff<?xml version="1.0"?>', '<testsuites><testcase name="a"/></testsuites>')).toEqual([
      'pass a',
    ]);
  });

  it('gives tests the parents that end after them', () => {
    expect(
      outcomes(
        ended('pass', 'a', 2),
        ended('pass', 'inner', 1, suite),
        ended('pass', 'b', 1),
        plan(2, 1),
        ended('pass', 'outer', 0, suite),
        ended('pass', 'c'),
        plan(2),
      ),
    ).toEqual(['pass /w/a.mjs > outer > inner > a', 'pass /w/a.mjs > outer > b', 'pass /w/a.mjs > c']);
  });

  it('counts a parent only where it failed by itself', () => {
    const failed = (failureType: string) => ({ details: { type: 'suite', error: { failureType } } });
    const lines = (child: 'pass' | 'fail', why: string) => [
      ended(child, 'a', 1),
      ended('fail', 'p', 0, failed(why)),
      plan(1),
    ];
    expect(outcomes(...lines('fail', 'subtestsFailed'))).toEqual(['fail /w/a.mjs > p > a']);
    expect(outcomes(...lines('pass', 'hookFailed'))).toEqual(['pass /w/a.mjs > p > a', 'error /w/a.mjs > p']);
    expect(outcomes(...lines('pass', 'subtestsFailed'))).toEqual([
      'pass /w/a.mjs > p > a',
      'fail /w/a.mjs > p',
    ]);
  });

  it('takes neither skipped tests, nor those to do, nor empty groups for a pass', () => {
    expect(
      outcomes(
        ended('pass', 'a', 0, { skip: 'why' }),
        ended('fail', 'b', 0, { todo: true }),
        ended('pass', 'c', 0, { skip: false }),
        ended('pass', 'd', 0, suite),
        plan(4),
      ),
    ).toEqual(['skipped /w/a.mjs > a', 'skipped /w/a.mjs > b', 'pass /w/a.mjs > c']);
  });

  it('does not let a file pass that reported no test', () => {
    expect(outcomes(ended('pass', 'a.mjs'), ended('fail', '/w/a.mjs'), plan(2))).toEqual([
      'skipped /w/a.mjs > (file)',
      'error /w/a.mjs > (file) (2)',
    ]);
  });

  it('says why a test failed, as far as the reporter does', () => {
    const why = (error: object) => {
      const parsed = parseNodeTest(
        Buffer.from(`${ended('fail', 'a', 0, { details: { error } })}\n${plan(1)}`),
      );
      return parsed.ok && parsed.results[0]?.message;
    };
    expect(why({ failureType: 'testTimeoutFailure', cause: 'timed out' })).toBe('timed out');
    expect(why({ failureType: 'testCodeFailure', cause: { message: 'one is two' } })).toBe('one is two');
    expect(why({ failureType: 'testCodeFailure', cause: {} })).toBe('testCodeFailure');
  });

  it('does not lose a failure that only the summary counts', () => {
    expect(outcomes(ended('pass', 'a'), summary(1, {}, 1))).toEqual(['pass /w/a.mjs > a', 'error (run)']);
    expect(outcomes(ended('pass', 'a'), summary(1, { success: false }))).toContain('error (run)');
  });

  const a = ended('pass', 'a');
  it.each<[string, string[]]>([
    ['empty', []],
    ['neither a plan nor a summary', [a]],
    ['neither a plan nor a summary', [a, summary(1, { file: '/w/a.mjs' })]],
    ['planned 2 tests, ran 1', [a, plan(2)]],
    ['planned 2 tests, ran 1', [ended('pass', 'b', 1), plan(2, 1), a, plan(1)]],
    ['goes on after its plan', [a, plan(1), ended('fail', 'b')]],
    ['counts 2 tests, its list holds 1', [a, summary(2)]],
    ['has no parent', [ended('pass', 'b', 1), plan(0)]],
    ['has no parent', [ended('pass', 'b', 2), a, plan(1)]],
    ['not an event', [a, 'printed', plan(1)]],
    ['not an event', [a, '{"x":1}', plan(1)]],
    ['not an event', [a, plan(1), '{"type":"test:fa']],
    ['damaged', [a, '{"type":"test:fail","data":{"nesting":0}}', plan(1)]],
    ['damaged', [ended('pass', 'a', 51), plan(1)]],
  ])('refuses as %s %j', (why, lines) => expect(outcomes(...lines)).toContain(why));
});
