import { z } from 'zod';

/** The scorer's entry in `suite.yaml`. */
export const TestsEntry = z.strictObject({
  name: z.literal('tests'),
  /** Seconds; the task's own limit counts where it is smaller. */
  timeout_sec: z.number().positive().max(86_400).optional(),
  /**
   * How often the tests run on base, reference solution and leading candidate. From 2 on, tests whose result varies on
   * base or solution are quarantined, and a leading candidate must pass every time.
   */
  repeat: z.number().int().min(1).max(100).default(1),
});

/** What of the entry is part of a verdict. */
export type TestsOptions = Omit<z.infer<typeof TestsEntry>, 'name'>;
