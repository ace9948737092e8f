import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, parseJsonObject } from './json.ts';
import type { ManifestContext, MergeManifest } from './manifest.ts';

/** What loads code, or leads the imports of a test elsewhere, in one of the tools that read a tsconfig. */
const frozenOptions = [
  'baseUrl',
  'plugins',
  'jsxImportSource',
  'jsxFactory',
  'jsxFragmentFactory',
  'reactNamespace',
];
const frozenSections = ['ts-node', 'tsc-alias', 'tsup'];

/**
 * A tsconfig says how tests are compiled, and an honest change often needs it: it is the candidate's as long as it
 * neither loads code nor redirects an import that judges, else the base's.
 */
export const mergeTsconfig: MergeManifest = (base, candidate, context) => {
  // Readers differ in whether these end a line, and with it a string or a comment.
  if (/[\u2028\u2029]/.test(candidate ?? '')) return 'base';
  const before = parseJsonObject(withoutComments(base ?? '{}'));
  const after = parseJsonObject(withoutComments(candidate ?? '{}'));
  if (before === null || after === null) return 'base';
  const [old = {}, own = {}] = [before.compilerOptions, after.compilerOptions];
  if (!isObject(old) || !isObject(own)) return 'base';
  const isSame = (one: Json, other: Json, keys: readonly string[]) =>
    keys.every((key) => isDeepStrictEqual(one[key], other[key]));
  const isHarmless =
    isSame(before, after, frozenSections) &&
    isSame(old, own, frozenOptions) &&
    (isSame(before, after, ['extends']) || extendsTsconfig(after.extends, context)) &&
    (isSame(old, own, ['paths']) || mapsOwnNames(old.paths, own.paths, context));
  return isHarmless ? 'candidate' : 'base';
};

/** Only installed packages, which are put back, and files that are held to these rules themselves. */
function extendsTsconfig(value: unknown, { isTaken }: ManifestContext): boolean {
  return [value].flat().every((each) => {
    if (each === undefined) return true;
    if (typeof each !== 'string' || each.includes('\\')) return false;
    if (!/^[./]/.test(each)) return isTaken(packageOf(each));
    return isTsconfig(posix.basename(each.endsWith('.json') ? each : `${each}.json`));
  });
}

/** `@scope/name/inner` → `@scope/name`. */
function packageOf(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '';
}

/** `tsconfig.json` and its relatives, such as `tsconfig.base.json` and `jsconfig.json`. */
export function isTsconfig(name: string): boolean {
  return /^[tj]sconfig(?:[.-][^/]*)?\.json$/.test(name);
}

/** New or changed entries of `paths` may catch no name under which a test finds what judges it. */
function mapsOwnNames(before: unknown, after: unknown, { isTaken }: ManifestContext): boolean {
  if (after === undefined) return true;
  if (!isObject(after)) return false;
  return Object.entries(after).every(([pattern, targets]) => {
    if (isObject(before) && isDeepStrictEqual(before[pattern], targets)) return true;
    const [prefix = ''] = pattern.split('*');
    const isOpen = pattern.includes('*');
    // `@/…`, `~…` and `#…` are no names of packages.
    if (/^(?:@\/|[~#$%])/.test(prefix)) return true;
    const name = packageOf(prefix);
    // With an open end within the name it could become any that begins so.
    if (name === '' || (isOpen && prefix === name)) return false;
    return !isTaken(name) && !name.startsWith('node:');
  });
}

/** A tsconfig may hold comments, and a comma before a closing bracket. */
function withoutComments(text: string): string {
  return text
    .replaceAll(
      /("[^"\\\n]*(?:\\.[^"\\\n]*)*")|\/\/[^\n\r]*|\/\*[\s\S]*?\*\//g,
      (_, string: string | undefined) => string ?? ' ',
    )
    .replaceAll(
      /("[^"\\\n]*(?:\\.[^"\\\n]*)*")|,(?=\s*[}\]])/g,
      (_, string: string | undefined) => string ?? '',
    );
}
