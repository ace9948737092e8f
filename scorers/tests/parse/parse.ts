import { infrastructureError } from '../../../harness/domain/errors.ts';
import { apart, beside } from '../../apart.ts';
import { type FileFormat, parsers } from './parsers.ts';
import type { Parsed } from './result.ts';

/** Bounds of parsing: bytes up to which it happens here and now, and of a process its time and its heap. */
export const parseLimits = { inlineBytes: 256 * 1024, timeMs: 60_000, heapMiB: 512 };

const readApart = apart(beside(import.meta.url, './child'));

/** In bytes: names are kept up to 300 characters, messages up to 1000. */
const answerBytes = 256 * 1024 ** 2;

/**
 * Parses a report without holding the event loop: a large one in a process of its own, which ends as a broken report
 * where it takes too long or too much memory. Throws AssayError `infrastructure` where no process can be had.
 */
export async function parseReport(
  format: FileFormat,
  content: Uint8Array,
  limits: typeof parseLimits = parseLimits,
): Promise<Parsed> {
  if (content.length <= limits.inlineBytes) return parsers[format](content);
  const read = await readApart(content, { ...limits, answerBytes }, [format]);
  if ('answer' in read) return JSON.parse(Buffer.from(read.answer).toString()) as Parsed;
  if ('broken' in read) throw infrastructureError('a report could not be parsed', { cause: read.broken });
  const reasons = {
    time: `it takes longer than ${limits.timeMs / 1000} seconds to parse`,
    answer: 'it holds more text than can be kept',
    memory: 'it takes too much memory to parse',
  };
  return { ok: false, reason: reasons[read.over] };
}
