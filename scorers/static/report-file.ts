import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { StoppedFiles } from '../../harness/sandbox/sandbox.ts';

/** Bound of a report, of standard output and of standard error each. */
export const maxReportBytes = 64 * 1024 ** 2;

/** Stands for a report that is there and was not read. */
export const tooLarge = '\0too large';

/** Text of the file that a tool wrote its report to; null where it did not. */
export async function readReport(files: StoppedFiles, path: string): Promise<string | null> {
  const tar = await files.read(path);
  if (tar === null) return null;
  return firstFile(tar);
}

/** Text of the first regular file of an archive; null where that is none. */
async function firstFile(tar: Readable): Promise<string | null> {
  const members = extract();
  tar.on('error', (error) => members.destroy(error));
  try {
    for await (const member of tar.pipe(members)) {
      if (member.header.type !== 'file') return null;
      if ((member.header.size ?? 0) > maxReportBytes) return tooLarge;
      const chunks: Uint8Array[] = [];
      for await (const chunk of member as AsyncIterable<Uint8Array>) chunks.push(chunk);
      return Buffer.concat(chunks).toString();
    }
    return null;
  } finally {
    tar.destroy();
    members.destroy();
  }
}
