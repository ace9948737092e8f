import { randomBytes } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { blobHash, type ObjectId } from './object-id.ts';

/** A big file, set aside on disk until it is known whether it must be stored. */
export interface Spooled {
  id: ObjectId;
  read(): AsyncIterable<Uint8Array>;
  dispose(): Promise<void>;
}

/** Copies content of known size into a nameless file of that folder and computes its blob id on the way. */
export async function spool(
  dir: string,
  content: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<Spooled> {
  const path = join(dir, `spool-${randomBytes(8).toString('hex')}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    // Without a name it cannot outlive this process.
    await unlink(path);
    const hash = blobHash(bytes);
    for await (const chunk of content) {
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    return {
      id: hash.digest('hex'),
      read: () => handle.createReadStream({ start: 0, autoClose: false }),
      dispose: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
