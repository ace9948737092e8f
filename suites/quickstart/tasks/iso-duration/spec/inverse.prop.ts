import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from './src/duration.ts';

test('what was formatted is parsed back', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (ms) => {
      assert.equal(parseDuration(formatDuration(ms)), ms);
    }),
  );
});

test('a sign turns the result around, but for zero', () => {
  fc.assert(
    fc.property(fc.nat(), fc.stringMatching(/^[0-9]{1,30}$/), (whole, fraction) => {
      const text = `PT${whole}.${fraction}S`;
      const plus = parseDuration(text);
      assert.ok(Object.is(parseDuration(`-${text}`), plus === 0 ? 0 : -plus));
    }),
  );
});
