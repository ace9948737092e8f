import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DurationError, formatDuration, parseDuration } from '../src/duration.ts';

const CASES: [string, number][] = [
  ['PT1S', 1_000],
  ['PT1H30M', 5_400_000],
  ['P1DT12H', 129_600_000],
  ['P2W', 1_209_600_000],
  ['PT1.5H', 5_400_000],
  ['PT0,25S', 250],
  ['-PT1M', -60_000],
  ['+P1D', 86_400_000],
];

for (const [text, ms] of CASES) {
  test(`parseDuration reads ${text} as ${ms}`, () => {
    assert.equal(parseDuration(text), ms);
  });
}

test('parseDuration reads back what formatDuration writes', () => {
  for (const ms of [0, 1, 999, 61_001, 90_061_001, -5_400_000]) {
    assert.equal(parseDuration(formatDuration(ms)), ms);
  }
});

test('parseDuration tells why it refuses a text', () => {
  const refused: [string, string][] = [
    ['', 'syntax'],
    ['1H', 'syntax'],
    ['P', 'syntax'],
    ['PT1.5H30M', 'syntax'],
    ['P1Y', 'calendar-unit'],
    ['P2M', 'calendar-unit'],
  ];
  for (const [text, code] of refused) {
    assert.throws(
      () => parseDuration(text),
      (error) => error instanceof DurationError && error.code === code,
      `${JSON.stringify(text)} should be refused with ${code}`,
    );
  }
});
