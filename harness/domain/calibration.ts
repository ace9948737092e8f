import { z } from 'zod';
import { Digest } from './digest.ts';

/** A check whose result varied between runs of the same code; its share of runs that failed, 0 to 1. Hostile text. */
export const FlakyCheck = z.strictObject({ id: z.string(), failed: z.number().min(0).max(1) });
export type FlakyCheck = z.infer<typeof FlakyCheck>;

/** What a scorer learnt from a task's base and reference solution before any candidate was judged. */
export const Calibration = z.strictObject({
  /** Blob in the store that only the scorer itself reads. */
  digest: Digest,
  /** One sentence for people. */
  words: z.string(),
  /** Checks that say nothing because they vary by themselves: left out of every judgement, by name. */
  quarantined: z.array(FlakyCheck),
  /** How many checks there are, quarantined ones included; null where it is not known. */
  checks: z.number().int().min(0).nullable(),
  /** False: something went wrong that may have been the machine's doing; another run looks again. */
  settled: z.boolean(),
  /** Why nothing can be decided on this task at all, e.g. because its base breaks its own spec. Absent: all is well. */
  broken: z.string().min(1).optional(),
});
export type Calibration = z.infer<typeof Calibration>;
