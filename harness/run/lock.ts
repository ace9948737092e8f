import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../domain/errors.ts';

/**
 * Takes an exclusive lock that the operating system releases when this process dies, however it dies: a pid file
 * would outlive a SIGKILL. Returns how to release it, or null when another process holds it.
 */
export function tryLock(file: string): (() => void) | null {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // The rollback journal stays in memory so that the lock is one file.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return () => database.close();
  } catch (error) {
    database.close();
    if (/locked|busy/i.test(messageOf(error))) return null;
    throw error;
  }
}
