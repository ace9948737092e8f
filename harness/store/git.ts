import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import PQueue from 'p-queue';
import { infrastructureError } from '../domain/errors.ts';

/** Oldest git with `cat-file --batch-command`. */
const oldestGit = [2, 36] as const;

/** Variables of a git that obeys nothing but our arguments: no system, user or attribute files, no prompts. */
export function gitEnv(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    ...extra,
  };
}

/** Settings that hold for every command of ours, whatever a repository's own file says. */
export const gitSettings: readonly string[] = [
  'core.ignoreCase=false',
  'core.precomposeUnicode=false',
  'core.protectHFS=false',
  'core.protectNTFS=false',
  'core.attributesFile=/dev/null',
  'core.hooksPath=/dev/null',
  'gc.auto=0',
].flatMap((setting) => ['-c', setting]);

export interface GitRequest {
  args: readonly string[];
  /** Runs this instead of `git`; `args` are its arguments. */
  program?: string;
  env?: Readonly<Record<string, string>>;
  cwd?: string;
  /** Bytes of standard output to keep; the rest is counted and dropped. All by default. */
  keepBytes?: number;
  timeoutSec?: number;
}

export interface GitResult {
  /** null when it was killed. */
  code: number | null;
  timedOut: boolean;
  stdout: Buffer;
  /** Everything it wrote, kept or not. */
  stdoutBytes: number;
  stderr: string;
}

const maxErrorBytes = 64 * 1024;
// More at once would only wait for the same two or four cores.
const queue = new PQueue({ concurrency: 4 });

/** Runs one short-lived git process to its end. Throws `infrastructure` only when it cannot be started. */
export function runGit(request: GitRequest): Promise<GitResult> {
  return queue.add(() => runNow(request));
}

async function runNow(request: GitRequest): Promise<GitResult> {
  const child = spawn(request.program ?? 'git', [...request.args], {
    env: gitEnv(request.env),
    ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group: Ctrl-C in the terminal is for the harness to handle, and a timeout ends its children too.
    detached: true,
  });
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    },
    (request.timeoutSec ?? 600) * 1000,
  );
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const stdout = keepHead(child.stdout, request.keepBytes ?? Number.POSITIVE_INFINITY);
  const stderr = keepHead(child.stderr, maxErrorBytes);
  try {
    const code = await ended;
    return {
      code,
      timedOut,
      stdout: Buffer.concat(stdout.chunks),
      stdoutBytes: stdout.bytes,
      stderr: Buffer.concat(stderr.chunks).toString('utf8'),
    };
  } catch (cause) {
    throw cannotStart(cause);
  } finally {
    clearTimeout(timer);
  }
}

function keepHead(stream: Readable, limit: number) {
  const kept = { chunks: [] as Buffer[], bytes: 0 };
  stream.on('data', (chunk: Buffer) => {
    const room = limit - kept.bytes;
    if (room > 0) kept.chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
    kept.bytes += chunk.length;
  });
  return kept;
}

/** The error for a git that could not even be started. */
export function cannotStart(cause: unknown) {
  return infrastructureError('store: git could not be started', {
    fix: `install git ${oldestGit.join('.')} or newer and make sure that it is on the PATH`,
    cause,
  });
}

/** Whether this text, from git or from Node, says that the disk is full. */
export function saysNoSpace(text: string): boolean {
  return /No space left on device|Out of diskspace|Disk quota exceeded|ENOSPC|EDQUOT/i.test(text);
}

/** The error for a git that ended otherwise than it should have; names a full disk as such. */
export function gitFailed(what: string, stderr: string, dir: string, cause?: unknown) {
  const said = stderr.trim().split('\n').slice(0, 3).join('; ');
  if (saysNoSpace(stderr))
    return infrastructureError(`store: no space left on the disk that holds ${dir} (${what})`, {
      fix: 'make room there, or choose another folder with --out',
      cause,
    });
  return infrastructureError(`store: ${what} failed${said === '' ? '' : `: ${said}`}`, { cause });
}

/** Throws `infrastructure` when git is absent or too old. */
export async function checkGitVersion(): Promise<void> {
  const { stdout } = await runGit({ args: ['version'] });
  const found = /(\d+)\.(\d+)/.exec(stdout.toString('utf8'));
  const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
  if (major > oldestGit[0] || (major === oldestGit[0] && minor >= oldestGit[1])) return;
  throw infrastructureError(
    `store: git ${oldestGit.join('.')} or newer is needed, this is ${found?.[0] ?? 'an unknown version'}`,
    { fix: 'install a newer git and make sure that it comes first on the PATH' },
  );
}
