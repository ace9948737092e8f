import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** From the top down: a layer may import from itself and from the layers below it. */
const layers = [
  ['test', 'bench'],
  ['harness/cli', 'harness/setup'],
  ['harness/run', 'harness/audit'],
  ['candidates', 'scorers', 'reports', 'harness/plan'],
  [
    'harness/sandbox',
    'harness/tools',
    'harness/gateway',
    'harness/store',
    'harness/decide',
    'harness/mutate',
    'harness/stats',
  ],
  ['harness/domain'],
] as const;

/** Beyond the order: neighbours on one layer that must not know each other. */
const strangers: readonly (readonly [string, string])[] = [
  ['candidates', 'scorers'],
  ['scorers', 'candidates'],
  ['reports', 'candidates'],
  ['reports', 'scorers'],
  ['candidates', 'reports'],
  ['scorers', 'reports'],
  ['harness/decide', 'harness/store'],
  ['harness/decide', 'harness/sandbox'],
  ['harness/mutate', 'harness/decide'],
  ['harness/mutate', 'harness/store'],
  ['harness/mutate', 'harness/sandbox'],
  ['harness/store', 'harness/sandbox'],
  ['harness/sandbox', 'harness/store'],
  ['reports', 'harness/sandbox'],
];

const folders = layers.flat();

function folderOf(file: string): string | undefined {
  return folders.find((folder) => file.startsWith(`${folder}/`));
}

function depth(folder: string): number {
  return layers.findIndex((layer) => (layer as readonly string[]).includes(folder));
}

/** Every relative import of a file, as a path from the root; `import type` too, for a type is knowledge as well. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const specifiers = source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g);
  return [...specifiers].map((match) => relative(root, resolve(root, dirname(file), match[1] ?? '')));
}

const sources = globSync('{harness,candidates,scorers,reports,bench,test}/**/*.{ts,mjs}', { cwd: root });
const edges = sources.flatMap((file) => importsOf(file).map((target) => ({ file, target })));

describe('imports', () => {
  it('are found at all', () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(edges.length).toBeGreaterThan(200);
  });

  it('stay within the known folders', () => {
    const unknown = sources.filter((file) => folderOf(file) === undefined);
    expect(unknown).toEqual([]);
  });

  it('point downwards only', () => {
    const wrong = edges.filter(({ file, target }) => {
      // The version of the package, and the schema that a test compares, are data and no code.
      if (target.endsWith('.json')) return false;
      // A test beside its source may use what it needs to drive the real thing.
      if (file.includes('.test.')) return false;
      const [from, to] = [folderOf(file), folderOf(target)];
      return from === undefined || to === undefined || depth(from) > depth(to);
    });
    expect(wrong).toEqual([]);
  });

  it('keep neighbours apart that must not know each other', () => {
    const wrong = edges.filter(
      ({ file, target }) =>
        !file.includes('.test.') &&
        strangers.some(([from, to]) => folderOf(file) === from && folderOf(target) === to),
    );
    expect(wrong).toEqual([]);
  });

  it('of the domain are its own and its libraries only', () => {
    const wrong = edges.filter(
      ({ file, target }) => folderOf(file) === 'harness/domain' && folderOf(target) !== 'harness/domain',
    );
    expect(wrong).toEqual([]);
  });
});
