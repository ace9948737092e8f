import type { JudgedSchema } from './schema-judge.ts';
import { fromOpenApi30 } from './schema-openapi30.ts';

/** What of an answer counts before its body does. All of it is hostile. */
export interface AnswerHead {
  status: number;
  /** In lower case. */
  headers: ReadonlyMap<string, string>;
}

/** `spec`: the document cannot be used. `answer`: the answer breaks it already. Else the schema of its body, if any. */
export type ExpectedBody = { spec: string } | { answer: string } | { body: JudgedSchema | null };

class Unusable extends Error {}

type Json = Record<string, unknown>;

/**
 * What an OpenAPI 3.0 or 3.1 document says of the answer to a request: the operation by method and path, the response by
 * status (exactly, by its class such as `2XX`, or `default`), the body by media type. Servers' paths count as prefixes.
 * A response without `content` says nothing of a body. References lead to places in the document itself.
 */
export function expectedBody(
  document: unknown,
  request: { method: string; path: string },
  { status, headers }: AnswerHead,
): ExpectedBody {
  try {
    const root = blockOf(document, 'the OpenAPI document');
    const version = /^3\.([01])(?:\.\d+)?$/.exec(String(root.openapi));
    if (version === null)
      throw new Unusable(`the OpenAPI document is of version ${show(root.openapi)}: 3.0 and 3.1 are known`);
    const responses = blockOf(operationOf(root, request).responses, 'responses of the operation');
    const found = [String(status), `${Math.floor(status / 100)}XX`, 'default'].find((key) =>
      Object.hasOwn(responses, key),
    );
    if (found === undefined)
      return {
        answer: `status ${status} is not one of the document's: ${Object.keys(responses).join(', ')}`,
      };
    const response = followed(root, responses[found]);
    const missing = requiredHeaders(root, response).find((name) => !headers.has(name.toLowerCase()));
    if (missing !== undefined) return { answer: `status ${status}: the header ${missing} is missing` };
    return bodyOf(root, response, headers.get('content-type'), version[1] === '0');
  } catch (error) {
    if (error instanceof Unusable) return { spec: error.message };
    throw error;
  }
}

function operationOf(root: Json, { method, path }: { method: string; path: string }): Json {
  const [asked = ''] = path.split('?');
  const inner = serverPaths(root).flatMap((prefix) =>
    asked.startsWith(`${prefix}/`) || asked === prefix ? [asked.slice(prefix.length) || '/'] : [],
  );
  const templates = Object.keys(blockOf(root.paths, 'paths of the OpenAPI document'));
  const matching = templates
    .filter((template) => inner.some((each) => matches(template, each)))
    // The most definite one: with the least that a parameter stands for.
    .toSorted((a, b) => parametersIn(a) - parametersIn(b));
  for (const template of matching) {
    const operation = followed(root, (root.paths as Json)[template])[method.toLowerCase()];
    if (operation !== undefined) return blockOf(operation, `${method} ${template}`);
  }
  throw new Unusable(`the OpenAPI document has no ${method} ${asked}`);
}

function parametersIn(template: string): number {
  return template.split('{').length - 1;
}

function matches(template: string, path: string): boolean {
  const [wanted, found] = [template.split('/'), path.split('/')];
  return (
    wanted.length === found.length &&
    wanted.every((part, at) => {
      const literal = part.split(/\{[^{}]*\}/).map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
      return new RegExp(`^${literal.join('.+')}$`, 's').test(found[at] ?? '');
    })
  );
}

/** Of all servers; what the document says of none is at the root. */
function serverPaths(root: Json): string[] {
  const servers = Array.isArray(root.servers) ? root.servers : [];
  const paths = servers.filter(isBlock).map(({ url, variables }) => {
    const filled = String(url).replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
      const variable = isBlock(variables) ? variables[name] : undefined;
      return isBlock(variable) ? String(variable.default) : '';
    });
    return URL.parse(filled, 'http://localhost')?.pathname.replace(/\/+$/, '') ?? '';
  });
  return paths.length === 0 ? [''] : [...new Set(paths)];
}

function requiredHeaders(root: Json, response: Json): string[] {
  return Object.entries(isBlock(response.headers) ? response.headers : {}).flatMap(([name, header]) =>
    name.toLowerCase() !== 'content-type' && followed(root, header).required === true ? [name] : [],
  );
}

function bodyOf(root: Json, response: Json, contentType: string | undefined, is30: boolean): ExpectedBody {
  if (!isBlock(response.content) || Object.keys(response.content).length === 0) return { body: null };
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  const described = new Map(
    Object.entries(response.content).map(([name, media]) => [mediaType(name), media]),
  );
  const media = [type, `${type.split('/')[0]}/*`, '*/*'].map((name) => described.get(name)).find(isBlock);
  if (media === undefined)
    return { answer: `the media type is ${show(type)}, not ${[...described.keys()].join(' or ')}` };
  if (media.schema === undefined) return { body: null };
  if (!/^[^/]+\/(?:[^/]+\+)?json$/.test(type))
    throw new Unusable(`the OpenAPI document gives a schema for ${type}, and only JSON can be looked at`);
  const schemas = isBlock(root.components) ? root.components.schemas : undefined;
  const convert = (schema: unknown) => (is30 ? fromOpenApi30(schema) : { schema });
  const own = convert(media.schema);
  const shared = isBlock(schemas)
    ? Object.entries(schemas).map(([name, schema]) => ({ name, ...convert(schema) }))
    : [];
  for (const each of [own, ...shared]) if ('problem' in each) throw new Unusable(each.problem);
  const converted = shared.flatMap((each) => ('schema' in each ? [[each.name, each.schema] as const] : []));
  const dialect = root.jsonSchemaDialect;
  if (dialect !== undefined && !/draft\/2020-12\/schema#?$|dialect\/base$/.test(String(dialect)))
    throw new Unusable(`the OpenAPI document is of the dialect ${show(dialect)}: only 2020-12 is known`);
  return {
    body: {
      schema: {
        allOf: ['schema' in own ? own.schema : false],
        components: { schemas: Object.fromEntries(converted) },
      },
      dialect: is30 ? 'draft-07' : '2020-12',
    },
  };
}

function mediaType(name: string): string {
  return name.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** What a block, or the reference in its place, says. */
function followed(root: Json, value: unknown): Json {
  let current = blockOf(value, 'what the OpenAPI document says of the answer');
  for (let depth = 0; typeof current.$ref === 'string'; depth += 1) {
    const reference = current.$ref;
    if (!reference.startsWith('#/') || depth > 10)
      throw new Unusable(`the reference ${show(reference)} does not lead to a place in the document`);
    const found = reference
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((at, part) => (isBlock(at) && Object.hasOwn(at, part) ? at[part] : undefined), root);
    current = blockOf(found, `what ${show(reference)} leads to`);
  }
  return current;
}

function blockOf(value: unknown, what: string): Json {
  if (!isBlock(value)) throw new Unusable(`${what} is no block`);
  return value;
}

function isBlock(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 100));
}
