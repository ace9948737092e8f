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
  /** Names of the verdict's evidence that it rests on. */
  evidence: z.array(z.string()).optional(),
});
export type Check = z.infer<typeof Check>;

/** How many checks stand in the verdict itself; all of them are in the evidence named `checks.json`. */
export const inlineChecks = 50;

/** How a requirement of a spec ended. `unknown`: its check came to no answer. `unverified`: it has no check at all. */
export const RequirementOutcome = z.enum(['pass', 'fail', 'unknown', 'unverified']);
export type RequirementOutcome = z.infer<typeof RequirementOutcome>;

/** One thing that a spec asks for, and what shows that it is so. Only `pass` is a pass. */
export const Requirement = z.strictObject({
  id: z.string().min(1),
  kind: z.enum(['scope', 'criterion', 'invariant', 'dependencies']),
  /** The sentence of the spec. */
  says: z.string(),
  outcome: RequirementOutcome,
  /** Why, in words; empty where it passed without anything to say. Hostile text. */
  message: z.string(),
  /** Ids of the verdict's checks. */
  checks: z.array(z.string()),
  /** Names of the verdict's evidence. */
  evidence: z.array(z.string()),
});
export type Requirement = z.infer<typeof Requirement>;

/** Something that a candidate does and its spec does not speak of. Hostile text. */
export const Unspecified = z.strictObject({
  kind: z.enum(['export', 'environment', 'network', 'file-system', 'process']),
  /** E.g. the name of the export or variable. */
  what: z.string(),
  path: z.string(),
  line: z.number().int().min(1).nullable(),
});
export type Unspecified = z.infer<typeof Unspecified>;

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
  /** Of a spec, in its order: requirement → checks → evidence. Absent where the scorer knows no requirements. */
  requirements: z.array(Requirement).optional(),
  /** What the candidate does beyond its spec; at most 100. Absent where it was not looked for. */
  unspecified: z.array(Unspecified).optional(),
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
  /** Digests of the other scorers' verdicts that it was handed, by scorer. */
  needs: z.record(z.string(), Digest),
  /** True for the second look at a leading candidate. */
  confirmed: z.boolean(),
});
export type VerdictKey = z.infer<typeof VerdictKey>;
