import { describe, expect, it } from 'vitest';
import type { Framework } from '../../../harness/domain/test-settings.ts';
import { check, plant } from './testing/check.ts';
import { tables } from './testing/tables.ts';

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

  it('is the only one to run where the file has such, and nowhere else', () => {
    const test = (callee: string) =>
      `import { expect, test } from 'vitest';\n${callee}('fits a curve to points', () => {\n  expect(fit(points, { only: true })).toBe(3);\n});\ntest.each([a.only])('%s', () => {});\n`;
    for (const twin of twins(test('test'))) expect(twin.replaceAll('a.only', '')).not.toContain('.only');
    for (const twin of twins(test('test.only'))) expect(twin.match(/\btest\.only\('/g)).toHaveLength(2);
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
