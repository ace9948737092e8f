import { z } from 'zod';

/** The scorer's entry in `suite.yaml`. */
export const SpecEntry = z.strictObject({
  name: z.literal('spec'),
  /** `refuse`: while a criterion has no check, no candidate passes. `allow`: it passes, and is not called conformant. */
  unverified: z.enum(['refuse', 'allow']).default('refuse'),
  /** Of one container; the task's own limit counts where it is smaller. */
  timeout_sec: z.number().positive().max(3600).default(120),
});
export type SpecEntry = z.infer<typeof SpecEntry>;
