import type { Readable, Writable } from 'node:stream';
import type { Digest } from '../domain/digest.ts';
import type { Limits } from '../domain/limits.ts';
import type { Healthcheck, LoadedTask } from '../domain/task.ts';

export interface ContainerUser {
  uid: number;
  gid: number;
}

/** An image from which both agents' and scorers' containers start. */
export interface PreparedImage {
  /** What the engine knows it by. */
  ref: string;
  digest: Digest;
  /** Absolute path of the workspace inside; never `/`. */
  workdir: string;
  /** Who runs in it, and owns the workspace. Never root unless the task itself says root. */
  user: ContainerUser;
  /** Where the image's own base came from, in words for the journal. */
  origin: string;
}

/** How a container's life ended. `aborted`: by the caller's signal. `unhealthy`: its healthcheck never passed. */
export type ContainerEnd = 'exited' | 'timeout' | 'oom' | 'storage' | 'aborted' | 'unhealthy';

/** Output kept within a bound: the head and the tail; `bytes` counts everything that was written. */
export interface CapturedOutput {
  head: Uint8Array;
  tail: Uint8Array;
  bytes: number;
}

/** The file system of a stopped container. */
export interface StoppedFiles {
  /**
   * A tar stream of an absolute path (Docker's archive form: its last component is the root entry); null when absent.
   * Nothing under /tmp is there. One stream at a time: asking for the next closes one that was not read to its end.
   */
  read(path: string): Promise<Readable | null>;
  /**
   * What differs from the container's image, by absolute path, folders before what they hold; of a deleted folder only
   * itself. A change of the time alone is one. null when there are more than `most`.
   */
  changes(most: number): Promise<FileChange[] | null>;
}

export interface FileChange {
  path: string;
  kind: 'modified' | 'added' | 'deleted';
}

/** What turns an image's file system into the one that a stopped container had. */
export interface ContainerState {
  /** Names it: equal keys are the same state. */
  key: Digest;
  /** Absolute paths, deleted with all that they hold before anything is laid. */
  deletions: readonly string[];
  /** A tar stream extracted at `/`, see `packLayer`. Asked for once or not at all. */
  files(): Readable;
}

/** A container while it runs, as those who talk with it see it. */
export interface RunningContainer {
  /** What `network: { joins }` of another request names. */
  id: string;
  /** Goes to the command's standard input; ending it closes that. */
  stdin: Writable;
  /** The command's standard output from its first byte on; what nobody reads makes the command wait. */
  stdout: Readable;
}

/** A folder of this machine that a container sees and cannot change. */
export interface ReadOnlyMount {
  /** Absolute, on this machine; must be readable by everyone. */
  source: string;
  /** Absolute, in the container. */
  target: string;
}

export interface ContainerRequest<T> {
  image: string;
  /** Runs behind the image's own entrypoint, if any and unless it joins another container. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  workdir: string;
  user: ContainerUser;
  /**
   * `joins` names a running container whose network it is to share, and nothing else. The image's entrypoint is left
   * out then: services of its own would take the ports of the other one.
   */
  network: 'none' | 'public' | { joins: string };
  limits: Limits;
  /** Written to the command's standard input, which is then closed. */
  stdin?: Uint8Array;
  /**
   * Talks with the container from the moment the command begins, in place of `stdin` and of capturing stdout; the
   * container is killed once this settles. The signal fires when the container has ended or is being killed: it must
   * settle soon afterwards. What it rejects with, the run rejects with, unless it was aborted.
   */
  converse?: (running: RunningContainer, signal: AbortSignal) => Promise<void>;
  /** A tar stream extracted at `/` before the command starts, see `packLayer`. /tmp is memory and starts empty. */
  files?: Readable;
  /** Folders of the harness's own, such as pinned tools; none of them is among what `collect` reads. */
  mounts?: readonly ReadOnlyMount[];
  healthcheck?: Healthcheck | null;
  /** What people see of this container: run, task, trial, … (all are prefixed with `assay.`). */
  labels: Readonly<Record<string, string>>;
  /** Bound of each of stdout and stderr in bytes, half for the head and half for the tail. */
  outputBytes?: number;
  signal?: AbortSignal;
  /** Called once after the container has stopped and before it is removed; not when it was aborted. */
  collect?: (files: StoppedFiles, end: ContainerEnd) => Promise<T>;
}

export interface ContainerResult<T> {
  end: ContainerEnd;
  /**
   * null unless `end` is `exited`. 127 and 126 for a command that is missing or not executable, as in a shell. null as
   * well where it was killed because its conversation was over, or never ran because the container it joins had ended.
   */
  exitCode: number | null;
  stdout: CapturedOutput;
  stderr: CapturedOutput;
  /** Seconds from start to stop. */
  wallSec: number;
  collected: T | undefined;
}

export interface PrepareOptions {
  /** Who is to own the workspace: the agent's or the verifier's user of the task. */
  user: string | number | null;
  /** `verifier`: the image that a separate verifier has of its own. Default `task`. */
  environment?: 'task' | 'verifier';
  log?: (line: string) => void;
  signal?: AbortSignal;
}

interface EngineFacts {
  version: string;
  runtime: string;
}

/**
 * Where containers live. One implementation today (Docker); every method throws AssayError `infrastructure` when the
 * engine fails, `input` when the task's image cannot be made as the task describes it.
 */
export interface Sandbox {
  facts(): Promise<EngineFacts>;
  /**
   * Builds or pulls a task's image once per digest and makes its workspace belong to the user. Safe to call often.
   * Rejects with the signal's reason when that fires.
   */
  prepare(task: LoadedTask, options: PrepareOptions): Promise<PreparedImage>;
  /** Reads a path of an image's file system without starting anything; `consume` gets a tar stream, null when absent. */
  readImage<T>(image: string, path: string, consume: (tar: Readable | null) => Promise<T>): Promise<T>;
  /** The same for several paths, one after another; whatever `work` opened is closed when this settles. */
  openImage<T>(image: string, work: (files: StoppedFiles) => Promise<T>): Promise<T>;
  /** Who a user of an image's own tables is. Throws `input` when it has no such user. */
  userOf(image: string, user: string | number): Promise<ContainerUser>;
  /**
   * Makes an image of a stopped container as it is, for as long as `work` takes. The files are those that
   * `ContainerRequest.collect` was given, and are still open.
   */
  withSnapshot<T>(files: StoppedFiles, work: (image: string) => Promise<T>): Promise<T>;
  /**
   * Makes an image of another one and a state that a container left, for as long as `work` takes; it may be kept longer
   * and used again for the same state, but not beyond this session. Nothing of the state runs while it is made. Throws
   * `input` where the image itself cannot bear it, and the signal's reason when that ends the making.
   */
  withState<T>(
    image: PreparedImage,
    state: ContainerState,
    work: (restored: PreparedImage) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** One container from create to remove. Nothing of it is left when this settles, however it settles. */
  run<T = undefined>(request: ContainerRequest<T>): Promise<ContainerResult<T>>;
  /** Removes what sessions that no longer live have left on the engine, but for prepared images; returns how many containers. */
  reap(): Promise<number>;
  /** Resolves when the engine answers; throws `infrastructure` when it does not within the time. */
  ready(timeoutMs: number): Promise<void>;
  /** Aborts what runs, waits for it, and removes everything of this session but built and prepared images. */
  close(): Promise<void>;
}
