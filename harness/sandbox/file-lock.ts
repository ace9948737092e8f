import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { infrastructureError, messageOf } from '../domain/errors.ts';

/** Where this user's locks, logs and other state between runs live. Everything in it may be deleted between runs. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'assay');
}

/** Where downloads that can be fetched again live. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'assay');
}

/**
 * Runs `work` while no other holder of the same file runs, in this process or another one. The lock is an exclusive
 * SQLite transaction, which the operating system ends with its process, also on SIGKILL: it can never be left behind.
 *
 * @throws infrastructure when the file cannot be opened or `signal` aborts the wait
 */
export async function withFileLock<T>(
  file: string,
  work: () => Promise<T>,
  options: { onWait?: () => void; signal?: AbortSignal | undefined } = {},
): Promise<T> {
  const database = await open(file);
  try {
    for (let attempt = 0; !tryLock(database, file); attempt++) {
      if (attempt === 0) options.onWait?.();
      await sleep(100, undefined, { signal: options.signal });
    }
    return await work();
  } finally {
    // Closing rolls the empty transaction back, which is the release.
    database.close();
  }
}

/**
 * Takes the same lock without waiting: how to release it, or null when another holder has it.
 *
 * @throws infrastructure when the file cannot be opened
 */
export async function tryFileLock(file: string): Promise<(() => void) | null> {
  const database = await open(file);
  if (tryLock(database, file)) return () => database.close();
  database.close();
  return null;
}

async function open(file: string): Promise<DatabaseSync> {
  try {
    await mkdir(dirname(file), { recursive: true });
    return new DatabaseSync(file);
  } catch (error) {
    throw infrastructureError(`cannot open the lock file ${file}: ${messageOf(error)}`, {
      fix: 'make its folder writable, or name another one in XDG_STATE_HOME',
      cause: error,
    });
  }
}

const SQLITE_BUSY = 5;

function tryLock(database: DatabaseSync, file: string): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw infrastructureError(`cannot take the lock ${file}: ${messageOf(error)}`, { cause: error });
  }
}
