import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { renderJunit } from './junit.ts';
import { testRecord } from './testing.ts';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  isArray: (name) => name === 'testsuite' || name === 'testcase',
});

describe('junit.xml', () => {
  it('has one suite per task and one case per trial', () => {
    const text = renderJunit(
      testRecord({
        tasks: {
          b: [
            { agent: 'ok' },
            {
              agent: 'wrong',
              passed: 3,
              checks: [
                { id: 'edge <case>', outcome: 'fail', message: 'expected "a" & got b' },
                { id: 'fine', outcome: 'pass' },
              ],
            },
            { agent: 'unmeasured', verdict: 'error', verdictReason: 'no test was executed' },
            { agent: 'unasked', verdict: 'skipped', verdictReason: 'not asked' },
            { agent: 'late', tree: null, outcome: 'timeout', reason: 'killed after 600 s' },
            { agent: 'lost', tree: null, outcome: 'error', reason: 'engine went away' },
          ],
          a: [{ agent: 'ok' }, { agent: 'running', pending: true }],
        },
      }),
    );
    expect(XMLValidator.validate(text)).toBe(true);
    const { testsuites } = parser.parse(text);
    expect(testsuites).toMatchObject({ tests: '8', failures: '2', errors: '3', skipped: '2', time: '17.5' });
    const [a, b] = testsuites.testsuite;
    expect(a).toMatchObject({ name: 'a', tests: '2', skipped: '2', timestamp: '2026-01-02T03:04:05.000Z' });
    expect(a.testcase.map((each: { skipped: { message: string } }) => each.skipped.message)).toEqual([
      'not decided yet',
      'not finished',
    ]);
    const cases = Object.fromEntries(
      b.testcase.map((each: { classname: string }) => [each.classname, each] as const),
    );
    expect(cases.ok).toEqual({ classname: 'ok', name: 'b attempt 1', time: '2.5' });
    expect(cases.wrong.failure).toMatchObject({
      type: 'fail',
      message: 'refused: tests: 2 of 5 tests failed; tests.score 0.6 against 1',
    });
    expect(cases.wrong.failure['#text'].split('\n')).toEqual([
      'delivered: the patch applies',
      'tests: fail: 2 of 5 tests failed',
      '  fail edge <case>: expected "a" & got b',
    ]);
    expect(cases.unmeasured.error.message).toContain('no test was executed');
    expect(cases.unasked.error.type).toBe('skipped');
    expect(cases.late.failure).toMatchObject({
      type: 'no candidate',
      '#text': 'timeout: killed after 600 s',
    });
    expect(cases.lost.error['#text']).toBe('error: engine went away');
  });

  it('does not lose names that look like something else', () => {
    const text = renderJunit(testRecord({ tasks: { true: [{ agent: 'true' }, { agent: '0' }] } }));
    expect(text).toContain('<testsuite name="true"');
    expect(text).toContain('classname="true"');
    expect(text).toContain('classname="0"');
  });
});
