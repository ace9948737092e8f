import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Framework } from '../../../harness/domain/test-settings.ts';
import type { TestFile } from '../runners/runner.ts';
import { check, plant } from './testing/check.ts';
import { tables } from './testing/tables.ts';

const root = resolve(import.meta.dirname, '../../..');

describe('files of the world', () => {
  const read = (path: string): TestFile => ({ path, text: readFileSync(join(root, path), 'utf8') });
  const own = globSync('{harness,candidates,scorers,reports,test}/**/*.test.ts', { cwd: root }).sort();
  const others = globSync('node_modules/{*,@*/*}/{test,tests,__tests__,src/**/tests}/**/*.{js,mjs,cjs,ts}', {
    cwd: root,
  })
    .filter((path) => !path.endsWith('.d.ts'))
    .sort();
  const suites = globSync('suites/**/*{test,_test}*.{js,ts,py}', { cwd: root }).sort();

  it('of this project take at least one test that repeats one of theirs', () => {
    expect(own.length).toBeGreaterThan(100);
    let repeating = 0;
    for (const [seed, path] of own.entries()) {
      const file = read(path);
      check(file, 'vitest', seed, 'twin');
      const { sentinels } = plant(file, 'vitest', seed);
      const groups = new Set(sentinels.mustFail.map((name) => name.slice(0, -1).join(' ')));
      if (groups.size > 1 || sentinels.mustFail.length !== 2) repeating += 1;
    }
    expect(repeating).toBeGreaterThan(own.length * 0.8);
  });

  it('of the suites that ship take them', () => {
    expect(suites.length).toBeGreaterThan(5);
    for (const [seed, path] of suites.entries())
      for (const framework of path.endsWith('.py')
        ? (['pytest', 'unittest'] as const)
        : (['node-test'] as const))
        check(read(path), framework, seed, 'twin');
  });

  it('of packages take them, whatever they are tests for', () => {
    expect(others.length).toBeGreaterThan(50);
    const step = Math.ceil(others.length / 80);
    for (const [seed, path] of others.entries()) {
      if (seed % step !== 0) continue;
      const file = read(path);
      if (file.text.length < 100_000) check(file, seed % 2 === 0 ? 'jest' : 'node-test', seed, 'twin');
    }
  });
});

describe('any text', () => {
  const frameworks = ['vitest', 'jest', 'node-test', 'pytest', 'unittest'] as const;
  const paths: Record<Framework, string> = {
    vitest: 'a.test.tsx',
    jest: 'a.test.js',
    'node-test': 'a.test.mts',
    pytest: 'test_a.py',
    unittest: 'test_a.py',
  };
  const seenBy = (framework: Framework, text: string, seed: number) => {
    const { sentinels, file } = plant({ path: paths[framework], text }, framework, seed);
    expect(sentinels.mustFail.length).toBeGreaterThan(0);
    expect(file.text.length).toBeGreaterThan(text.length);
  };
  const swappedBy = (framework: Framework, text: string, seed: number) => {
    const { sentinels, file } = plant({ path: paths[framework], text }, framework, seed, 'twin', true);
    expect(sentinels.mustFail.length).toBeGreaterThan(0);
    for (const { from } of sentinels.renamed) expect(file.text).toContain(from.at(-1));
  };
  const seenByAll = (text: string, seed: number) => {
    for (const framework of frameworks) {
      seenBy(framework, text, seed);
      swappedBy(framework, text, seed);
    }
  };

  it('is no reason to throw', () => {
    const pieces = fc.constantFrom(
      ...[
        "test('",
        "', () => {",
        '});',
        'describe(',
        '`',
        '${',
        '"""',
        'def test_',
        '(self):\n    ',
        'class T',
        '\n',
      ],
      ...[
        'import ',
        "from 'node:test'",
        'expect(',
        ').toBe(',
        'assert x == 1\n',
        '/*',
        '//',
        '<a>',
        '\\',
        '\0',
        '\r\n',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 }))).map((parts) => parts.join('')),
    );
    fc.assert(fc.property(text, fc.nat(), seenByAll), { numRuns: 60 });
  });

  it('cut off or doubled anywhere is no reason to throw', () => {
    const files = tables.flatMap(([, some]) => some);
    const cut = fc
      .tuple(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
      )
      .map(([{ text }, a, b]) => text.slice(0, a * text.length) + text.slice(b * text.length));
    fc.assert(fc.property(cut, fc.nat(), seenByAll), { numRuns: 60 });
  });

  it.each(['(', '[', '{', "describe('a', () => {", 'class A:\n ', 'if x:\n', '`${', 'f(x=', '!', '\\\n'])(
    'nested as deep as %j can be',
    (piece) => {
      for (const framework of ['vitest', 'pytest'] as const) seenBy(framework, piece.repeat(1000), 1);
    },
  );

  it('too long to be read takes them at its end', () => {
    const text = "test('is one of very many', () => {});\n".repeat(30_000);
    const { file, sentinels } = plant({ path: 'a.test.ts', text }, 'vitest');
    expect(file.text.startsWith(text)).toBe(true);
    expect(sentinels.mustFail).toHaveLength(2);
  });
});
