import { compileJsonSchema } from '../load/json-schema.ts';

/** Keywords that refuse nothing by themselves. `format` is a note in 2020-12. */
const silent = new Set([
  ...['$schema', '$id', '$anchor', '$dynamicAnchor', '$comment', '$vocabulary', '$defs', 'definitions'],
  ...[
    'title',
    'description',
    'default',
    'examples',
    'example',
    'deprecated',
    'readOnly',
    'writeOnly',
    'format',
  ],
  ...['contentEncoding', 'contentMediaType', 'contentSchema'],
]);
const maxDepth = 50;

type Schema = Readonly<Record<string, unknown>>;

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a schema says nothing: every JSON value satisfies it. */
export function isTrivial(schema: unknown): boolean {
  if (!isSchema(schema)) return schema === true;
  return Object.keys(schema).every((key) => silent.has(key));
}

const values: readonly unknown[] = [
  ...[null, true, false, 0, -1.5, 1e12, '', 'x', 'a longer text\n'],
  ...[[], [null], [1, 'a', {}], {}, { zq9: null }, { zq8: 0, zq7: { zq6: [] } }],
];

/** Whether every value of a mixed few satisfies a schema that can be used: most likely `type` or `required` are missing. */
export function takesAnything(schema: unknown): boolean {
  return values.every(fitting(schema));
}

/** Tells whether a value satisfies a schema, whose expressions are not run; true where that cannot be told. */
function fitting(schema: unknown): (value: unknown) => boolean {
  const compiled = compileJsonSchema(schema, { patterns: false });
  if ('message' in compiled) return () => true;
  return (value) => {
    try {
      return compiled.validate(value);
    } catch (error) {
      // It refers to itself without end.
      if (error instanceof RangeError) return true;
      throw error;
    }
  };
}

const bounds = [
  ['minimum', 'maximum'],
  ['exclusiveMinimum', 'maximum'],
  ['minimum', 'exclusiveMaximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
  ['minContains', 'maxContains'],
] as const;

/**
 * Why no value satisfies a schema, beginning with the place in it; null where that is not seen. Bounds are looked at only
 * where a type says that they apply.
 */
export function whyImpossible(schema: unknown, place = '', depth = 0): string | null {
  const at = place === '' ? 'it' : place;
  if (schema === false) return `${at} is false, which refuses everything`;
  if (!isSchema(schema) || depth > maxDepth) return null;
  const deeper = (inner: unknown, key: string) => whyImpossible(inner, `${place}/${key}`, depth + 1);
  return (
    ownContradiction(schema, at) ??
    list(schema.allOf)
      .map((inner, index) => deeper(inner, `allOf/${index}`))
      .find((reason) => reason !== null) ??
    (['anyOf', 'oneOf'] as const)
      .map((key) => allImpossible(schema[key], key, deeper))
      .find((each) => each !== null) ??
    missingProperty(schema, at, deeper) ??
    (isTypeOnly(schema, 'array') && Number(schema.minItems) > 0 ? deeper(schema.items, 'items') : null)
  );
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function allImpossible(
  value: unknown,
  key: string,
  deeper: (inner: unknown, key: string) => string | null,
): string | null {
  const reasons = list(value).map((inner, index) => deeper(inner, `${key}/${index}`));
  return reasons.length > 0 && reasons.every((reason) => reason !== null) ? (reasons[0] ?? null) : null;
}

function typesOf({ type }: Schema): readonly unknown[] | null {
  if (type === undefined) return null;
  return Array.isArray(type) ? type : [type];
}

function isTypeOnly(schema: Schema, ...types: string[]): boolean {
  const own = typesOf(schema);
  return own !== null && own.length > 0 && own.every((type) => types.includes(String(type)));
}

const typesOfBounds: Readonly<Record<string, readonly string[]>> = {
  minimum: ['number', 'integer'],
  exclusiveMinimum: ['number', 'integer'],
  minLength: ['string'],
  minItems: ['array'],
  minContains: ['array'],
  minProperties: ['object'],
};

function ownContradiction(schema: Schema, at: string): string | null {
  for (const [low, high] of bounds) {
    const [min, max] = [schema[low], schema[high]];
    if (typeof min !== 'number' || typeof max !== 'number') continue;
    const isOver = low.startsWith('excl') || high.startsWith('excl') ? min >= max : min > max;
    if (isOver && isTypeOnly(schema, ...(typesOfBounds[low] ?? [])))
      return `${at} has ${low} ${min} and ${high} ${max}`;
  }
  if (schema.not === true || (isSchema(schema.not) && isTrivial(schema.not)))
    return `${at} has a \`not\` of everything`;
  const allowed = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : null;
  if (allowed === null) return null;
  const { enum: _, const: __, ...rest } = schema;
  // A reference cannot be resolved apart from its document, nor names be told without the expressions.
  if (/"(?:\$ref|\$dynamicRef|patternProperties)"/.test(JSON.stringify(rest))) return null;
  return allowed.some(fitting(rest))
    ? null
    : `${at} allows ${allowed.length} values, none of which the rest of it allows`;
}

/** A property that must be there and cannot. */
function missingProperty(
  schema: Schema,
  at: string,
  deeper: (inner: unknown, key: string) => string | null,
): string | null {
  if (!isTypeOnly(schema, 'object')) return null;
  const properties = isSchema(schema.properties) ? schema.properties : {};
  for (const name of list(schema.required)) {
    if (typeof name !== 'string') continue;
    if (Object.hasOwn(properties, name)) {
      const reason = deeper(properties[name], `properties/${name}`);
      if (reason !== null) return reason;
    } else if (schema.additionalProperties === false && schema.patternProperties === undefined)
      return `${at} requires ${JSON.stringify(name)}, which it does not allow`;
  }
  return null;
}

/** Every regular expression of a JSON Schema, or of a document that holds some, with its place. */
export function patternsIn(document: unknown): { source: string; place: string }[] {
  const found: { source: string; place: string }[] = [];
  const look = (value: unknown, place: string, depth: number) => {
    if (typeof value !== 'object' || value === null || depth > maxDepth || found.length >= 200) return;
    if (!Array.isArray(value)) {
      if ('pattern' in value && typeof value.pattern === 'string')
        found.push({ source: value.pattern, place: `${place}/pattern` });
      if ('patternProperties' in value && isSchema(value.patternProperties))
        for (const source of Object.keys(value.patternProperties))
          found.push({ source, place: `${place}/patternProperties` });
    }
    for (const [key, inner] of Object.entries(value)) look(inner, `${place}/${key}`, depth + 1);
  };
  look(document, '', 0);
  return found;
}
