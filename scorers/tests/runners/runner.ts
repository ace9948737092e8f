import type { Framework } from '../../../harness/domain/test-settings.ts';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import type { ContainerUser } from '../../../harness/sandbox/sandbox.ts';

/** A test file about to run. `path` is relative to the workspace. */
export interface TestFile {
  path: string;
  text: string;
}

export interface RunnerInput {
  workdir: string;
  user: ContainerUser;
  /** Test files to run, relative to the workspace; they lie there already, root's. Never empty. */
  files: readonly string[];
  /** Absolute path, in the container, of the task's own configuration for the framework; null: a plain one of ours. */
  config: string | null;
  /** False: what was replaced in the process and not put back is not reported. */
  integrity: boolean;
  /** What the tests use beside the framework; absent where that is nothing of ours. Of `node-test` and `unittest` only. */
  library?: RunnerLibrary;
}

/** A library of ours: brought into every test file's process before anything of the candidate's runs in there. */
export interface RunnerLibrary {
  /** Text of the script that brings it in, in the runner's language: see `assets/`, where it is called `library`. */
  script: string;
  /** What the script is told; JSON. */
  settings: Readonly<Record<string, string | number>>;
}

export interface RunnerPlan {
  /** Root's files below `harnessDir`. */
  entries: LayerEntry[];
  /** Runs behind the wrapper, as the task's user, in the workspace. */
  command: string[];
  env: Record<string, string>;
}

/**
 * A test framework that the harness starts and reads itself. The process that reports is never the one in which code of
 * the candidate runs: it reads and deletes the run's word first of all, starts others for the tests, and signs what
 * they reported with it (see report.ts). It ends with exit code 0 when it has written a report, whatever that says.
 */
export interface FrameworkRunner {
  framework: Framework;
  /** Globs of test files where a task names none. */
  defaultFiles: readonly string[];
  plan(input: RunnerInput): Promise<RunnerPlan>;
}
