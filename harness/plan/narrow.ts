import { matchesGlob } from 'node:path';
import leven from 'leven';
import { inputError } from '../domain/errors.ts';

/**
 * Keeps what the user asked for: a pattern is an exact name, a glob, or a group's name (`pool` means `pool/*`).
 * No pattern keeps all. Throws `input` for a pattern that matches nothing.
 */
export function narrow<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  patterns: readonly string[],
  what: 'agent' | 'task',
): T[] {
  if (patterns.length === 0) return [...items];
  for (const pattern of patterns) {
    if (!items.some((item) => matches(nameOf(item), pattern)))
      throw noMatch(pattern, items.map(nameOf), what);
  }
  return items.filter((item) => patterns.some((pattern) => matches(nameOf(item), pattern)));
}

function matches(name: string, pattern: string): boolean {
  return name === pattern || name.startsWith(`${pattern}/`) || matchesGlob(name, pattern);
}

function noMatch(pattern: string, names: readonly string[], what: string) {
  const nearest = [...names].sort((a, b) => leven(a, pattern) - leven(b, pattern)).slice(0, 5);
  return inputError(`--${what} ${JSON.stringify(pattern)} matches no ${what} of the suite`, {
    fix: `use one of its ${names.length} ${what}s, e.g. ${nearest.join(', ')}`,
  });
}
