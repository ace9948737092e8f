import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { messageOf } from '../domain/errors.ts';
import { cannotStart, gitEnv, gitFailed } from './git.ts';

/** A git process that lives as long as it is asked things; what it is asked and answers is its owner's. */
export interface GitProcess {
  child: ChildProcessWithoutNullStreams;
  /** Why nothing more can be asked of it; null while it lives. */
  failure(): Error | null;
  /** Gives it up for this reason, unless it has failed already; the owner's `onFailure` gets the first one. */
  fail(error: Error): Error;
  /** The end of what it wrote to its standard error. */
  stderr(): string;
  alive(): boolean;
  /** From now on its end is no failure. Its owner closes its standard input when all is said. */
  retire(): void;
  /** Resolves when it is gone. */
  closed: Promise<void>;
}

/**
 * Starts `git` with the arguments; `name` is what errors call it. `onFailure` must reject whoever waits for an answer:
 * it is called whenever the process ends, however it ends.
 */
export function startGitProcess(
  name: string,
  args: readonly string[],
  gitDir: string,
  onFailure: (error: Error) => void,
): GitProcess {
  const child = spawn('git', [...args], {
    env: gitEnv({ GIT_DIR: gitDir }),
    stdio: ['pipe', 'pipe', 'pipe'],
    // Out of reach of the terminal's Ctrl-C: it ends when its standard input does, also when the harness is killed.
    detached: true,
  });
  let failure: Error | null = null;
  let retired = false;
  let stderr = '';
  const fail = (error: Error) => {
    failure ??= error;
    onFailure(failure);
    return failure;
  };
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-8192);
  });
  // The reason follows with `close`, when all that git said has been read.
  child.stdin.on('error', (error) => {
    stderr ||= messageOf(error);
  });
  const closed = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      fail(cannotStart(error));
      resolve();
    });
    child.once('close', (code, signal) => {
      const how = retired && code === 0 ? 'the store was closed' : (signal ?? `exit code ${code}`);
      fail(gitFailed(`${name} ended (${how})`, stderr, gitDir));
      resolve();
    });
  });
  return {
    child,
    failure: () => failure,
    fail,
    stderr: () => stderr,
    alive: () => failure === null && !retired,
    retire() {
      retired = true;
    },
    closed,
  };
}
