import type { CandidateSource } from '../../candidates/source.ts';
import type { Scorer } from '../../scorers/scorer.ts';
import type { Calibration } from '../domain/calibration.ts';
import type { Candidate } from '../domain/candidate.ts';
import type { Digest } from '../domain/digest.ts';
import type { JournalEntry, RunEvent } from '../domain/event.ts';
import type { Policy } from '../domain/policy.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { SandboxOptions } from '../domain/suite.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { Trial } from '../domain/trial.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { PreparedImage, Sandbox } from '../sandbox/sandbox.ts';
import type { Store } from '../store/store.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import type { Activity } from './activity.ts';

/** What a run is to do: the loaded suite, narrowed and planned. */
export interface RunPlan {
  tasks: readonly LoadedTask[];
  sources: readonly CandidateSource[];
  scorers: readonly Scorer[];
  policy: Policy;
  trials: readonly Trial[];
  /** Candidates whose verdict is known beforehand. */
  controls: { nop: CandidateSource; oracle: CandidateSource };
  network: 'none' | 'task';
  sandbox: SandboxOptions;
  ignore: readonly string[];
}

/** The part of the index that a run uses; all of it may be missing or forgotten at any time. */
interface RunCache {
  getVerdict(key: Digest): Verdict | null;
  putVerdict(key: Digest, verdict: Verdict, run: string): void;
  getBase(image: Digest, workdir: string): Digest | null;
  putBase(image: Digest, workdir: string, tree: Digest): void;
  /** What a control delivered, and what a scorer learnt from both; keys as harness/run/controls.ts makes them. */
  getCandidate(key: Digest): Candidate | null;
  putCandidate(key: Digest, candidate: Candidate): void;
  getCalibration(key: Digest): Calibration | null;
  putCalibration(key: Digest, calibration: Calibration): void;
}

/** Everything a run works with; handed in by the command that starts it. */
export interface RunPorts {
  run: string;
  sandbox: Sandbox;
  store: Store;
  toolbox: Toolbox;
  cache: RunCache;
  /** False: verdicts of earlier runs are not used (`--no-cache`). */
  useCache: boolean;
  /** Live fold of the journal; `emit` keeps it true. */
  record: RunRecord;
  /** Writes the event to the journal first, then into the record, then to whoever watches. */
  emit(event: RunEvent): JournalEntry;
  /** Tells whoever watches what is being done right now. */
  activity(activity: Activity): void;
  /** Containers at a time. */
  concurrency: number;
  /** Aborted by the user, or by the first fatal error. */
  signal: AbortSignal;
}

/** A task that is ready to be attempted and scored. */
export interface PreparedTask {
  task: LoadedTask;
  /** Image whose workspace belongs to the agent's user. */
  agentImage: PreparedImage;
  /** The same for the verifier's user; of a separate verifier, its own image, which holds the tests and no workspace. */
  verifierImage: PreparedImage;
  base: Digest;
}
