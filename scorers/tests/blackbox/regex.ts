import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** Far more than any sensible expression needs for the largest output that is kept. */
const maxMs = 2000;
/** So many that came to no answer, and there is no time for another: all of a candidate's outputs may be made for it. */
const maxLate = 5;

export interface RegexJudge {
  /** Whether an expression is found in a text; null when it did not come to an answer, or others before it did not. */
  test(source: string, flags: string, text: string): Promise<boolean | null>;
  close(): Promise<void>;
}

/**
 * Tests regular expressions in a thread of their own. JavaScript's backtrack, and a candidate may print what makes an
 * innocent one take for ever: that must hold up neither the harness nor its other work. One question at a time.
 */
export function openRegexJudge(timeMs = maxMs): RegexJudge {
  let worker: Worker | null = null;
  let late = 0;

  const drop = async () => {
    const dropped = worker;
    worker = null;
    await dropped?.terminate();
  };

  const started = async (): Promise<Worker> => {
    if (worker !== null) return worker;
    worker = new Worker(new URL('./regex-worker.mjs', import.meta.url));
    // Whoever asks hears of its death; between two questions nobody does.
    worker.on('error', () => undefined);
    // The thread's own start is not to count.
    await once(worker, 'online');
    return worker;
  };

  return {
    async test(source, flags, text) {
      if (late >= maxLate) return null;
      const current = await started();
      const over = new AbortController();
      try {
        const answer = once(current, 'message', { signal: over.signal });
        current.postMessage({ source, flags, text });
        const time = sleep(timeMs, null, { signal: over.signal });
        const first = await Promise.race([answer, time]);
        // It may also have died of what it was given: no answer either.
        if (first === null) {
          late += 1;
          await drop();
        }
        return first === null ? null : first[0] === true;
      } catch {
        late += 1;
        await drop();
        return null;
      } finally {
        over.abort();
      }
    },
    close: drop,
  };
}
