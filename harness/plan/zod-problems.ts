import type { z } from 'zod';
import type { Problem } from '../domain/errors.ts';
import { type FieldPath, type PlacedValue, problemAt, show, valueAt } from './place.ts';
import { knownFields } from './schema-shape.ts';
import { nearest, suggestion } from './suggest.ts';

type Issue = z.core.$ZodIssue;

interface Scope {
  document: PlacedValue;
  schema: z.core.$ZodType;
  /** Where in the document the checked value stands. */
  prefix: FieldPath;
}

/** What zod found in a value of a document, as problems with file, line, field, message and fix. */
export function problemsOf(
  error: z.core.$ZodError,
  document: PlacedValue,
  schema: z.core.$ZodType,
  prefix: FieldPath = [],
): Problem[] {
  return error.issues.flatMap((issue) => problemsOfIssue({ document, schema, prefix }, issue, []));
}

function problemsOfIssue(scope: Scope, issue: Issue, parent: FieldPath): Problem[] {
  const path = [...parent, ...issue.path];
  const full = [...scope.prefix, ...path];
  const value = valueAt(scope.document.value, full);
  const one = (message: string, fix?: string) => [problemAt(scope.document, full, message, fix)];

  if (issue.code === 'unrecognized_keys') {
    const known = knownFields(scope.schema, path);
    return issue.keys.map((key) =>
      problemAt(scope.document, [...full, key], 'unknown field', suggestion(key, known)),
    );
  }
  if (issue.code === 'invalid_union') return problemsOfUnion(scope, issue, path);
  if (value === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value'))
    return one('is missing', `add ${String(full.at(-1) ?? 'it')}: ${expectation(issue)}`);

  if (value === null && issue.code === 'invalid_type')
    return one('has no value', `write ${expectation(issue)}`);

  switch (issue.code) {
    case 'invalid_type':
      return one(
        `expected ${expectation(issue)}, found ${kindOf(value)} ${show(value)}`,
        retype(issue, value),
      );
    case 'invalid_value':
      return one(`${show(value)} is not one of ${issue.values.map(show).join(', ')}`, choose(issue, value));
    case 'too_small':
    case 'too_big':
      return one(outOfBounds(issue, value), 'correct the value');
    case 'invalid_format':
      return one(`${show(value)} ${issue.message}`, 'correct the value');
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues.flatMap((inner) => problemsOfIssue(scope, inner, path));
    default:
      return one(issue.message, 'correct the value');
  }
}

/** Of a union, the branch that the value was meant to be; a wall of every branch helps no one. */
function problemsOfUnion(
  scope: Scope,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: FieldPath,
): Problem[] {
  const meant = issue.errors
    .filter((branch) => !branch.some((inner) => inner.path.length === 0 && inner.code === 'invalid_type'))
    .sort((a, b) => a.length - b.length)[0];
  if (meant) return meant.flatMap((inner) => problemsOfIssue(scope, inner, path));
  const full = [...scope.prefix, ...path];
  const value = valueAt(scope.document.value, full);
  const kinds = [...new Set(issue.errors.flat().map(expectation))].join(' or ');
  return [
    value === undefined
      ? problemAt(scope.document, full, 'is missing', `add ${String(full.at(-1) ?? 'it')}: ${kinds}`)
      : problemAt(
          scope.document,
          full,
          `expected ${kinds}, found ${kindOf(value)} ${show(value)}`,
          `write ${kinds}`,
        ),
  ];
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a block of fields',
  record: 'a block of fields',
};

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') return issue.values.map(show).join(' or ');
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  return 'another value';
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'the list';
  if (value instanceof Date) return 'the date';
  if (typeof value === 'string') return 'the text';
  return typeof value === 'object' ? 'the block' : `the ${typeof value}`;
}

function retype(issue: Extract<Issue, { code: 'invalid_type' }>, value: unknown): string {
  if (issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `put it in quotes: "${value}"`;
  if (
    issue.expected === 'number' &&
    typeof value === 'string' &&
    value.trim() !== '' &&
    !Number.isNaN(Number(value))
  )
    return `write it without quotes: ${Number(value)}`;
  if (issue.expected === 'array' && value !== null && typeof value !== 'object')
    return `write it as a list: [${String(value).slice(0, 60)}]`;
  return `write ${expectation(issue)}`;
}

function choose(issue: Extract<Issue, { code: 'invalid_value' }>, value: unknown): string {
  const known = issue.values.map(String);
  const name = nearest(String(value), known);
  return name === undefined ? `write ${known.join(' or ')}` : `did you mean "${name}"?`;
}

function outOfBounds(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>, value: unknown): string {
  const small = issue.code === 'too_small';
  const bound = Number(small ? issue.minimum : issue.maximum);
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
  if (small && unit !== '' && bound === 1) return 'must not be empty';
  const words = small
    ? issue.inclusive
      ? 'at least'
      : 'more than'
    : issue.inclusive
      ? 'at most'
      : 'less than';
  return unit === '' ? `${show(value)} must be ${words} ${bound}` : `must have ${words} ${bound}${unit}`;
}
