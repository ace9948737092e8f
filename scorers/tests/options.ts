import { z } from 'zod';

/** The scorer's entry in `suite.yaml`. */
export const TestsEntry = z.strictObject({
  name: z.literal('tests'),
  /** Seconds; the task's own limit counts where it is smaller. */
  timeout_sec: z.number().positive().max(86_400).optional(),
});

/** What of the entry is part of a verdict. */
export type TestsOptions = Omit<z.infer<typeof TestsEntry>, 'name'>;
