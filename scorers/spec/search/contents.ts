import type { Digest } from '../../../harness/domain/digest.ts';
import { strangePythonEncoding } from '../../python-encoding.ts';
import type { ScoreContext } from '../../scorer.ts';
import type { SearchFile, SearchGroup } from './search.ts';

/** Bounds of one search. A file that is longer is not parsed: ast-grep itself leaves out even longer ones in silence. */
const searchLimits = { files: 20_000, bytes: 128 * 1024 ** 2, fileBytes: 2_500_000 };

type Contents = { ok: true; texts: ReadonlyMap<Digest, string> } | { ok: false; reason: string };

/** Reads all files of all groups, as UTF-8. Throws `infrastructure`. */
export async function readContents(context: ScoreContext, groups: readonly SearchGroup[]): Promise<Contents> {
  const files = groups.flatMap((group) => group.files);
  if (files.length > searchLimits.files)
    return {
      ok: false,
      reason: `${files.length} files are more than the ${searchLimits.files} that are searched`,
    };
  const texts = new Map<Digest, string>();
  let bytes = 0;
  for (const { digest } of files) {
    if (texts.has(digest)) continue;
    context.signal.throwIfAborted();
    // What is no UTF-8 ast-grep passes over; interpreters do not.
    const text = (await context.store.readBlob(digest)).toString('utf8');
    bytes += text.length;
    if (bytes > searchLimits.bytes)
      return {
        ok: false,
        reason: `the files are larger than ${searchLimits.bytes / 1024 ** 2} MiB together`,
      };
    texts.set(digest, text);
  }
  return { ok: true, texts };
}

/** Why a file is not parsed; null for one that is. */
export function unreadable(
  { language }: SearchGroup,
  { digest }: SearchFile,
  texts: ReadonlyMap<Digest, string>,
): string | null {
  const text = texts.get(digest) ?? '';
  if (Buffer.byteLength(text) > searchLimits.fileBytes)
    return `is larger than ${searchLimits.fileBytes / 1e6} MB`;
  const encoding = language === 'Python' ? strangePythonEncoding(text) : null;
  return encoding === null ? null : `declares the encoding ${encoding}`;
}
