import type { FastImport } from './fast-import.ts';
import { blobId, toDigest } from './object-id.ts';
import { spool } from './spool.ts';
import type { PutBlob } from './store.ts';

/** Larger content is set aside on disk until its id is known. */
const inMemoryBytes = 1 << 20;

/** See `Store.putBlobs`. One importer from first to last: what one of them was given, only it can make durable. */
export async function putBlobs<T>(
  importer: FastImport,
  spoolDir: () => Promise<string>,
  work: (put: PutBlob) => Promise<T>,
): Promise<T> {
  const result = await work(async (content, bytes, known) => {
    if (bytes > inMemoryBytes) {
      const spooled = await spool(await spoolDir(), content, bytes);
      try {
        const digest = toDigest(spooled.id);
        if (digest !== known) await importer.blobFrom(bytes, spooled.read());
        return digest;
      } finally {
        await spooled.dispose();
      }
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    if (whole.length !== bytes) throw new RangeError(`${whole.length} bytes in place of ${bytes}`);
    const digest = toDigest(blobId(whole));
    if (digest !== known) await importer.blob(whole);
    return digest;
  });
  await importer.durable();
  return result;
}
