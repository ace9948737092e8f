import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { messageOf } from '../../harness/domain/errors.ts';
import { compareText } from '../../harness/domain/order.ts';
import { type LogFile, reportFormat } from './parse/detect.ts';
import { reportLimits } from './parse/result.ts';

/** What the tests left in the log folder that matters to a verdict, by path. */
export interface VerifierLogs {
  files: LogFile[];
  /** Why the folder as a whole cannot be believed; null when it can. */
  problem: string | null;
}

/** Bounds of the log folder: members, bytes in all of them, bytes of reports and rewards. */
const maxMembers = 20_000;
const maxBytes = 512 * 1024 ** 2;
const maxKeptBytes = 2 * reportLimits.bytes;

class TooMuch extends Error {}

/**
 * Takes rewards and reports out of Docker's archive of the log folder; null stands for a folder that is gone. Only
 * regular files are read: a link in place of a report is a broken report. Never throws for what the archive holds.
 */
export async function readLogs(tar: Readable | null): Promise<VerifierLogs> {
  if (tar === null) return { files: [], problem: 'the log folder is gone' };
  const files: LogFile[] = [];
  const members = extract();
  tar.on('error', (error) => members.destroy(error));
  let count = 0;
  let bytes = 0;
  let kept = 0;
  try {
    for await (const member of tar.pipe(members)) {
      const { name, type, size = 0 } = member.header;
      // The archive's first component is the folder itself.
      const path = name.split('/').slice(1).join('/').replace(/\/$/, '');
      count += 1;
      bytes += size;
      if (count > maxMembers) throw new TooMuch(`the log folder holds more than ${maxMembers} files`);
      if (bytes > maxBytes) throw new TooMuch(`the log folder holds more than ${maxBytes / 1024 ** 2} MiB`);
      if (path === '' && type !== 'directory') throw new TooMuch(`the log folder is a ${kindOf(type)}`);
      if (isWanted(path) && type !== 'directory') {
        if (type !== 'file') files.push({ path, problem: `it is a ${kindOf(type)}, not a regular file` });
        else if (size > reportLimits.bytes) files.push({ path, problem: 'it is too large' });
        else {
          kept += size;
          if (kept > maxKeptBytes)
            throw new TooMuch(`the reports are larger than ${maxKeptBytes / 1024 ** 2} MiB`);
          files.push({ path, content: await contentOf(member as AsyncIterable<Uint8Array>) });
          continue;
        }
      }
      member.resume();
    }
  } catch (error) {
    return { files: sorted(files), problem: error instanceof TooMuch ? error.message : unreadable(error) };
  } finally {
    tar.destroy();
    members.destroy();
  }
  return { files: sorted(files), problem: null };
}

function isWanted(path: string): boolean {
  return path === 'reward.json' || path === 'reward.txt' || reportFormat(path) !== null;
}

async function contentOf(member: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of member) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function kindOf(type: string | null | undefined): string {
  return type === 'symlink'
    ? 'symbolic link'
    : type === 'link'
      ? 'hard link'
      : String(type ?? 'special file');
}

function unreadable(error: unknown): string {
  return `the log folder cannot be read: ${messageOf(error)}`;
}

function sorted(files: LogFile[]): LogFile[] {
  return files.toSorted((a, b) => compareText(a.path, b.path));
}
