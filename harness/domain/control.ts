import { z } from 'zod';
import { Candidate } from './candidate.ts';
import { Outcome } from './verdict.ts';

/** A candidate whose verdict is known beforehand, and what it came to. */
export const Control = z.strictObject({
  /** `nop`: the base unchanged, to be refused. `oracle`: the reference solution, to pass every gate. */
  name: z.enum(['nop', 'oracle']),
  /** null: there is none, or it could not be made; `reason` says why, and is empty else. */
  candidate: Candidate.nullable(),
  reason: z.string(),
  /** Sorted by scorer. */
  verdicts: z.array(z.strictObject({ scorer: z.string(), outcome: Outcome, reason: z.string() })),
});
export type Control = z.infer<typeof Control>;
