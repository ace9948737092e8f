import { relative, sep } from 'node:path';
import type { Problem } from '../domain/errors.ts';

export type FieldPath = readonly PropertyKey[];

/** A document that a person wrote, read, and where each of its fields stands. */
export interface PlacedValue {
  /** Name of the file in problems. */
  file: string;
  value: unknown;
  /** 1-based line of a field; of its nearest ancestor that exists when it does not. */
  lineOf(path: FieldPath): number | undefined;
}

/** `['agents', 2, 'file']` → `agents[2].file`. */
export function fieldName(path: FieldPath): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    const text = String(key);
    const word = /^[\w-]+$/.test(text) ? text : JSON.stringify(text);
    return name === '' ? word : `${name}.${word}`;
  }, '');
}

/** The value at a path; undefined when there is none. Own properties only. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[key];
  }
  return current;
}

/** A problem with one field of a document. */
export function problemAt(document: PlacedValue, path: FieldPath, message: string, fix?: string): Problem {
  const line = document.lineOf(path);
  const field = fieldName(path);
  return {
    file: document.file,
    ...(line === undefined ? {} : { line }),
    ...(field === '' ? {} : { field }),
    message,
    ...(fix === undefined ? {} : { fix }),
  };
}

/** A path as a person would type it: relative below the current folder, else as it is. */
export function showPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short === '..' || short.startsWith(`..${sep}`) ? path : short;
}

/** A value in a message: JSON, so that no control character survives, and short. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
