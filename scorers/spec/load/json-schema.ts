import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { messageOf } from '../../../harness/domain/errors.ts';
import { boundedLine } from '../../text.ts';

const drafts = [
  { of: /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, make: Ajv },
  { of: /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, make: Ajv2020 },
];

/** In place of an expression that may be slow: everything matches. */
const noPatterns = Object.assign(() => ({ test: () => true }), { code: '() => ({ test: () => true })' });

/**
 * A JSON Schema as a function: draft 2020-12, or draft-07 where `$schema` says so. Formats are not looked at here, and
 * nothing is fetched. Otherwise, in one line, why it is none. `patterns`: whether regular expressions are compiled and run;
 * a spec's may be catastrophic, and the function throws RangeError for a schema that refers to itself without end.
 */
export function compileJsonSchema(
  schema: unknown,
  { patterns = true } = {},
): { validate: ValidateFunction } | { message: string } {
  if (typeof schema === 'boolean') return { validate: new Ajv2020().compile(schema) };
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    return { message: 'is no JSON Schema: it must be an object' };
  const named = '$schema' in schema ? schema.$schema : undefined;
  const draft = drafts.find(({ of }) => typeof named === 'string' && of.test(named));
  if (named !== undefined && draft === undefined)
    return { message: 'names a $schema that is not known here: 2020-12 and draft-07 are' };
  const ajv = new (draft?.make ?? Ajv2020)({
    strict: false,
    logger: false,
    validateFormats: false,
    ...(patterns ? {} : { code: { regExp: noPatterns } }),
  });
  try {
    return { validate: ajv.compile(schema) };
  } catch (error) {
    return { message: `is no JSON Schema: ${boundedLine(messageOf(error), 200)}` };
  }
}
