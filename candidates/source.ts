import type { z } from 'zod';
import type { Digest } from '../harness/domain/digest.ts';
import type { IngestLimits, Limits } from '../harness/domain/limits.ts';
import type { LoadedTask } from '../harness/domain/task.ts';
import type { Trial, TrialResult } from '../harness/domain/trial.ts';
import type { PreparedImage, Sandbox } from '../harness/sandbox/sandbox.ts';
import type { Store } from '../harness/store/store.ts';

/** All that an attempt may touch. */
export interface AttemptContext {
  trial: Trial;
  task: LoadedTask;
  image: PreparedImage;
  /** Tree of the image's workspace before any agent ran. */
  base: Digest;
  sandbox: Sandbox;
  store: Store;
  limits: Limits;
  network: 'none' | 'public';
  ingest: { limits: IngestLimits; ignore: readonly string[] };
  labels: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/**
 * One configured competitor: where candidates come from. `attempt` is safe to do twice. It returns a result for
 * whatever the agent did, and throws AssayError `infrastructure` only for what is not the agent's doing.
 */
export interface CandidateSource {
  name: string;
  adapter: string;
  /** Digest of all that makes this competitor what it is: configuration and file contents, never paths. */
  identity: Digest;
  /** Recorded candidates exist once; live agents may try as often as they are asked (null). */
  maxAttempts: number | null;
  attempt(context: AttemptContext): Promise<TrialResult>;
}

export interface OpenContext {
  suiteDir: string;
  /** Ids of the suite's tasks. */
  taskIds: readonly string[];
  /** For what a person should know and that stops nothing, e.g. predictions for tasks that are not in the suite. */
  notice: (text: string) => void;
}

/** One kind of agent: how its entry in `suite.yaml` is checked, and how it becomes competitors. */
export interface Adapter<Schema extends z.ZodType = z.ZodType> {
  name: string;
  /** Strict schema of the whole entry, `name` and `adapter` included. */
  schema: Schema;
  /** Throws AssayError `input` naming file, line and field for whatever the entry points at and is not right. */
  open(entry: z.infer<Schema>, context: OpenContext): Promise<CandidateSource[]>;
}
