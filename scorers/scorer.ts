import type { z } from 'zod';
import type { Candidate } from '../harness/domain/candidate.ts';
import type { Digest } from '../harness/domain/digest.ts';
import type { Limits } from '../harness/domain/limits.ts';
import type { LoadedTask } from '../harness/domain/task.ts';
import type { Verdict } from '../harness/domain/verdict.ts';
import type { PreparedImage, Sandbox } from '../harness/sandbox/sandbox.ts';
import type { Store } from '../harness/store/store.ts';

/** All that a scorer may touch. */
export interface ScoreContext {
  task: LoadedTask;
  image: PreparedImage;
  candidate: Candidate;
  sandbox: Sandbox;
  store: Store;
  limits: Limits;
  labels: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/**
 * (task, base, candidate) → verdict, in its own fresh container without network. Safe to do twice. Whatever the
 * candidate did ends in a verdict; AssayError `infrastructure` is thrown only for what is not the candidate's doing.
 */
export interface Scorer {
  name: string;
  /** Version of its rules; part of every verdict's key. */
  version: string;
  /** Digest of its options; part of every verdict's key. */
  config: Digest;
  score(context: ScoreContext): Promise<Verdict>;
}

/** One kind of scorer: how its entry in `suite.yaml` is checked, and how it becomes a scorer. */
export interface ScorerKind<Schema extends z.ZodType = z.ZodType> {
  name: string;
  /** Strict schema of the whole entry, `name` included. */
  schema: Schema;
  open(entry: z.infer<Schema>): Scorer;
}
