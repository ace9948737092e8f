import { parseDocument } from 'yaml';
import { messageOf } from '../../../../harness/domain/errors.ts';
import { parseTomlWithPlaces } from '../../../../harness/plan/parse-toml.ts';
import { boundedLine } from '../../../text.ts';

/** `lines`: text that its reader takes apart itself. */
export type Format = 'json' | 'yaml' | 'toml' | 'lines';

/** A document as plain values, or why it is none. */
export type ParsedDocument = { ok: true; value: unknown } | { ok: false; reason: string };

/** Bytes of one file. */
const limits: Readonly<Record<Format, number>> = {
  json: 32 * 1024 ** 2,
  yaml: 8 * 1024 ** 2,
  toml: 8 * 1024 ** 2,
  lines: 16 * 1024 ** 2,
};

/** Reads a document as data. Never throws; takes long for what is made to take long. */
export function parseText(format: Format, text: string): ParsedDocument {
  const most = limits[format];
  if (text.length > most) return { ok: false, reason: `it is larger than ${most / 1024 ** 2} MiB` };
  try {
    return { ok: true, value: parsers[format](text.replace(/^\uFEFF/, '')) };
  } catch (error) {
    return { ok: false, reason: boundedLine(messageOf(error), 200) };
  }
}

const parsers: Readonly<Record<Format, (text: string) => unknown>> = {
  json: (text) => JSON.parse(text),
  yaml(text) {
    // Looking for keys that are there twice takes the square of their number; of two the last one counts.
    const document = parseDocument(text, {
      schema: 'core',
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS({ maxAliasCount: 50 });
  },
  toml: (text) => parseTomlWithPlaces(text, 'it').value,
  lines: (text) => text.split(/\r?\n/),
};
