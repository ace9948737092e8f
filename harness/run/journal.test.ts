import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AssayError } from '../domain/errors.ts';
import { createJournal, resumeJournal } from './journal.ts';
import { readJournal } from './journal-read.ts';

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-journal-'));
  file = join(dir, 'journal.jsonl');
});
afterEach(() => rmSync(dir, { recursive: true }));

const notice = (text: string) => ({ type: 'notice' as const, task: null, text });

async function written(count: number): Promise<string[]> {
  const journal = createJournal(file);
  for (let index = 0; index < count; index += 1) journal.append(notice(`event ${index} \u2028 "\u00fc"`));
  await journal.close();
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

describe('journal', () => {
  it('reads back what was appended', async () => {
    await written(3);
    const { entries, torn } = await readJournal(file);
    expect(entries.map((entry) => entry.seq)).toEqual([0, 1, 2]);
    expect(entries[2]?.event).toEqual(notice('event 2 \u2028 "\u00fc"'));
    expect(torn).toBe(false);
  });

  it('writes text that is no whole Unicode as what it can be read back as', async () => {
    const journal = createJournal(file);
    const entry = journal.append(notice('half \ud83d a pair'));
    await journal.close();
    expect(entry.event).toEqual(notice('half \ufffd a pair'));
    expect((await readJournal(file)).entries).toEqual([entry]);
  });

  it('refuses to begin where a journal is', async () => {
    await written(1);
    expect(() => createJournal(file)).toThrow(/EEXIST/);
  });

  it('leaves out a torn last line, and cuts it off when it goes on', async () => {
    await written(2);
    appendFileSync(file, '{"seq":2,"time":"2026-');
    expect(await readJournal(file)).toMatchObject({ torn: true, entries: { length: 2 } });
    const { journal } = await resumeJournal(file);
    journal.append(notice('after'));
    await journal.close();
    const { entries, torn } = await readJournal(file);
    expect(torn).toBe(false);
    expect(entries.map((entry) => entry.event)).toEqual([
      notice('event 0 \u2028 "\u00fc"'),
      notice('event 1 \u2028 "\u00fc"'),
      notice('after'),
    ]);
  });

  it('reads lines that are longer than its buffer and split anywhere', async () => {
    const journal = createJournal(file);
    const long = 'x'.repeat(3_000_000);
    journal.append(notice(long));
    journal.append(notice('short'));
    await journal.close();
    const { entries } = await readJournal(file);
    expect(entries[0]?.event).toEqual(notice(long));
    expect(entries).toHaveLength(2);
  });

  const tampered: [string, (lines: string[]) => string[], RegExp][] = [
    [
      'a changed character',
      (lines) => lines.with(1, (lines[1] ?? '').replace('event 1', 'event 7')),
      /:2: hash/,
    ],
    ['a removed line', (lines) => lines.toSpliced(1, 1), /:2: seq/],
    ['swapped lines', (lines) => [lines[0], lines[2], lines[1], lines[3]].map(String), /:2: seq/],
    ['a doubled line', (lines) => lines.toSpliced(1, 0, lines[1] ?? ''), /:3: seq/],
    ['an added field', (lines) => lines.with(2, (lines[2] ?? '').replace('{', '{"extra":1,')), /:3: /],
    ['something that is not JSON', (lines) => lines.with(0, 'hello'), /:1: not JSON/],
    [
      'an unknown event',
      (lines) => lines.with(0, (lines[0] ?? '').replace('"notice"', '"other"')),
      /:1: event/,
    ],
  ];
  it.each(tampered)('finds %s and says where', async (_, change, place) => {
    const lines = await written(4);
    writeFileSync(file, `${change(lines).join('\n')}\n`);
    const error = await readJournal(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AssayError);
    const { problems } = error as AssayError;
    expect(
      `:${problems[0]?.line}: ${problems[0]?.field ?? ''}${problems[0]?.field ? ' ' : ''}${problems[0]?.message}`,
    ).toMatch(place);
  });

  it('finds a line that was rewritten together with its own hash', async () => {
    const lines = await written(3);
    rmSync(file);
    const forged = createJournal(file, () => new Date(0));
    forged.append(notice('forged'));
    await forged.close();
    const first = readFileSync(file, 'utf8').trimEnd();
    writeFileSync(file, `${[first, ...lines.slice(1)].join('\n')}\n`);
    await expect(readJournal(file)).rejects.toThrow(/:2/);
  });
});
