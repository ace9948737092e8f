import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../domain/errors.ts';
import type { JournalEntry, RunEvent, RunEventOf } from '../domain/event.ts';
import { addEntry, foldRun, type RunRecord } from '../domain/run-record.ts';
import { tryFileLock } from '../sandbox/file-lock.ts';
import { createJournal, type Journal, resumeJournal } from './journal.ts';
import { placeOf, type RunPlace } from './runs.ts';

/** One process's hold on one run: its lock, its open journal, and the live record. */
export interface RunSession {
  place: RunPlace;
  record: RunRecord;
  emit(event: RunEvent): JournalEntry;
  /** From now on, tells of every event after it was written. */
  watch(listener: (entry: JournalEntry) => void): void;
  /** Syncs the journal and gives the run free. */
  close(): Promise<void>;
}

/** Begins a run: its folder, its lock, and the first line of its journal. */
export async function startSession(store: string, started: RunEventOf<'run.started'>): Promise<RunSession> {
  const place = placeOf(store, started.run);
  mkdirSync(place.dir, { recursive: true });
  const unlock = await lockRun(place);
  const journal = createJournal(place.journal);
  return session(place, foldRun([journal.append(started)]), journal, unlock);
}

/** Goes on with a run. Throws `input` when another process works on it, or its journal does not hold. */
export async function resumeSession(place: RunPlace): Promise<RunSession> {
  const unlock = await lockRun(place);
  try {
    const { journal, entries } = await resumeJournal(place.journal);
    if (entries.length === 0)
      throw inputError(`run ${place.run} was killed before it began`, { fix: 'start a new run' });
    return session(place, foldRun(entries), journal, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function session(place: RunPlace, record: RunRecord, journal: Journal, unlock: () => void): RunSession {
  let tell: (entry: JournalEntry) => void = () => undefined;
  return {
    place,
    record,
    emit(event) {
      const entry = journal.append(event);
      addEntry(record, entry);
      tell(entry);
      return entry;
    },
    watch(listener) {
      tell = listener;
    },
    async close() {
      try {
        await journal.close();
      } finally {
        unlock();
      }
    },
  };
}

async function lockRun(place: RunPlace): Promise<() => void> {
  const unlock = await tryFileLock(join(place.dir, 'lock'));
  if (unlock === null) {
    throw inputError(`another process is working on run ${place.run}`, {
      fix: 'wait for it, or stop it first',
    });
  }
  return unlock;
}
