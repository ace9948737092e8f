import { z } from 'zod';
import { Digest, digestOf } from './digest.ts';

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

/** What was delivered, and how it differs from the base it started from. */
export const Candidate = z.strictObject({
  /** The workspace. */
  tree: Digest,
  base: Digest,
  diff: DiffStat,
  /**
   * Tree of the declared artifacts by their absolute paths (without the leading slash), where the task's verifier has
   * an environment of its own; null elsewhere.
   */
  artifacts: Digest.nullable().default(null),
  /** What the attempt changed in the whole container, as a blob, where that is the deliverable; null elsewhere. */
  state: Digest.nullable().default(null),
});
export type Candidate = z.infer<typeof Candidate>;

/** Names a candidate by all that it delivered: by its tree alone where that is everything. Equal ones are one. */
export function candidateDigest({ tree, artifacts, state }: Omit<Candidate, 'base' | 'diff'>): Digest {
  return artifacts === null && state === null ? tree : digestOf({ tree, artifacts, state });
}

/** A named object in the store that backs a statement. */
export const Evidence = z.strictObject({
  name: z.string().min(1),
  digest: Digest,
  bytes: count,
  /** True where a bound cut the middle out. */
  truncated: z.boolean().default(false),
});
export type Evidence = z.infer<typeof Evidence>;
