import type { Digest } from '../domain/digest.ts';
import type { JournalEntry, RunEvent, RunEventOf } from '../domain/event.ts';
import { addEntry, foldRun, type RunRecord } from '../domain/run-record.ts';

const noHash: Digest = `sha256:${'0'.repeat(64)}`;

/** A live record that no journal backs, for work that selects nothing and that the cache makes quick to do again. */
export function unrecorded(
  started: RunEventOf<'run.started'>,
  watch: (event: RunEvent) => void = () => undefined,
): { record: RunRecord; emit(event: RunEvent): JournalEntry } {
  const entryOf = (event: RunEvent): JournalEntry => ({
    seq: 0,
    time: '',
    prev: noHash,
    event,
    hash: noHash,
  });
  const record = foldRun([entryOf(started)]);
  return {
    record,
    emit(event) {
      const entry = entryOf(event);
      addEntry(record, entry);
      watch(event);
      return entry;
    },
  };
}
