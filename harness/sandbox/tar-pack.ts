import { Readable } from 'node:stream';
import { type Header, type Pack, pack } from 'tar-stream';

/** Fixed time of every entry we pack: same content, same bytes. 2000-01-01, as some tools refuse times before 1980. */
const packedTime: Date = new Date(946_684_800_000);

/** A tar stream of what `fill` puts into it; an error of `fill` becomes the stream's. */
export function packing(fill: (packed: Pack) => Promise<void>): Readable {
  const packed = pack();
  const filled = fill(packed).then(() => packed.finalize());
  filled.catch((error: unknown) => packed.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(packed, { objectMode: false });
}

/** Puts one entry; a stream as body needs `size` in the header. Resolves when it is written. */
export async function putEntry(
  packed: Pack,
  header: Partial<Header> & { name: string },
  body?: string | Uint8Array | Readable,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    const timed = { mtime: packedTime, ...header };
    if (body instanceof Readable) {
      const entry = packed.entry(timed, done);
      body.on('error', (error) => entry.destroy(error));
      body.pipe(entry);
    } else if (header.type === undefined || header.type === 'file') {
      packed.entry(timed, body ?? '', done);
    } else {
      packed.entry(timed, done);
    }
  });
}
