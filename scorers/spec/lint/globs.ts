import { pathFilter } from '../../path-filter.ts';
import { type Glob, parseGlob } from '../../tests/protect/glob.ts';
import type { Scope } from '../schema.ts';
import { refusedPaths } from '../scope-paths.ts';

/** Whether one of the globs, read before, matches a path. */
export function anyMatches(globs: readonly string[], path: string): boolean {
  return pathFilter(globs)(path);
}

/** Whether a scope lets a path be changed, by the scope's own rule. */
export function inScope({ allow, deny }: Pick<Scope, 'allow' | 'deny'>, path: string): boolean {
  return refusedPaths({ allow, deny }, { touched: [path], added: [], tree: [] }).length === 0;
}

export function isPlainPath(glob: string): boolean {
  return !/[*?[{]/.test(glob);
}

/** Whether a glob matches every path. */
export function matchesAll(glob: string): boolean {
  return samples('**').every((path) => anyMatches([glob], path));
}

/**
 * Whether every path that `glob` matches is denied, judged by paths with unusual names that it matches: right for all but
 * globs that were made to deceive.
 */
export function deniesAllOf(deny: readonly string[], glob: string): boolean {
  return samples(glob.endsWith('/') ? `${glob}**` : glob).every(
    (path) => !inScope({ deny: [...deny] }, path),
  );
}

function samples(glob: string): string[] {
  return parseGlob(glob).flatMap(samplesOf);
}

/** What `**` is tried as. The last one is long, and begins with a dot as no `*` of a shell would. */
const fillings = [[], ['zq9'], ['.zq8', 'zq7.x']];

function samplesOf(glob: Glob): string[] {
  const stars = fillings.map((filling) =>
    glob.flatMap((component) => (component === '**' ? filling : [instance(component.text)])).join('/'),
  );
  return [...new Set(stars)].filter((path) => path !== '');
}

/** A name that a component matches: rare characters where it leaves a choice. */
function instance(text: string): string {
  return text
    .replaceAll(/\*+/g, 'zq6.q')
    .replaceAll('?', 'q')
    .replaceAll(/\[([!^]?)([^\]]+)\]/g, (_, negated: string, set: string) =>
      negated === '' ? (set[0] ?? 'q') : '~',
    );
}
