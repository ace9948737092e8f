import { setTimeout as sleep } from 'node:timers/promises';
import type { Healthcheck } from '../domain/task.ts';

export interface Clock {
  /** Seconds from some fixed moment. */
  now: () => number;
  sleep: (seconds: number, signal: AbortSignal) => Promise<void>;
}

const realClock: Clock = {
  now: () => performance.now() / 1000,
  sleep: async (seconds, signal) => {
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  },
};

/**
 * Probes until one probe passes (true), or until `retries` of them in a row have failed outside of the start period
 * (false); failures within it do not count. Also false when the signal ends it.
 */
export async function untilHealthy(
  check: Healthcheck,
  probe: () => Promise<boolean>,
  signal: AbortSignal,
  clock: Clock = realClock,
): Promise<boolean> {
  const start = clock.now();
  let failures = 0;
  while (!signal.aborted) {
    if (await probe()) return true;
    const isStarting = clock.now() - start < check.startPeriodSec;
    if (!isStarting) failures++;
    if (failures >= check.retries) return false;
    await clock.sleep(isStarting ? check.startIntervalSec : check.intervalSec, signal);
  }
  return false;
}
