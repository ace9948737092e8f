import { deserialize } from 'node:v8';
import { infrastructureError } from '../../../../harness/domain/errors.ts';
import { apart, beside } from '../../../apart.ts';
import { type Format, type ParsedDocument, parseText } from './parse.ts';

/** Bounds: UTF-16 units up to which reading happens here and now; of a process, its time, heap and answer. */
export const parseApartLimits = {
  inlineUnits: 64 * 1024,
  timeMs: 30_000,
  heapMiB: 1024,
  answerBytes: 256 * 1024 ** 2,
};

const readApart = apart(beside(import.meta.url, './child'));

/**
 * `parseText` without holding the event loop: a few MiB of YAML or TOML can be made to take minutes, and are read in a
 * process of its own. JSON and lines take a time that their length bounds. Throws `infrastructure` where no process can
 * be had.
 */
export async function parseDocumentApart(
  format: Format,
  text: string,
  limits: typeof parseApartLimits = parseApartLimits,
): Promise<ParsedDocument> {
  if (format === 'json' || format === 'lines' || text.length <= limits.inlineUnits)
    return parseText(format, text);
  const read = await readApart(text, limits, [format]);
  if ('answer' in read) return deserialize(read.answer) as ParsedDocument;
  if ('broken' in read)
    throw infrastructureError('a file of dependencies could not be read', { cause: read.broken });
  const reason =
    read.over === 'time'
      ? `it takes longer than ${limits.timeMs / 1000} seconds to read`
      : 'it takes too much memory to read';
  return { ok: false, reason };
}
