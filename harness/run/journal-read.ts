import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Digest, digestOf } from '../domain/digest.ts';
import { inputError, messageOf } from '../domain/errors.ts';
import { JournalEntry, type RunEventOf } from '../domain/event.ts';

/** `prev` of the first entry. */
export const genesis: Digest = `sha256:${'0'.repeat(64)}`;

/** Digest of an entry's content: of its canonical JSON without the `hash` field. */
export function entryHash(entry: Omit<JournalEntry, 'hash'>): Digest {
  return digestOf({ seq: entry.seq, time: entry.time, prev: entry.prev, event: entry.event });
}

export interface JournalContent {
  entries: JournalEntry[];
  /** Bytes up to the end of the last whole line. What follows is a torn write. */
  validBytes: number;
  torn: boolean;
}

/**
 * Reads a journal and checks its chain. A last line without its newline is a write that a crash cut short: it was
 * never believed and is left out. Anything else that does not hold is an `input` error naming file and line.
 */
export async function readJournal(file: string): Promise<JournalContent> {
  const entries: JournalEntry[] = [];
  let prev: Digest = genesis;
  let validBytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
      let buffer = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      for (let end = buffer.indexOf(10); end >= 0; end = buffer.indexOf(10)) {
        const entry = checkLine(buffer.toString('utf8', 0, end), entries.length, prev, file);
        entries.push(entry);
        prev = entry.hash;
        validBytes += end + 1;
        buffer = buffer.subarray(end + 1);
      }
      rest = buffer;
    }
  } catch (error) {
    if (isMissing(error)) throw noJournal(file, error);
    throw error;
  }
  return { entries, validBytes, torn: rest.length > 0 };
}

/** How a run began: the journal's first line, without reading the rest. Throws `input` as `readJournal` does. */
export async function readStarted(file: string): Promise<RunEventOf<'run.started'>> {
  const handle = await open(file).catch((error: unknown) => {
    throw isMissing(error) ? noJournal(file, error) : error;
  });
  try {
    for await (const line of handle.readLines({ autoClose: false })) {
      const { event } = checkLine(line, 0, genesis, file);
      if (event.type === 'run.started') return event;
      throw inputError(`${file}:1: a journal begins with run.started, not ${event.type}`);
    }
  } finally {
    await handle.close();
  }
  throw inputError(`the journal ${file} is empty: the run was killed before it began`, {
    fix: 'start a new run',
  });
}

function checkLine(line: string, seq: number, prev: Digest, file: string): JournalEntry {
  const broken = (message: string, field?: string, cause?: unknown) =>
    inputError(`the journal is broken at ${file}:${seq + 1}`, {
      problems: [{ file, line: seq + 1, ...(field ? { field } : {}), message }],
      fix: 'restore the file from a backup, or start a new run; what stands before this line is still readable',
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw broken(`not JSON: ${messageOf(error)}`, undefined, error);
  }
  const parsed = JournalEntry.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw broken(issue?.message ?? 'not a journal entry', issue?.path.join('.'), parsed.error);
  }
  const entry = parsed.data;
  if (entry.seq !== seq)
    throw broken(`expected ${seq}, found ${entry.seq}: a line was removed, added or moved`, 'seq');
  if (entry.prev !== prev) throw broken('does not name the line before it', 'prev');
  if (entry.hash !== entryHash(value as JournalEntry))
    throw broken('the content was changed after it was written', 'hash');
  return entry;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function noJournal(file: string, cause: unknown) {
  return inputError(`there is no journal at ${file}`, { cause });
}
