import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DurationError, formatDuration } from '../src/duration.ts';

const CASES: [number, string][] = [
  [0, 'PT0S'],
  [1, 'PT0.001S'],
  [1_500, 'PT1.5S'],
  [60_000, 'PT1M'],
  [5_400_000, 'PT1H30M'],
  [86_400_000, 'P1D'],
  [90_061_001, 'P1DT1H1M1.001S'],
  [-5_400_000, '-PT1H30M'],
];

for (const [ms, text] of CASES) {
  test(`formatDuration writes ${ms} as ${text}`, () => {
    assert.equal(formatDuration(ms), text);
  });
}

test('formatDuration has no unit above the day', () => {
  assert.equal(formatDuration(14 * 86_400_000), 'P14D');
  assert.equal(formatDuration(400 * 86_400_000 + 1_000), 'P400DT1S');
});

test('formatDuration refuses what is not a safe integer', () => {
  for (const ms of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => formatDuration(ms), (error) => error instanceof DurationError && error.code === 'range');
  }
});
