import { expect, test } from 'vitest';
import { watchStorage } from './storage-watch.ts';

test('too much is told once, and ends the watch', async () => {
  const sizes = [5, 10, 11, 99];
  let told = 0;
  let looks = 0;
  await watchStorage({
    measure: async () => sizes[looks++] ?? 0,
    limitBytes: 10,
    onExceeded: () => told++,
    signal: new AbortController().signal,
    pauseMs: 1,
  });
  expect({ told, looks }).toEqual({ told: 1, looks: 3 });
});

test('a look that fails is no answer', async () => {
  let looks = 0;
  let told = 0;
  const done = new AbortController();
  await watchStorage({
    measure: async () => {
      if (++looks === 3) done.abort();
      throw new Error('the engine is away');
    },
    limitBytes: 10,
    onExceeded: () => told++,
    signal: done.signal,
    pauseMs: 1,
  });
  expect({ told, looks }).toEqual({ told: 0, looks: 3 });
});

test('what is measured after the end counts no more', async () => {
  const done = new AbortController();
  let told = 0;
  await watchStorage({
    measure: async () => {
      done.abort();
      return 100;
    },
    limitBytes: 10,
    onExceeded: () => told++,
    signal: done.signal,
    pauseMs: 1,
  });
  expect(told).toBe(0);
});
