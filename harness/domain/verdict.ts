import { z } from 'zod';
import { Evidence } from './candidate.ts';
import { Digest } from './digest.ts';

export const Outcome = z.enum(['pass', 'fail', 'error', 'skipped']);
export type Outcome = z.infer<typeof Outcome>;

/** One thing a scorer looked at: a test, a finding, a criterion. Names and messages are hostile text. */
export const Check = z.strictObject({
  id: z.string(),
  outcome: Outcome,
  message: z.string().optional(),
});
export type Check = z.infer<typeof Check>;

/** How many checks stand in the verdict itself; all of them are in the evidence named `checks.json`. */
export const inlineChecks = 50;

/** One scorer's answer on one candidate. */
export const Verdict = z.strictObject({
  scorer: z.string().min(1),
  /** Version of the scorer's own rules: a changed rule is another verdict. */
  version: z.string().min(1),
  outcome: Outcome,
  /** One sentence: why this outcome. */
  reason: z.string(),
  /** 0 to 1 where the scorer has such a thing, else null. */
  score: z.number().nullable(),
  /** At most `inlineChecks`, those that did not pass first. */
  checks: z.array(Check),
  checksTotal: z.number().int().min(0),
  /** Numbers for ranking, by name without the scorer's prefix. Finite; absent where unknown. */
  measures: z.record(z.string(), z.number()),
  evidence: z.array(Evidence),
  /** True where the candidate was about to win and was looked at again. */
  confirmed: z.boolean().default(false),
});
export type Verdict = z.infer<typeof Verdict>;

/** What a verdict is a function of; its digest is the cache key. */
export const VerdictKey = z.strictObject({
  task: Digest,
  base: Digest,
  /** See `candidateDigest`. */
  candidate: Digest,
  image: Digest,
  scorer: z.string(),
  version: z.string(),
  /** Digest of the scorer's options and the container's bounds. */
  config: Digest,
  /** Of what the scorer learnt from base and reference solution; null where it does not. */
  calibration: Digest.nullable(),
  /** True for the second look at a leading candidate. */
  confirmed: z.boolean(),
});
export type VerdictKey = z.infer<typeof VerdictKey>;
