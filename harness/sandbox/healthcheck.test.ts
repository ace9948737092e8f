import { expect, test } from 'vitest';
import type { Healthcheck } from '../domain/task.ts';
import { untilHealthy } from './healthcheck.ts';

const check: Healthcheck = {
  command: 'x',
  intervalSec: 5,
  timeoutSec: 30,
  startPeriodSec: 0,
  startIntervalSec: 1,
  retries: 3,
};

/** Probes answer in turn (the last for ever); each takes a second. */
async function play(
  changes: Partial<Healthcheck>,
  answers: boolean[],
  signal = new AbortController().signal,
) {
  let time = 0;
  const probes: number[] = [];
  const clock = {
    now: () => time,
    sleep: async (seconds: number) => {
      time += seconds;
    },
  };
  const probe = async () => {
    probes.push(time);
    time += 1;
    return answers[probes.length - 1] ?? answers.at(-1) ?? false;
  };
  return { healthy: await untilHealthy({ ...check, ...changes }, probe, signal, clock), probes };
}

test('the first pass is enough', async () => {
  expect(await play({}, [true])).toEqual({ healthy: true, probes: [0] });
});

test('so many failures in a row are the end, with the interval between them', async () => {
  expect(await play({}, [false])).toEqual({ healthy: false, probes: [0, 6, 12] });
  expect(await play({ retries: 1 }, [false, true])).toEqual({ healthy: false, probes: [0] });
});

test('a pass after fewer failures is healthy', async () => {
  expect(await play({}, [false, false, true])).toEqual({ healthy: true, probes: [0, 6, 12] });
});

test('failures within the start period do not count and come at its own interval', async () => {
  expect(await play({ startPeriodSec: 4, retries: 2 }, [false])).toEqual({
    healthy: false,
    probes: [0, 2, 4, 10],
  });
});

test('an ended container ends the probing', async () => {
  expect(await play({}, [true], AbortSignal.abort())).toEqual({ healthy: false, probes: [] });
});
