import { expect, it } from 'vitest';
import { AssayError } from '../domain/errors.ts';
import { narrow } from './narrow.ts';
import { planTrials } from './plan.ts';

it('plans tasks × agents × attempts, recorded agents once, in an order of its own', () => {
  const agents = [
    { name: 'live', maxAttempts: null },
    { name: 'nop', maxAttempts: 1 },
  ];
  const trials = planTrials(['b', 'a'], agents, 2);
  expect(trials.map((trial) => trial.id)).toEqual([
    'a/live/1',
    'a/live/2',
    'a/nop/1',
    'b/live/1',
    'b/live/2',
    'b/nop/1',
  ]);
  expect(planTrials(['a', 'b'], [...agents].reverse(), 2)).toEqual(trials);
});

const names = ['pool/GPT_4o', 'pool/claude', 'mine'];

it.each([
  [[], names],
  [['mine'], ['mine']],
  [['pool'], ['pool/GPT_4o', 'pool/claude']],
  [
    ['pool/c*', 'mine'],
    ['pool/claude', 'mine'],
  ],
])('narrows by %j', (patterns, expected) => {
  expect(narrow(names, (name) => name, patterns, 'agent')).toEqual(expected);
});

it('says which pattern matched nothing, and what there is', () => {
  const error = (() => {
    try {
      return narrow(names, (name) => name, ['mine', 'pool/claud'], 'agent');
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(AssayError);
  expect(error).toMatchObject({
    kind: 'input',
    message: expect.stringContaining('pool/claud'),
    fix: expect.stringContaining('pool/claude'),
  });
});
