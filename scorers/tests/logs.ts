import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { messageOf } from '../../harness/domain/errors.ts';
import { compareText } from '../../harness/domain/order.ts';
import { interest, isReport, type LogFile, type NamedReport } from './parse/detect.ts';
import { reportLimits } from './parse/result.ts';
import { sniffedBytes } from './parse/sniff.ts';

/** What the tests left in the log folder that matters to a verdict, by path. */
export interface VerifierLogs {
  files: LogFile[];
  /** Why the folder as a whole cannot be believed; null when it can. */
  problem: string | null;
}

/** Which of its files matter: rewards and the report that the task names (null: all there are), or one file by its path. */
export type WantedLogs = { report: NamedReport | null } | { only: string };

/** Bounds of the log folder: members, bytes in all of them, bytes of reports and rewards. */
const maxMembers = 20_000;
const maxBytes = 512 * 1024 ** 2;
const maxKeptBytes = 2 * reportLimits.bytes;

class TooMuch extends Error {}

/**
 * Takes rewards and reports out of Docker's archive of the log folder; null stands for a folder that is gone. Only
 * regular files are read: a link in place of a report is a broken report. A JSON file that is no report by its content is
 * passed over, however large. Never throws for what the archive holds.
 */
export async function readLogs(
  tar: Readable | null,
  wanted: WantedLogs = { report: null },
): Promise<VerifierLogs> {
  if (tar === null) return { files: [], problem: 'the log folder is gone' };
  const files: LogFile[] = [];
  const members = extract();
  tar.on('error', (error) => members.destroy(error));
  let count = 0;
  let bytes = 0;
  let kept = 0;
  try {
    for await (const member of tar.pipe(members)) {
      const { name, type, size = 0, mode = 0o600 } = member.header;
      // The archive's first component is the folder itself.
      const path = name.split('/').slice(1).join('/').replace(/\/$/, '');
      count += 1;
      bytes += size;
      if (count > maxMembers) throw new TooMuch(`the log folder holds more than ${maxMembers} files`);
      if (bytes > maxBytes) throw new TooMuch(`the log folder holds more than ${maxBytes / 1024 ** 2} MiB`);
      if (path === '' && type !== 'directory') throw new TooMuch(`the log folder is a ${kindOf(type)}`);
      if (path === '' && isLocked(mode)) throw new TooMuch('the log folder was locked against writing');
      const interesting = interestIn(path, wanted);
      if (interesting !== 'other' && type !== 'directory') {
        if (type !== 'file') {
          if (interesting !== 'perhaps')
            files.push({ path, problem: `it is a ${kindOf(type)}, not a regular file` });
        } else if (interesting !== 'perhaps' && isLocked(mode)) {
          files.push({ path, problem: 'it was locked against writing' });
        } else {
          const isTooLarge = size > reportLimits.bytes;
          const content = await contentOf(
            member as AsyncIterable<Uint8Array>,
            isTooLarge ? sniffedBytes : size,
          );
          if (interesting !== 'report' && !isReport(path, content)) continue;
          if (isTooLarge) files.push({ path, problem: 'it is too large' });
          else {
            kept += size;
            if (kept > maxKeptBytes)
              throw new TooMuch(`the reports are larger than ${maxKeptBytes / 1024 ** 2} MiB`);
            files.push({ path, content });
          }
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

function interestIn(path: string, wanted: WantedLogs): ReturnType<typeof interest> {
  if ('only' in wanted) return path === wanted.only ? 'report' : 'other';
  return path === 'reward.json' || path === 'reward.txt' ? 'report' : interest(path, wanted.report);
}

/** The first `max` bytes of a member; the rest is read past, as the archive goes on behind it. */
async function contentOf(member: AsyncIterable<Uint8Array>, max: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of member) {
    if (bytes < max) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, max);
}

/** What its own owner cannot write was perhaps written before the tests came to it, and kept from them. */
function isLocked(mode: number): boolean {
  return (mode & 0o200) === 0;
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
