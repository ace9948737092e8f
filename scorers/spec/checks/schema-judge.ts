import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';

/** Far more than any sensible schema needs for the longest answer. */
const maxMs = 5000;
const maxHeapMb = 512;

/** A schema that stands for itself: all of its references lead to places within it. */
export interface JudgedSchema {
  schema: object | boolean;
  dialect: 'draft-07' | '2020-12';
}

const Judgement = z.union([
  /** Why the schema cannot be used. */
  z.strictObject({ problem: z.string() }),
  /** Why the text is no JSON; hostile text. */
  z.strictObject({ notJson: z.string() }),
  /** The first of what is wrong, by the place in the answer; none: it matches. Hostile text. */
  z.strictObject({ errors: z.array(z.string()) }),
]);

/** `late`: it came to no answer within that many seconds, or with the memory that it has. */
export type SchemaJudgement = z.infer<typeof Judgement> | { late: number };

/**
 * Holds an answer against a JSON Schema in a thread of its own: patterns are regular expressions, and a candidate may
 * answer what makes an innocent one take for ever.
 */
export async function judgeBySchema(
  { schema, dialect }: JudgedSchema,
  text: string,
  timeMs = maxMs,
): Promise<SchemaJudgement> {
  const worker = new Worker(new URL('./schema-worker.mjs', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  const over = new AbortController();
  try {
    // The thread's own start is not to count.
    await once(worker, 'message', { signal: over.signal });
    const answer = once(worker, 'message', { signal: over.signal });
    worker.postMessage({ schema, dialect, text });
    const first = await Promise.race([answer, sleep(timeMs, null, { signal: over.signal })]);
    return first === null ? { late: timeMs / 1000 } : Judgement.parse(first[0]);
  } catch {
    // It died of what it was given.
    return { late: timeMs / 1000 };
  } finally {
    over.abort();
    await worker.terminate();
  }
}
