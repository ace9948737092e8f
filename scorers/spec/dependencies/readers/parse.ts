import { parseDocument } from 'yaml';
import { messageOf } from '../../../../harness/domain/errors.ts';
import { parseTomlWithPlaces } from '../../../../harness/plan/parse-toml.ts';
import { boundedLine } from '../../../text.ts';
import { Unreadable } from '../model.ts';

/** Bytes of one file. Reading YAML and TOML takes about a second for each MiB. */
const fileLimits = {
  json: 32 * 1024 ** 2,
  yaml: 6 * 1024 ** 2,
  toml: 6 * 1024 ** 2,
  lines: 16 * 1024 ** 2,
};

/** Reads a document as data, and throws `Unreadable` for whatever it is not. */
export function parseJson(text: string): unknown {
  return guarded(text, fileLimits.json, () => JSON.parse(text.replace(/^\uFEFF/, '')));
}

export function parseYaml(text: string): unknown {
  return guarded(text, fileLimits.yaml, () => {
    const document = parseDocument(text, {
      schema: 'core',
      uniqueKeys: false,
      stringKeys: true,
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS({ maxAliasCount: 50 });
  });
}

export function parseToml(text: string): unknown {
  return guarded(text, fileLimits.toml, () => parseTomlWithPlaces(text, 'it').value);
}

export function linesOf(text: string): string[] {
  return guarded(text, fileLimits.lines, () => text.split(/\r?\n/));
}

function guarded<T>(text: string, most: number, read: () => T): T {
  if (text.length > most) throw new Unreadable(`it is larger than ${most / 1024 ** 2} MiB`);
  try {
    return read();
  } catch (error) {
    throw new Unreadable(boundedLine(messageOf(error), 200), { cause: error });
  }
}
