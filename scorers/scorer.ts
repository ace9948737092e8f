import type { z } from 'zod';
import type { Calibration } from '../harness/domain/calibration.ts';
import type { Candidate } from '../harness/domain/candidate.ts';
import type { Digest } from '../harness/domain/digest.ts';
import type { Limits } from '../harness/domain/limits.ts';
import type { LoadedTask } from '../harness/domain/task.ts';
import type { Verdict } from '../harness/domain/verdict.ts';
import type { PreparedImage, Sandbox } from '../harness/sandbox/sandbox.ts';
import type { Store } from '../harness/store/store.ts';

/** What a scorer works with, whatever it looks at. */
interface ScorerTools {
  task: LoadedTask;
  /** The verifier's image. */
  image: PreparedImage;
  sandbox: Sandbox;
  store: Store;
  limits: Limits;
  labels: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/** All that a scorer may touch when it judges a candidate. */
export interface ScoreContext extends ScorerTools {
  candidate: Candidate;
  /** What this scorer's own `calibrate` found; null where it has none. */
  calibration: Calibration | null;
}

/** The same when it looks at the task itself. */
export interface CalibrateContext extends ScorerTools {
  /** The base unchanged, as a candidate. */
  base: Candidate;
  /** What the reference solution delivers; null where there is none. */
  oracle: Candidate | null;
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
  /**
   * Measures base and reference solution before any candidate is judged: what must be expected of a solution. Its
   * digest is part of every verdict's key. Throws as `score` does.
   */
  calibrate?(context: CalibrateContext): Promise<Calibration>;
  score(context: ScoreContext): Promise<Verdict>;
  /**
   * Looks once more, and harder, at a candidate that would win: a verdict that may only be worse. Absent where one
   * look is enough.
   */
  confirm?(context: ScoreContext, verdict: Verdict): Promise<Verdict>;
}

/** One kind of scorer: how its entry in `suite.yaml` is checked, and how it becomes a scorer. */
export interface ScorerKind<Schema extends z.ZodType = z.ZodType> {
  name: string;
  /** Strict schema of the whole entry, `name` included. */
  schema: Schema;
  open(entry: z.infer<Schema>): Scorer;
  /** Looks at a task when its suite is read. Throws AssayError `input` with every problem found in it. */
  checkTask?(task: LoadedTask): Promise<void>;
}
