import { isDeepStrictEqual } from 'node:util';
import { formatLike, isObject, type Json, parseJsonObject, putMembersBack } from './json.ts';
import type { MergeManifest } from './manifest.ts';

/**
 * Left to the candidate: `type`, `main`, `exports` and most of `imports`, which say how its program is put together;
 * dependencies, overrides and workspaces, which take effect only with an installation.
 */
const testSections: ReadonlySet<string> = new Set([
  // Runners, coverage and reporters.
  ...[
    'jest',
    'vitest',
    'mocha',
    'ava',
    'tap',
    'nyc',
    'c8',
    'karma',
    'cypress',
    'playwright',
    'jasmine',
    'qunit',
  ],
  ...['jest-junit', 'jest-html-reporter', 'ts-jest', 'testcafe', 'tsd', 'monocart'],
  // What rewrites code as it is loaded, and what leads a bare name elsewhere.
  ...['babel', 'esm', 'browser', 'alias', '_moduleAliases'],
  // Who starts the scripts, and with what.
  ...['packageManager', 'devEngines', 'volta', 'config', 'wireit', 'nx'],
]);

/** A script or an import (`#test/…`) of the tests, by a word of its name. */
const testWord =
  /(?:^|[^a-z0-9])(?:pre|post)?(?:tests?|specs?|e2e|unit|integration|coverage|cover|check|verify|ci|jest|vitest|mocha|ava|tap|karma|playwright|cypress)(?:[^a-z0-9]|$)/i;

const dependencyKinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'];

export const mergePackageJson: MergeManifest = (base, candidate, { isTaken }) => {
  const before = parseJsonObject(base ?? '{}');
  const after = parseJsonObject(candidate ?? '{}');
  if (before === null || after === null) return 'base';
  const { name } = after;
  // A package may import itself by its own name, before node_modules is looked at.
  const isImpostor =
    typeof name === 'string' && name !== before.name && (isTaken(name) || dependsOn(before, name));
  const merged = putMembersBack(
    before,
    after,
    (key) => testSections.has(key) || (key === 'name' && isImpostor),
  );
  return finish(before, after, merged, candidate ?? '');
};

/** Of composer.json only the scripts are looked at: what it loads takes effect only with an installation. */
export const mergeComposerJson: MergeManifest = (base, candidate) => {
  const before = parseJsonObject(base ?? '{}');
  const after = parseJsonObject(candidate ?? '{}');
  if (before === null || after === null) return 'base';
  return finish(before, after, { ...after }, candidate ?? '');
};

function finish(before: Json, after: Json, merged: Json, sample: string) {
  for (const key of ['scripts', 'imports'] as const) {
    const [old = {}, own = {}] = [before[key], after[key]];
    if (!isObject(old) || !isObject(own)) return 'base';
    const belongs =
      key === 'scripts' ? testScripts(old, own) : { has: (name: string) => testWord.test(name) };
    const members = putMembersBack(old, own, (name) => belongs.has(name));
    if (Object.hasOwn(after, key) || Object.keys(members).length > 0) merged[key] = members;
  }
  if (isDeepStrictEqual(merged, after)) return 'candidate';
  return isDeepStrictEqual(merged, before) ? 'base' : { text: formatLike(sample, merged) };
}

/** The scripts that are tests, and all that the base's start on their way. */
function testScripts(base: Json, candidate: Json): ReadonlySet<string> {
  const names = new Set([...Object.keys(base), ...Object.keys(candidate)]);
  const chosen = new Set([...names].filter((name) => testWord.test(name)));
  // Grows while it is read.
  for (const name of chosen) {
    for (const word of [`pre${name}`, `post${name}`, ...wordsOf(base[name])]) {
      if (word.endsWith('*')) {
        for (const other of names) if (other.startsWith(word.replace(/\*+$/, ''))) chosen.add(other);
      } else if (names.has(word)) chosen.add(word);
    }
  }
  return chosen;
}

/** Of a command: `npm run build && run-s "unit:*"` names the scripts `build` and `unit:*`. */
function wordsOf(command: unknown): string[] {
  const text = typeof command === 'string' ? command : JSON.stringify(command ?? '');
  return text.split(/[\s"'`;&|()<>,[\]@]+/).map((word) => word.replace(/^npm:/, ''));
}

function dependsOn(manifest: Json, name: string): boolean {
  return dependencyKinds.some((kind) => isObject(manifest[kind]) && Object.hasOwn(manifest[kind], name));
}
