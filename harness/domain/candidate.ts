import { z } from 'zod';
import { Digest } from './digest.ts';

const count = z.number().int().min(0);

/** Size of a candidate's change against the base. `lines` = added + deleted; binary files count no lines. */
export const DiffStat = z.strictObject({
  files: count,
  added: count,
  deleted: count,
  lines: count,
  binary: count,
});
export type DiffStat = z.infer<typeof DiffStat>;

/** A delivered tree, and how it differs from the base it started from. */
export const Candidate = z.strictObject({
  tree: Digest,
  base: Digest,
  diff: DiffStat,
});
export type Candidate = z.infer<typeof Candidate>;

/** A named object in the store that backs a statement. */
export const Evidence = z.strictObject({
  name: z.string().min(1),
  digest: Digest,
  bytes: count,
  /** True where a bound cut the middle out. */
  truncated: z.boolean().default(false),
});
export type Evidence = z.infer<typeof Evidence>;
