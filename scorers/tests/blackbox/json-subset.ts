import { bounded } from '../../text.ts';

/** Deepest nesting of what is expected; what is found is never looked at more deeply. */
const maxDepth = 50;
/** Elements that one `$contains` may name. */
const maxContained = 100;
/** Values that may be compared, which bounds what a huge list can cost. */
const maxComparisons = 500_000;

const types = ['string', 'number', 'boolean', 'null', 'array', 'object'] as const;

type FieldPath = readonly PropertyKey[];

class TooMuch extends Error {}

/**
 * How JSON differs from what is expected of it, in one bounded line that begins with the place (`$.items[2].name: …`);
 * null when it does not. Every key that is expected must be there with such a value, and further keys do not matter.
 * A list must have the same length and such elements in the same order. Text, numbers, booleans and null must be equal.
 *
 * An object whose only key begins with `$` says something else instead: `{$contains: […]}` is a list in which each of
 * these is like some element; `{$equals: …}` is exactly this value, without further keys, and without further `$`;
 * `{$type: "string"}` is any value of this type.
 */
export function subsetDifference(expected: unknown, actual: unknown): string | null {
  const budget = { left: maxComparisons };
  try {
    return compare(expected, actual, { path: '$', isExact: false, budget });
  } catch (error) {
    if (error instanceof TooMuch) return 'there is too much to compare';
    throw error;
  }
}

interface Scope {
  path: string;
  isExact: boolean;
  budget: { left: number };
}

function compare(expected: unknown, actual: unknown, scope: Scope): string | null {
  scope.budget.left -= 1;
  if (scope.budget.left < 0) throw new TooMuch();
  const unlike = () => `${bounded(scope.path, 80)}: expected ${inWords(expected)}, found ${inWords(actual)}`;
  if (isObject(expected)) {
    const operator = scope.isExact ? null : operatorOf(expected);
    if (operator !== null) return operate(operator, actual, scope);
    return isObject(actual) ? compareObjects(expected, actual, scope) : unlike();
  }
  if (Array.isArray(expected))
    return Array.isArray(actual) ? compareLists(expected, actual, scope) : unlike();
  // Zero has two signs in JSON and no difference that anybody means.
  return expected === actual ? null : unlike();
}

function compareObjects(
  expected: Record<string, unknown>,
  actual: Record<string, unknown>,
  scope: Scope,
): string | null {
  const at = (key: string) =>
    /^[A-Za-z_]\w*$/.test(key) ? `${scope.path}.${key}` : `${scope.path}[${JSON.stringify(key)}]`;
  for (const [key, value] of Object.entries(expected)) {
    if (!Object.hasOwn(actual, key)) return `${bounded(at(key), 80)}: is missing`;
    const difference = compare(value, actual[key], { ...scope, path: at(key) });
    if (difference !== null) return difference;
  }
  if (!scope.isExact) return null;
  const further = Object.keys(actual).find((key) => !Object.hasOwn(expected, key));
  return further === undefined ? null : `${bounded(at(further), 80)}: is not expected`;
}

function compareLists(expected: readonly unknown[], actual: readonly unknown[], scope: Scope): string | null {
  if (expected.length !== actual.length)
    return `${bounded(scope.path, 80)}: expected ${inWords(expected)}, found ${inWords(actual)}`;
  for (const [index, value] of expected.entries()) {
    const difference = compare(value, actual[index], { ...scope, path: `${scope.path}[${index}]` });
    if (difference !== null) return difference;
  }
  return null;
}

type Operator = { name: string; operand: unknown };

function operatorOf(expected: Record<string, unknown>): Operator | null {
  const entries = Object.entries(expected);
  const [first] = entries;
  return entries.length === 1 && first?.[0].startsWith('$') ? { name: first[0], operand: first[1] } : null;
}

function operate({ name, operand }: Operator, actual: unknown, scope: Scope): string | null {
  const at = bounded(scope.path, 80);
  if (name === '$equals') return compare(operand, actual, { ...scope, isExact: true });
  if (name === '$type')
    return typeOf(actual) === operand
      ? null
      : `${at}: expected any ${String(operand)}, found ${inWords(actual)}`;
  if (!Array.isArray(actual) || !Array.isArray(operand))
    return `${at}: expected a list, found ${inWords(actual)}`;
  const missing = operand.find((wanted) => actual.every((found) => compare(wanted, found, scope) !== null));
  return missing === undefined ? null : `${at}: holds nothing like ${inWords(missing)}`;
}

/** What makes an expectation unusable, and where in it; null when nothing does. */
export function patternProblem(
  expected: unknown,
  path: FieldPath = [],
): { path: FieldPath; message: string } | null {
  const refuse = (message: string) => ({ path, message });
  if (path.length > maxDepth) return refuse(`is nested more deeply than ${maxDepth}`);
  if (typeof expected === 'number' && !isExactNumber(expected))
    return refuse('is a number that JSON does not carry exactly: expect text, or use a regex');
  if (typeof expected !== 'object' || expected === null) return null;
  const operator = isObject(expected) ? operatorOf(expected) : null;
  if (operator?.name === '$type')
    return types.some((type) => type === operator.operand) ? null : refuse(`$type knows ${types.join(', ')}`);
  if (operator?.name === '$contains') {
    if (!Array.isArray(operator.operand)) return refuse('$contains needs a list');
    if (operator.operand.length > maxContained)
      return refuse(`$contains takes at most ${maxContained} elements`);
  } else if (operator !== null && operator.name !== '$equals')
    return refuse(
      `${operator.name} is neither $contains, $equals nor $type: put {$equals: …} around it to mean the key`,
    );
  const inner = Array.isArray(expected) ? [...expected.entries()] : Object.entries(expected);
  for (const [key, value] of inner) {
    const problem =
      operator?.name === '$equals'
        ? plainProblem(value, [...path, key])
        : patternProblem(value, [...path, key]);
    if (problem !== null) return problem;
  }
  return null;
}

/** The same where `$` has no meaning. */
function plainProblem(value: unknown, path: FieldPath): ReturnType<typeof patternProblem> {
  if (typeof value !== 'object' || value === null || path.length > maxDepth)
    return patternProblem(value, path);
  for (const [key, inner] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const problem = plainProblem(inner, [...path, key]);
    if (problem !== null) return problem;
  }
  return null;
}

/** Two different whole numbers beyond this are read as the same one. */
function isExactNumber(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeOf(value: unknown): (typeof types)[number] | 'undefined' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return types.find((each) => each === type) ?? 'undefined';
}

/** Short, and never deeper than one level: what is found may be nested too deeply to be written out. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (!isObject(value)) return bounded(JSON.stringify(value) ?? String(value), 80);
  const keys = Object.keys(value);
  return `an object with ${keys.length === 1 ? '1 key' : `${keys.length} keys`}`;
}
