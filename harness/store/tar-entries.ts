import { Buffer, isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import tar from 'tar-stream';
import { infrastructureError, messageOf } from '../domain/errors.ts';
import { plainText } from './hostile-text.ts';

/** One member of a tar stream. */
export interface TarEntry {
  /** As in the archive; null where that is not valid UTF-8. */
  name: string | null;
  /** The name for messages, always there, not escaped. */
  shown: string;
  /** tar-stream's word for the kind of file; null for one that it does not know. */
  type: string | null;
  mode: number;
  uid: number;
  gid: number;
  /** Bytes that the archive announces for it. */
  size: number;
  linkname: string | null;
  /** GNU sparse format: what is stored is not what the file holds. */
  sparse: boolean;
  /** Read it to its end or leave it alone. */
  content: AsyncIterable<Uint8Array>;
}

/** The archive itself is broken: cut short, or no tar at all. */
export class BrokenArchive extends Error {}

/** What the parser also tells, and its types do not. */
type RawHeader = Omit<tar.Header, 'pax'> & {
  byteOffset: number;
  pax: Readonly<Record<string, string>> | null;
};

/** Only so can it be told which header names are not UTF-8. */
const namesAsBytes: Parameters<typeof tar.extract>[0] & { filenameEncoding: 'latin1' } = {
  filenameEncoding: 'latin1',
};

const blockBytes = 512;
const endBytes = 2 * blockBytes;

/**
 * The members of a tar stream in their order. When the caller stops early or an error ends it, the stream is
 * destroyed, so that nobody waits for it. Throws BrokenArchive for bytes that are no whole archive,
 * `infrastructure` when the stream itself fails.
 */
export async function* tarEntries(stream: Readable): AsyncGenerator<TarEntry> {
  const extract = tar.extract(namesAsBytes);
  const feeding = feed(stream, extract);
  // How it ended is asked below, once the members are through.
  feeding.catch(messageOf);
  let contentEnd = 0;
  try {
    for await (const source of extract) {
      const header = source.header as unknown as RawHeader;
      const size = header.size ?? 0;
      contentEnd = header.byteOffset + Math.ceil(size / blockBytes) * blockBytes;
      yield toEntry(header, size, contentOf(source as unknown as AsyncIterable<Uint8Array>));
      source.resume();
    }
  } catch (error) {
    throw causeOf(error);
  } finally {
    stream.destroy();
  }
  const fed = await feeding;
  // Cut at a member's border an archive looks whole, but for the two blocks of zeros at its end.
  if (fed.bytes < contentEnd + endBytes || fed.tail.subarray(-endBytes).some((byte) => byte !== 0))
    throw new BrokenArchive('unexpected end of data');
}

/** Carries a failure of the stream through the parser, whose own errors mean a broken archive. */
class StreamFailed extends Error {
  readonly reason: Error;
  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

function causeOf(error: unknown): Error {
  return error instanceof StreamFailed ? error.reason : new BrokenArchive(plainText(messageOf(error)));
}

async function* contentOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    throw causeOf(error);
  }
}

async function feed(stream: Readable, extract: tar.Extract): Promise<{ bytes: number; tail: Buffer }> {
  const fed: { bytes: number; tail: Buffer } = { bytes: 0, tail: Buffer.alloc(0) };
  let wake: () => void = () => undefined;
  extract.on('drain', () => wake());
  extract.on('close', () => wake());
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      fed.bytes += chunk.length;
      fed.tail = chunk.length >= endBytes ? chunk : Buffer.concat([fed.tail.subarray(-endBytes), chunk]);
      const room = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if (!extract.write(chunk) && !extract.destroyed) await room;
      if (extract.destroyed) return fed;
    }
  } catch (cause) {
    const reason = infrastructureError(
      `the engine broke off the archive of the workspace: ${messageOf(cause)}`,
      {
        cause,
      },
    );
    extract.destroy(new StreamFailed(reason));
    throw reason;
  }
  extract.end(undefined);
  return fed;
}

function toEntry(header: RawHeader, size: number, content: AsyncIterable<Uint8Array>): TarEntry {
  const pax = header.pax;
  const name = decodeName(header.name, pax?.path);
  return {
    name,
    shown: name ?? header.name,
    type: header.type ?? null,
    mode: header.mode ?? 0,
    uid: idOf(header.uid, pax?.uid),
    gid: idOf(header.gid, pax?.gid),
    size,
    linkname: decodeName(header.linkname ?? '', pax?.linkpath),
    sparse: pax !== null && Object.keys(pax).some((key) => key.startsWith('GNU.sparse')),
    content,
  };
}

/** Ids that do not fit the header stand in a pax header only. */
function idOf(raw: number | undefined, fromPax: string | undefined): number {
  return fromPax !== undefined && /^\d{1,10}$/.test(fromPax) ? Number(fromPax) : (raw ?? 0);
}

/** Names from pax headers come decoded, U+FFFD where they were not UTF-8; the others come as bytes. */
function decodeName(raw: string, fromPax: string | undefined): string | null {
  if (fromPax) return fromPax.includes('\ufffd') ? null : fromPax;
  const bytes = Buffer.from(raw, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}
