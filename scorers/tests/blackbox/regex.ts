import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** Far more than any sensible expression needs for the largest output that is kept. */
const maxMs = 2000;

export interface RegexJudge {
  /** Whether an expression is found in a text; null when it did not come to an answer within its time. */
  test(source: string, flags: string, text: string): Promise<boolean | null>;
  close(): Promise<void>;
}

/**
 * Tests regular expressions in a thread of their own. JavaScript's backtrack, and a candidate may print what makes an
 * innocent one take for ever: that must hold up neither the harness nor its other work. One question at a time.
 */
export function openRegexJudge(timeMs = maxMs): RegexJudge {
  let worker: Worker | null = null;

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
      const current = await started();
      const late = new AbortController();
      try {
        const answer = once(current, 'message', { signal: late.signal });
        current.postMessage({ source, flags, text });
        const time = sleep(timeMs, null, { signal: late.signal });
        const first = await Promise.race([answer, time]);
        // It may also have died of what it was given: no answer either.
        if (first === null) await drop();
        return first === null ? null : first[0] === true;
      } catch {
        await drop();
        return null;
      } finally {
        late.abort();
      }
    },
    close: drop,
  };
}
