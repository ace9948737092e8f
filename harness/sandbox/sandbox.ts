import type { Readable } from 'node:stream';
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
}

export interface ContainerRequest<T> {
  image: string;
  /** Runs behind the image's own entrypoint, if any. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  workdir: string;
  user: ContainerUser;
  network: 'none' | 'public';
  limits: Limits;
  /** Written to the command's standard input, which is then closed. */
  stdin?: Uint8Array;
  /** A tar stream extracted at `/` before the command starts, see `packLayer`. /tmp is memory and starts empty. */
  files?: Readable;
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
  /** null unless `end` is `exited`. 127 and 126 for a command that is missing or not executable, as in a shell. */
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
  /** One container from create to remove. Nothing of it is left when this settles, however it settles. */
  run<T = undefined>(request: ContainerRequest<T>): Promise<ContainerResult<T>>;
  /** Removes what sessions that no longer live have left on the engine; returns how many containers. */
  reap(): Promise<number>;
  /** Resolves when the engine answers; throws `infrastructure` when it does not within the time. */
  ready(timeoutMs: number): Promise<void>;
  /** Aborts what runs, waits for it, and removes everything of this session but images. */
  close(): Promise<void>;
}
