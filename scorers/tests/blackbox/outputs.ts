import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { messageOf } from '../../../harness/domain/errors.ts';

/** Bounds of the log folder as a whole. */
const maxMembers = 50_000;
const maxBytes = 1024 ** 3;
const maxKeptBytes = 128 * 1024 ** 2;

/** What the driver left, by path below its folder. Hostile: all of it could be the candidate's own doing. */
export interface DriverOutputs {
  files: ReadonlyMap<string, Uint8Array>;
  /** Why nothing of it was read, or not all; null when it was. */
  problem: string | null;
}

class Refused extends Error {}

/**
 * Takes the driver's results out of Docker's archive of the log folder; null stands for a folder that is gone. Only
 * regular files are taken, each of at most `maxFileBytes`; whatever else stands in their place is not there. Never throws
 * for what the archive holds.
 */
export async function readDriverOutputs(
  tar: Readable | null,
  folder: string,
  maxFileBytes: number,
): Promise<DriverOutputs> {
  const files = new Map<string, Uint8Array>();
  if (tar === null) return { files, problem: 'the log folder is gone' };
  const members = extract();
  tar.on('error', (error) => members.destroy(error));
  let count = 0;
  let bytes = 0;
  let kept = 0;
  try {
    for await (const member of tar.pipe(members)) {
      const { name, type, size = 0 } = member.header;
      count += 1;
      bytes += size;
      if (count > maxMembers) throw new Refused(`the log folder holds more than ${maxMembers} files`);
      if (bytes > maxBytes) throw new Refused(`the log folder holds more than ${maxBytes / 1024 ** 2} MiB`);
      // The archive's first component is the log folder itself.
      const [, top, ...rest] = name.split('/');
      const isWanted = type === 'file' && top === folder && rest.length <= 2 && size <= maxFileBytes;
      if (!isWanted) {
        member.resume();
        continue;
      }
      kept += size;
      if (kept > maxKeptBytes)
        throw new Refused(`the cases printed more than ${maxKeptBytes / 1024 ** 2} MiB together`);
      files.set(rest.join('/'), await contentOf(member as AsyncIterable<Uint8Array>));
    }
  } catch (error) {
    const why =
      error instanceof Refused ? error.message : `the log folder cannot be read: ${messageOf(error)}`;
    return { files, problem: why };
  } finally {
    tar.destroy();
    members.destroy();
  }
  return { files, problem: null };
}

async function contentOf(member: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of member) chunks.push(chunk);
  return Buffer.concat(chunks);
}
