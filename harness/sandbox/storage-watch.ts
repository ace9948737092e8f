import { setTimeout as sleep } from 'node:timers/promises';

export interface StorageWatch {
  /** Bytes written so far. */
  measure: () => Promise<number>;
  limitBytes: number;
  /** Called once. */
  onExceeded: () => void;
  /** Ends the watch. */
  signal: AbortSignal;
  /** First and shortest pause between two looks; milliseconds. */
  pauseMs?: number;
}

/** Share of the time that measuring may take: large layers are looked at less often. */
const timeShare = 0.05;

/**
 * Looks again and again at how much a container has written, until it is too much or the signal says that it ended.
 * A look that fails is no answer: the engine's state is judged where its exit is awaited.
 */
export async function watchStorage(watch: StorageWatch): Promise<void> {
  const shortest = watch.pauseMs ?? 2000;
  let pause = shortest;
  while (!watch.signal.aborted) {
    await sleep(pause, undefined, { signal: watch.signal, ref: false }).catch(() => undefined);
    if (watch.signal.aborted) return;
    const before = performance.now();
    const bytes = await watch.measure().catch(() => null);
    if (bytes !== null && bytes > watch.limitBytes && !watch.signal.aborted) {
      watch.onExceeded();
      return;
    }
    pause = Math.max(shortest, (performance.now() - before) * (1 / timeShare - 1));
  }
}
