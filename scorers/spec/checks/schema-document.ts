import { join } from 'node:path';
import { AssayError, messageOf } from '../../../harness/domain/errors.ts';
import { parseYamlWithPlaces } from '../../../harness/plan/parse-yaml.ts';
import { readBytes } from '../../../harness/plan/read-file.ts';
import type { GivenCheck } from '../schema.ts';
import type { JudgedSchema } from './schema-judge.ts';
import { type AnswerHead, type ExpectedBody, expectedBody } from './schema-openapi.ts';

/** Of a file that holds a schema or an OpenAPI document. */
const maxFileBytes = 4 * 1024 ** 2;

/** An answer in full; `head` of a service's. */
export interface FoundAnswer {
  content: Uint8Array;
  head: AnswerHead | null;
}

/** What a check expects of an answer, once that is there. */
export interface OpenedSchema {
  expects(answer: FoundAnswer): ExpectedBody;
}

/** Reads what a check's answers are held against; why it cannot be used, in words, where it cannot. */
export async function openSchema(
  { of, json_schema, openapi }: GivenCheck<'schema'>,
  taskDir: string,
): Promise<OpenedSchema | string> {
  if ((json_schema === undefined) === (openapi === undefined))
    return 'the check needs either json_schema or openapi';
  if (openapi !== undefined) {
    if ('command' in of) return 'openapi says something of requests only: name a JSON Schema for a command';
    const document = await readDocument(taskDir, openapi);
    if ('problem' in document) return document.problem;
    const { request } = of;
    return {
      expects: ({ head }) =>
        head === null ? { spec: 'there is no request' } : expectedBody(document.value, request, head),
    };
  }
  const given =
    typeof json_schema === 'string' ? await readDocument(taskDir, json_schema) : { value: json_schema };
  if ('problem' in given) return given.problem;
  const body = asSchema(given.value);
  return typeof body === 'string' ? body : { expects: () => ({ body }) };
}

const dialects: readonly { pattern: RegExp; dialect: JudgedSchema['dialect'] }[] = [
  { pattern: /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, dialect: '2020-12' },
  { pattern: /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, dialect: 'draft-07' },
];

function asSchema(value: unknown): JudgedSchema | string {
  if (typeof value === 'boolean') return { schema: value, dialect: '2020-12' };
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return 'the JSON Schema is no block';
  const said = '$schema' in value ? String(value.$schema) : undefined;
  if (said === undefined) return { schema: value, dialect: '2020-12' };
  const known = dialects.find(({ pattern }) => pattern.test(said));
  if (known === undefined)
    return `the JSON Schema is of ${said.slice(0, 100)}: 2020-12 and draft-07 are known`;
  return { schema: value, dialect: known.dialect };
}

/** JSON, or YAML by the file's name. */
async function readDocument(
  taskDir: string,
  name: string,
): Promise<{ value: unknown } | { problem: string }> {
  const read = await readBytes(join(taskDir, name), { maxBytes: maxFileBytes, within: taskDir });
  if (!read.ok) return { problem: `${name} ${read.message}` };
  const text = new TextDecoder().decode(read.bytes);
  try {
    return { value: /\.ya?ml$/i.test(name) ? parseYamlWithPlaces(text, name).value : JSON.parse(text) };
  } catch (error) {
    if (!(error instanceof AssayError || error instanceof SyntaxError)) throw error;
    const first = error instanceof AssayError ? error.problems[0] : undefined;
    return { problem: `${name} cannot be read: ${first?.message ?? messageOf(error)}` };
  }
}
