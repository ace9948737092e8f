import { quoteText } from './hostile-text.ts';
import type { Refused } from './store.ts';

/** Thrown inside the store when what was delivered cannot be a candidate; never leaves it. */
export class Refusal extends Error {}

/** A refusal that names the path. */
export function refusePath(path: string, why: string): Refusal {
  return new Refusal(`${quoteText(path)}: ${why}`);
}

/** Runs the work; a refusal becomes the answer, every other error stays one. */
export async function answerRefusal<T>(work: () => Promise<T>): Promise<T | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message };
    throw error;
  }
}
