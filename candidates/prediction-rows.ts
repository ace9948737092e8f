import { createReadStream } from 'node:fs';
import { readBytes, sizeInWords } from '../harness/plan/read-file.ts';
import { maxPatchBytes } from '../harness/store/apply-patch.ts';

/** A JSON Lines file may be this large; it is read as a stream. */
export const maxLinesFileBytes = 512 * 1024 ** 2;
/** A JSON array has to be held in memory. */
const maxArrayFileBytes = 64 * 1024 ** 2;
const maxRows = 1_000_000;
/** A row has to be held in memory; JSON's escapes seldom double a text. */
const maxRowBytes = 2 * maxPatchBytes;

/** One prediction as it stands in the file, or why it cannot be read. */
export type RawRow = { line: number; span: Span } & (
  | { ok: true; value: unknown }
  | { ok: false; message: string; fix: string }
);

/** Where a row's bytes stand, so that it can be read again instead of being held. */
export interface Span {
  offset: number;
  bytes: number;
}

/** Rows of a file of JSON objects: one per line, or one JSON array of them. */
export async function* readRows(path: string): AsyncGenerator<RawRow> {
  if (await beginsWithBracket(path)) {
    yield* readArray(path);
    return;
  }
  let line = 0;
  let rows = 0;
  for await (const { offset, bytes } of readLines(path)) {
    line += 1;
    const span = { offset, bytes: typeof bytes === 'number' ? bytes : bytes.length };
    if (typeof bytes === 'number') {
      const message = `the row is larger than ${sizeInWords(maxRowBytes)}`;
      yield { ok: false, line, span, message, fix: 'split or remove it' };
      continue;
    }
    const row = parseRow(bytes);
    if (row === null) continue;
    rows += 1;
    if (rows > maxRows) {
      yield { ok: false, line, span, message: `more than ${maxRows} rows`, fix: 'split the file' };
      return;
    }
    yield { ...row, line, span };
  }
}

type Parsed = { ok: true; value: unknown } | { ok: false; message: string; fix: string };

/** null for a blank line. */
export function parseRow(bytes: Uint8Array): Parsed | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { ok: false, message: 'is not UTF-8 text', fix: 'save the file as UTF-8' };
  }
  if (text.trim() === '') return null;
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return {
      ok: false,
      message: `is not JSON: ${jsonFault(error)}`,
      fix: 'write one JSON object per line',
    };
  }
}

/** The engine's words without the text that they quote, which may be anything. */
function jsonFault(error: unknown): string {
  if (!(error instanceof SyntaxError)) throw error;
  const words = error.message.split(/, ["'.]|\s+in JSON|\s+is not valid JSON/)[0] ?? '';
  return words.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 100);
}

async function beginsWithBracket(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 1023 })) {
    const text = (chunk as Buffer).toString('latin1').replace(/^\xef\xbb\xbf/, '');
    return text.trimStart().startsWith('[');
  }
  return false;
}

interface Line {
  offset: number;
  /** Its length alone where it is too large to be held. */
  bytes: Buffer | number;
}

async function* readLines(path: string): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let length = 0;
  let offset = 0;
  const take = (): Line => {
    const line = { offset, bytes: length > maxRowBytes ? length : Buffer.concat(pieces) };
    offset += length + 1;
    pieces = [];
    length = 0;
    return line;
  };
  const add = (piece: Buffer) => {
    length += piece.length;
    if (length > maxRowBytes) pieces = [];
    else pieces.push(piece);
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield take();
}

async function* readArray(path: string): AsyncGenerator<RawRow> {
  const whole = { offset: 0, bytes: 0 };
  const read = await readBytes(path, { maxBytes: maxArrayFileBytes });
  if (!read.ok) {
    const message = `as a JSON array, the file ${read.message}`;
    yield { ok: false, line: 1, span: whole, message, fix: 'write one JSON object per line' };
    return;
  }
  const parsed = parseRow(read.bytes);
  if (!parsed?.ok) {
    yield { line: 1, span: whole, ...(parsed ?? { ok: false, message: 'is empty', fix: 'remove the file' }) };
    return;
  }
  const spans = elementSpans(read.bytes);
  for (const [index, value] of (parsed.value as unknown[]).entries()) {
    const span = spans[index] ?? { ...whole, line: 1 };
    yield { ok: true, value, line: span.line, span };
  }
}

/** Where the elements of a valid JSON array stand. */
function elementSpans(json: Buffer): (Span & { line: number })[] {
  const spans: (Span & { line: number })[] = [];
  let depth = 0;
  let inString = false;
  let line = 1;
  let begin: { offset: number; line: number } | null = null;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte === newline) line += 1;
    if (inString) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inString = false;
      continue;
    }
    const closes = byte === closeBracket || byte === closeBrace;
    if (depth === 1 && (byte === comma || closes)) {
      if (begin !== null) spans.push({ ...begin, bytes: at - begin.offset });
      begin = null;
    } else if (depth === 1 && begin === null && byte > space && byte < 0x80) begin = { offset: at, line };
    if (byte === quote) inString = true;
    else if (byte === openBracket || byte === openBrace) depth += 1;
    else if (closes) depth -= 1;
  }
  return spans;
}

const [newline, space, quote, comma] = [10, 32, 34, 44];
const [openBracket, backslash, closeBracket, openBrace, closeBrace] = [91, 92, 93, 123, 125];
