import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const GRACE_MS = 5000;

/**
 * Gives `work` a temp folder and removes it afterwards. First removes what builds with the same prefix left when they
 * were killed, and ends what of them still runs. The caller holds the lock that makes the prefix its own.
 */
export async function withBuildFolder<T>(prefix: string, work: (folder: string) => Promise<T>): Promise<T> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) await clear(join(tmpdir(), name));
  const folder = await mkdtemp(join(tmpdir(), prefix));
  try {
    return await work(folder);
  } finally {
    await clear(folder);
  }
}

/**
 * Runs a program whose temp files go to `folder`, as the leader of a process group of its own: mmdebstrap ends its
 * whole group when something fails, which would else be us and the shell we were started from. When `signal` aborts,
 * the group is ended.
 *
 * @throws ExecaError when the program fails or is ended
 */
export async function runInGroup(
  file: string,
  args: readonly string[],
  options: { input: string; env: NodeJS.ProcessEnv; folder: string; signal: AbortSignal },
): Promise<void> {
  options.signal.throwIfAborted();
  const child = execa(file, args, {
    input: options.input,
    env: { ...options.env, TMPDIR: options.folder },
    all: true,
    maxBuffer: 1_000_000,
    detached: true,
    cleanup: false,
  });
  const end = () => {
    signalGroup(child.pid, 'SIGTERM');
    setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS).unref();
  };
  options.signal.addEventListener('abort', end, { once: true });
  try {
    await child;
  } finally {
    options.signal.removeEventListener('abort', end);
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // The group may have ended by itself meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Ends whatever still works in the folder, then removes it, staying on its file system: /dev may be mounted inside. */
async function clear(folder: string): Promise<void> {
  for (const pid of await processesOf(folder)) {
    await execa('kill', ['-KILL', String(pid)], { reject: false });
  }
  const mounts = (await readFile('/proc/self/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const mount of mounts.toReversed()) await execa('umount', ['--lazy', mount], { reject: false });
  await execa('rm', ['-rf', '--one-file-system', folder], { reject: false });
}

/** Processes that were given the folder as their place for temp files; the variable is how they are known. */
async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const mark = `TMPDIR=${folder}`;
  const found: number[] = [];
  for (const pid of pids) {
    // Gone meanwhile, or somebody else's: either way not ours.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(mark)) found.push(pid);
  }
  return found;
}
