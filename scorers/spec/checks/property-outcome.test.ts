import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../tests/measurement.ts';
import { outcomeOf } from './property-outcome.ts';

type Results = Extract<NonNullable<Measurement['reports']>, { ok: true }>['results'];

const asked = { seed: 3, runs: 50, timeoutSec: 9 };
const ran = (results: Results, over: object = {}) => ({
  ...{ end: 'exited' as const, setupFailure: null, forged: null, reports: { ok: true as const, results } },
  ...over,
});
const pass: Results[number] = { id: 'a.test.ts > holds', outcome: 'pass' };
const fail = (message: string): Results[number] => ({ id: 'a.test.ts > breaks', outcome: 'fail', message });
const note = (runs: number) => ({ failed: false, runs, skips: 0, seed: 3 });

describe('a property file', () => {
  it('passes where all tests do and properties ran, with the fewest and most inputs', () => {
    expect(outcomeOf(ran([pass]), [note(50)], asked)).toEqual({
      outcome: 'pass',
      message: '50 runs, seed 3',
    });
    expect(outcomeOf(ran([pass]), [note(50), note(7), { failed: true, runs: 1 }], asked)).toEqual({
      outcome: 'pass',
      message: '7 to 50 runs, seed 3',
    });
  });

  it.each([
    ['nothing was noted', ran([pass]), []],
    ['only failures were noted', ran([pass]), [{ failed: true, runs: 5 }]],
    ['a property took no input', ran([pass]), [note(50), note(0)]],
    ['what was noted is no number', ran([pass]), [{ failed: false, runs: 'many' }]],
    ['there is no test', ran([]), [note(50)]],
    ['a test was left out', ran([pass, { id: 'b', outcome: 'skipped' }]), [note(50)]],
    ['a test broke', ran([pass, { id: 'b', outcome: 'error', message: 'no' }]), [note(50)]],
    ['a property was not tested', ran([fail('Property not tested: 9 inputs')]), [note(50)]],
    ['Hypothesis found no inputs', ran([fail('Unsatisfiable: no')]), [note(50)]],
    ['the report is not to be believed', ran([pass], { forged: 'it was replaced' }), [note(50)]],
    ['it never began', ran([pass], { setupFailure: 'no' }), [note(50)]],
    ['there is no report', ran([pass], { reports: null }), [note(50)]],
    ['the report is broken', ran([pass], { reports: { ok: false, reason: 'cut' } }), [note(50)]],
    ['the time was over', ran([pass], { end: 'timeout' }), [note(50)]],
    ['the memory was', ran([pass], { end: 'oom' }), [note(50)]],
  ])('comes to no answer where %s', (_, measured, notes) => {
    expect(outcomeOf(measured, notes, asked)).toEqual({
      outcome: 'unknown',
      message: expect.stringMatching(/./),
    });
  });

  it('says what broke, and not where', () => {
    const text =
      'file:///app/a.test.mjs:3\nimport { test as it } from "x";\n   ^\n\nSyntaxError: no export named go\n    at main (node:x:1:2)';
    const results = [{ id: 'a', outcome: 'error' as const, message: text }];
    expect(outcomeOf(ran(results), [], asked)).toEqual({
      outcome: 'unknown',
      message: 'a: SyntaxError: no export named go',
    });
  });

  it('fails with what fast-check found, whatever else became of it', () => {
    const text =
      'Property failed: 4 runs, seed 9, 2 shrinks\nPath: 3:0:1\nError: it is odd\nCounterexample: [[1,\n2]]';
    const results = [{ id: 'b', outcome: 'error' as const }, fail(text)];
    expect(outcomeOf(ran(results), [], asked)).toEqual({
      outcome: 'fail',
      message: 'a.test.ts > breaks: counterexample [[1, 2]]: it is odd',
      found: { seed: 9, runs: 50, counterexample: '[[1,\n2]]', path: '3:0:1', error: 'it is odd' },
    });
    const cut = text.replace('3:0:1', '');
    expect(outcomeOf(ran([fail(cut)]), [], asked)).not.toMatchObject({ found: { path: expect.anything() } });
  });

  it('fails with what Hypothesis found, without the object that the test is of', () => {
    const text =
      'AssertionError: 1 != 2\nFalsifying example: test_a(\n    self=<t.T testMethod=test_a>,\n    values=[0],\n)';
    expect(outcomeOf(ran([fail(text)]), [], asked)).toMatchObject({
      found: {
        seed: 3,
        runs: 50,
        counterexample: 'test_a(\n    values=[0],\n)',
        error: 'AssertionError: 1 != 2',
      },
    });
  });

  it('fails without a counterexample where a test fails beside its properties', () => {
    expect(outcomeOf(ran([fail('expected 1')]), [note(50)], asked)).toEqual({
      outcome: 'fail',
      message: 'a.test.ts > breaks: expected 1',
      found: { seed: 3, runs: 50, counterexample: null, error: 'expected 1' },
    });
  });
});
