import type { z } from 'zod';
import type { Calibration } from '../harness/domain/calibration.ts';
import type { Candidate } from '../harness/domain/candidate.ts';
import type { Digest } from '../harness/domain/digest.ts';
import type { Limits } from '../harness/domain/limits.ts';
import type { LoadedTask } from '../harness/domain/task.ts';
import type { Verdict } from '../harness/domain/verdict.ts';
import type { PreparedImage, Sandbox } from '../harness/sandbox/sandbox.ts';
import type { Store } from '../harness/store/store.ts';
import type { Toolbox } from '../harness/tools/toolbox.ts';

/** What a scorer works with, whatever it looks at. */
interface ScorerTools {
  task: LoadedTask;
  /** The verifier's image. */
  image: PreparedImage;
  /** The image whose workspace is the base; the same unless the verifier has an environment of its own. */
  workspace: PreparedImage;
  toolbox: Toolbox;
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
  /** Verdicts on this candidate of the scorers that this one needs. */
  needed: ReadonlyMap<string, Verdict>;
}

/** The same when it looks at the task itself. */
export interface CalibrateContext extends ScorerTools {
  /** The base unchanged, as a candidate. */
  base: Candidate;
  /** What the reference solution delivers; null where there is none. */
  oracle: Candidate | null;
  /** Verdicts on both of the scorers that this one needs. */
  needed: { base: ReadonlyMap<string, Verdict>; oracle: ReadonlyMap<string, Verdict> };
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
  /** Names of scorers whose verdicts this one looks at, where the suite has them; they are asked first. No circles. */
  needs?: readonly string[];
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
  /** Controls that a task brings for this scorer's requirements. Throws AssayError `input`. */
  controls?(task: LoadedTask): Promise<ScorerControl[]>;
}

/** A candidate whose verdict is known beforehand: the reference solution with something broken. */
export interface ScorerControl {
  name: string;
  /** Against the workspace as the reference solution leaves it. */
  patch: Uint8Array;
  /** Ids of the requirements that it breaks. */
  breaks: readonly string[];
}

/** One kind of scorer: how its entry in `suite.yaml` is checked, and how it becomes a scorer. */
export interface ScorerKind<Schema extends z.ZodType = z.ZodType> {
  name: string;
  /** Strict schema of the whole entry, `name` included. */
  schema: Schema;
  /** `suiteDir` is what paths in the entry are relative to. Throws AssayError `input`, see `entryProblem`. */
  open(entry: z.infer<Schema>, context: { suiteDir: string }): Scorer | Promise<Scorer>;
  /** Looks at a task when its suite is read. Throws AssayError `input` with every problem found in it. */
  checkTask?(task: LoadedTask): Promise<void>;
}
