type Json = Record<string, unknown>;

class Unusable extends Error {}

/** Deepest nesting of a schema. */
const maxDepth = 100;

/**
 * A schema of OpenAPI 3.0 in the words of JSON Schema: `nullable`, `exclusiveMinimum` and `exclusiveMaximum` as booleans,
 * properties that answers need not hold (`writeOnly`), nothing beside a reference. OpenAPI 3.0.3, section 4.7.24.
 */
export function fromOpenApi30(schema: unknown): { schema: unknown } | { problem: string } {
  try {
    return { schema: convert(schema, 0) };
  } catch (error) {
    if (error instanceof Unusable) return { problem: error.message };
    throw error;
  }
}

function convert(schema: unknown, depth: number): unknown {
  if (depth > maxDepth) throw new Unusable(`a schema is nested more deeply than ${maxDepth}`);
  if (!isBlock(schema)) return schema;
  if (schema.$ref !== undefined) return { $ref: schema.$ref };
  const inner = (value: unknown) => convert(value, depth + 1);
  const { nullable, ...converted } = schema;
  for (const key of ['items', 'additionalProperties', 'not'])
    if (key in converted) converted[key] = inner(converted[key]);
  for (const key of ['allOf', 'anyOf', 'oneOf'])
    if (Array.isArray(converted[key])) converted[key] = converted[key].map(inner);
  const { properties, required } = schema;
  if (isBlock(properties)) {
    converted.properties = Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, inner(value)]),
    );
    if (Array.isArray(required))
      converted.required = required.filter((name) => {
        const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
        return !isBlock(property) || property.writeOnly !== true;
      });
  }
  exclusive(converted, 'exclusiveMinimum', 'minimum');
  exclusive(converted, 'exclusiveMaximum', 'maximum');
  if (nullable !== true) return converted;
  if (typeof schema.type !== 'string')
    throw new Unusable('nullable has no meaning without a type beside it: add type, or use anyOf');
  converted.type = [schema.type, 'null'];
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) converted.enum = [...schema.enum, null];
  return converted;
}

function exclusive(schema: Json, flag: string, bound: string): void {
  if (typeof schema[flag] !== 'boolean') return;
  if (schema[flag] === false) delete schema[flag];
  else if (typeof schema[bound] !== 'number') throw new Unusable(`${flag} has no meaning without ${bound}`);
  else {
    schema[flag] = schema[bound];
    delete schema[bound];
  }
}

function isBlock(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
