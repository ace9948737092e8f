import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { Digest } from '../domain/digest.ts';
import { infrastructureError, messageOf } from '../domain/errors.ts';
import type { JournalEntry, RunEvent } from '../domain/event.ts';
import { entryHash, genesis, readJournal } from './journal-read.ts';

/** The append-only, hash-chained record of a run. A run is its journal. */
export interface Journal {
  /**
   * Appends one event. When this returns, the event survives the death of this process (it is in the kernel's hands);
   * `sync` makes it survive the machine's. Throws `infrastructure` when it cannot be written; nothing half-written stays.
   */
  append(event: RunEvent): JournalEntry;
  /** Resolves when all that was appended so far is on disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

interface End {
  seq: number;
  prev: Digest;
  bytes: number;
}

/** Starts a new journal; the file must not exist. */
export function createJournal(file: string, now: () => Date = () => new Date()): Journal {
  return openAt(openSync(file, 'ax'), { seq: 0, prev: genesis, bytes: 0 }, now);
}

/** Opens an existing journal to go on with it: reads and checks all of it, and cuts off a torn last line. */
export async function resumeJournal(
  file: string,
  now: () => Date = () => new Date(),
): Promise<{ journal: Journal; entries: JournalEntry[] }> {
  const { entries, validBytes, torn } = await readJournal(file);
  const fd = openSync(file, 'a');
  if (torn) ftruncateSync(fd, validBytes);
  const end = { seq: entries.length, prev: entries.at(-1)?.hash ?? genesis, bytes: validBytes };
  return { journal: openAt(fd, end, now), entries };
}

function openAt(fd: number, end: End, now: () => Date): Journal {
  let syncing: Promise<void> | null = null;
  return {
    append(event) {
      const content = { seq: end.seq, time: now().toISOString(), prev: end.prev, event: wellFormed(event) };
      const entry: JournalEntry = { ...content, hash: entryHash(content) };
      const line = Buffer.from(`${JSON.stringify(entry)}\n`);
      writeWhole(fd, line, end.bytes);
      end.seq += 1;
      end.prev = entry.hash;
      end.bytes += line.length;
      return entry;
    },
    async sync() {
      // A sync under way may have begun before the last write, so one more is always due; callers share it.
      await syncing;
      syncing ??= new Promise<void>((resolve, reject) => {
        fdatasync(fd, (error) =>
          error ? reject(infrastructureError(`the journal cannot be synced: ${error.message}`)) : resolve(),
        );
      }).finally(() => {
        syncing = null;
      });
      await syncing;
    },
    async close() {
      await this.sync();
      closeSync(fd);
    },
  };
}

/**
 * Half a surrogate pair, which a candidate can put into any name, has no canonical JSON: it becomes U+FFFD.
 * Fields that are undefined are left out, as JSON does.
 */
function wellFormed<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, field) =>
    typeof field === 'string' ? field.toWellFormed() : field,
  );
}

/** All or nothing: what a full disk cut short is taken back, so that the chain never holds half a line. */
function writeWhole(fd: number, line: Buffer, start: number): void {
  let written = 0;
  try {
    while (written < line.length) written += writeSync(fd, line, written);
  } catch (error) {
    if (written > 0) ftruncateSync(fd, start);
    throw infrastructureError(`the journal cannot be written: ${messageOf(error)}`, {
      fix: 'free space on the disk that holds the store, then resume the run',
      cause: error,
    });
  }
}
