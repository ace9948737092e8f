import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const entry = resolve(root, 'harness/cli/bin.ts');

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has ended. */
  done: Promise<Finished>;
  /** Resolves when what was written to stderr so far matches; rejects when the process ends before. */
  says(pattern: RegExp): Promise<void>;
}

/** Starts the real command line in a process of its own. */
export function startAssay(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Started {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
    for (const watcher of watchers) watcher();
  });
  const done = new Promise<Finished>((resolveDone, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolveDone({ code, signal, stdout, stderr }));
  });
  return {
    pid: child.pid ?? -1,
    kill: (signal) => void child.kill(signal),
    done,
    says: (pattern) =>
      new Promise((resolveSaid, reject) => {
        const look = () => {
          if (!pattern.test(stderr)) return;
          watchers.delete(look);
          resolveSaid();
        };
        watchers.add(look);
        void done.then(() =>
          pattern.test(stderr) ? resolveSaid() : reject(new Error(`ended without ${pattern}: ${stderr}`)),
        );
        look();
      }),
  };
}

/** Runs the command line to its end. */
export function assay(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Finished> {
  return startAssay(args, options).done;
}
