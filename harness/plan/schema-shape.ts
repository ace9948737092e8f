import type { z } from 'zod';
import type { FieldPath } from './place.ts';

type AnySchema = z.core.$ZodType;

/** The schemas that may stand behind a schema's wrappers: the members of a union, else one. */
function unwrap(schema: AnySchema): AnySchema[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return unwrap(def.innerType);
    case 'pipe':
      return unwrap(def.in);
    case 'union':
      return def.options.flatMap(unwrap);
    default:
      return [schema];
  }
}

function below(schema: AnySchema, key: PropertyKey): AnySchema[] {
  return unwrap(schema).flatMap((inner) => {
    const def = (inner as z.core.$ZodTypes)._zod.def;
    if (def.type === 'object') {
      const field = def.shape[String(key)];
      return field === undefined ? [] : [field];
    }
    if (def.type === 'array') return [def.element];
    return def.type === 'record' ? [def.valueType] : [];
  });
}

/** Names of the fields that a schema knows at a path. */
export function knownFields(schema: AnySchema, path: FieldPath): string[] {
  let schemas: AnySchema[] = [schema];
  for (const key of path) schemas = schemas.flatMap((inner) => below(inner, key));
  const names = schemas.flatMap(unwrap).flatMap((inner) => {
    const def = (inner as z.core.$ZodTypes)._zod.def;
    return def.type === 'object' ? Object.keys(def.shape) : [];
  });
  return [...new Set(names)];
}

/** Paths of the fields in a value that its schema does not know; free-form parts know every field. */
export function unknownFields(schema: AnySchema, value: unknown, path: FieldPath = []): FieldPath[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((element, index) =>
      below(schema, index).flatMap((inner) => unknownFields(inner, element, [...path, index])),
    );
  }
  const known = knownFields(schema, []);
  if (known.length === 0) return [];
  return Object.entries(value).flatMap(([key, field]) => {
    if (known.includes(key))
      return below(schema, key).flatMap((inner) => unknownFields(inner, field, [...path, key]));
    return isLoose(schema) ? [] : [[...path, key]];
  });
}

/** Whether an object takes fields that it does not name. */
function isLoose(schema: AnySchema): boolean {
  return unwrap(schema).some((inner) => {
    const def = (inner as z.core.$ZodTypes)._zod.def;
    return def.type === 'object' && def.catchall !== undefined && def.catchall._zod.def.type !== 'never';
  });
}
