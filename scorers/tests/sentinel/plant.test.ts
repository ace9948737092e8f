import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Framework } from '../../../harness/domain/test-settings.ts';
import type { TestFile } from '../runners/runner.ts';
import { parseScript } from './javascript/syntax.ts';
import { plantSentinels } from './plant.ts';
import { parsePython } from './python/syntax.ts';
import { jestFiles } from './testing/jest-files.ts';
import { nodeFiles } from './testing/node-files.ts';
import { pytestFiles } from './testing/pytest-files.ts';
import { seeded } from './testing/real-runs.ts';
import { unittestFiles } from './testing/unittest-files.ts';
import { unusualNodeFiles } from './testing/unusual-node-files.ts';
import { globalFiles, unusualVitestFiles } from './testing/unusual-vitest-files.ts';
import { vitestFiles } from './testing/vitest-files.ts';
import { errorsIn } from './tree.ts';

const root = resolve(import.meta.dirname, '../../..');

function plant(file: TestFile, framework: Framework, seed = 1, style: 'twin' | 'plain' = 'twin') {
  return plantSentinels(file, { framework, style, random: seeded(seed) });
}

function errors({ path, text }: TestFile): number {
  return errorsIn(path.endsWith('.py') ? parsePython(text) : parseScript(text, path));
}

/** What a planting must be, wherever it is done. */
function check(file: TestFile, framework: Framework, seed: number, style: 'twin' | 'plain'): void {
  const planted = plant(file, framework, seed, style);
  const { mustPass, mustFail } = planted.sentinels;
  expect(planted.sentinels.path).toBe(file.path);
  expect(planted.file.path).toBe(file.path);
  expect(mustPass).toHaveLength(1);
  expect(mustFail.length).toBeGreaterThanOrEqual(1);
  expect(mustFail.length).toBeLessThanOrEqual(3);
  for (const name of [...mustPass, ...mustFail]) {
    const own = name.at(-1) ?? '';
    expect(file.text).not.toContain(own);
    expect(planted.file.text.split(own).length).toBe(2);
    expect(own).not.toMatch(/sentinel|assay|[0-9a-f]{8}/i);
  }
  expect(errors(planted.file)).toBeLessThanOrEqual(errors(file));
}

const tables: [Framework, TestFile[]][] = [
  ['node-test', [...nodeFiles, ...unusualNodeFiles]],
  ['vitest', [...vitestFiles, ...unusualVitestFiles, ...globalFiles]],
  ['jest', jestFiles],
  ['pytest', pytestFiles],
  ['unittest', unittestFiles],
];

describe.each(tables)('test files for %s', (framework, files) => {
  it.each(files.map((file) => [file.path, file] as const))('%s', (_, file) => {
    for (const seed of [1, 2, 3, 4, 5, 6])
      for (const style of ['twin', 'plain'] as const) check(file, framework, seed, style);
  });

  it('are the same for the same random numbers, and others for others', () => {
    for (const file of files) {
      expect(plant(file, framework, 7)).toEqual(plant(file, framework, 7));
      expect(plant(file, framework, 8).file.text).not.toBe(plant(file, framework, 9).file.text);
    }
  });

  it('keep every line that was there, in its order, and the first of them in its place', () => {
    for (const file of files) {
      const before = file.text.split(/\r?\n/);
      const after = plant(file, framework).file.text.split(/\r?\n/);
      let at = 0;
      // A tool that the file lacks comes into a line that loads others; a group on one line is opened.
      for (const line of after)
        if (line.startsWith((before[at] ?? '\0').replace(/(?<=[{;]).*$/, '').trimEnd())) at += 1;
      expect(at).toBeGreaterThanOrEqual(before.filter((line) => line !== '').length);
    }
  });
});

describe('a test that repeats a real one', () => {
  const twins = (text: string, path = 'a.test.ts', framework: Framework = 'vitest') =>
    [1, 2, 3, 4, 5, 6, 7, 8].map((seed) =>
      plant({ path, text }, framework, seed).file.text.slice(text.length),
    );

  it('expects of the same call what nothing returns, or something that is never so', () => {
    const text =
      "import { expect, test } from 'vitest';\ntest('counts all words', () => {\n  expect(count('a b')).toBe(2);\n});\n";
    for (const twin of twins(text)) {
      const own = /expect\(count\('a b'\)\)\.toBe\((\d+)\);\n( {2}expect)?/.exec(twin);
      expect(own).not.toBeNull();
      // Either the value is another, or a second comparison follows.
      expect(own?.[1] === '2' ? own[2] !== undefined : Number(own?.[1]) >= 10_000).toBe(true);
    }
  });

  it('fails behind whatever cleans up', () => {
    const text = [
      "import { expect, test } from 'vitest';",
      "test('opens and closes a server', async () => {",
      '  const server = await open();',
      '  expect(server.port).toBe(80);',
      '  await server.close();',
      '});',
      '',
    ].join('\n');
    for (const twin of twins(text)) {
      expect(twin).toMatch(/expect\(server\.port\)\.toBe\(80\);\n {2}await server\.close\(\);\n {2}expect\(/);
    }
  });

  it('takes one row of a table, and none of an empty one', () => {
    const test = (table: string) =>
      `import { expect, test } from 'vitest';\ntest.each(${table})('adds %i and %i up', (a, b) => {\n  expect(a + b).toBe(3);\n});\n`;
    for (const twin of twins(test('[[1, 2], [2, 1]]')))
      expect(twin).toMatch(/test\.each\(\[\[(1, 2|2, 1)\]\]\)\('/);
    for (const twin of twins(test('rows'))) expect(twin).toContain('test.each(rows.slice(0, 1))(');
    for (const twin of twins(test('[]'))) expect(twin).not.toContain('each');
  });

  it('is not made of tests that may leave themselves out, declare others, or call back', () => {
    const text = [
      "import assert from 'node:assert';",
      "import { test } from 'node:test';",
      "test('skips where it must', (t) => { if (!ready) t.skip('no'); call(); });",
      "test('has parts of its own', async (t) => { await t.test('part', () => call()); });",
      "test('calls back when done', (t, done) => { call(); done(); });",
      "test('is for later', { todo: true }, () => { call(); });",
      "test.skip('is never run', () => { call(); });",
      'test(`is named ${name}`, () => { call(); });',
      "if (ready) test('depends on something', () => { call(); });",
      '',
    ].join('\n');
    for (const twin of twins(text, 'a.test.mjs', 'node-test')) expect(twin).not.toMatch(/call\(/);
  });

  it('is not made of tests that a class hands on, or that are several', () => {
    const text = [
      'import unittest',
      'class Shared(unittest.TestCase):',
      '    def test_shared_by_others(self):',
      '        call()',
      'class Other(Shared):',
      '    @unittest.skip("no")',
      '    def test_never_run_at_all(self):',
      '        call()',
      '    def test_in_several_parts(self):',
      '        with self.subTest(): call()',
      '    async def test_without_a_loop(self):',
      '        call()',
      '',
    ].join('\n');
    for (const twin of twins(text, 'test_a.py', 'unittest')) expect(twin).not.toContain('call');
  });

  it('is one of up to three, of different tests', () => {
    const one = (n: number) =>
      `test('case number ${n} of all', () => {\n  expect(f(${n})).toBe('${n}');\n});\n`;
    const text = `import { expect, test } from 'vitest';\n${[1, 2, 3, 4, 5, 6].map(one).join('')}`;
    const chosen = twins(text).map((twin) =>
      [...twin.matchAll(/f\((\d)\)/g)].map((match) => match[1]).sort(),
    );
    for (const numbers of chosen) expect(new Set(numbers).size).toBe(3);
    expect(new Set(chosen.map(String)).size).toBeGreaterThan(3);
  });
});

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
  const seenByAll = (text: string, seed: number) => {
    for (const framework of frameworks) seenBy(framework, text, seed);
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
