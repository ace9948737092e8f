import { describe, expect, it } from 'vitest';
import type { Framework } from '../../../harness/domain/test-settings.ts';
import { maxDecoys, maxRenamed, maxTwins } from './language.ts';
import { plant } from './testing/check.ts';
import { tables } from './testing/tables.ts';

const swapped = (text: string, path: string, framework: Framework, seed = 1) =>
  plant({ path, text }, framework, seed, 'twin', true);

/** Last parts of the real names that others have now, as they stand in the file. */
const names = (text: string, path: string, framework: Framework) =>
  swapped(text, path, framework)
    .sentinels.renamed.map(({ to }) => to.at(-1) ?? '')
    .sort();

const script = (text: string, framework: Framework = 'vitest') => names(text, 'a.test.mjs', framework);
const python = (text: string, framework: Framework = 'pytest') => names(text, 'test_a.py', framework);

describe.each(tables)('test files for %s that are known', (framework, files) => {
  it.each(files.map((file) => [file.path, file] as const))('%s', (_, file) => {
    for (const seed of [1, 2, 3, 4, 5, 6])
      for (const style of ['twin', 'plain'] as const) {
        const planted = plant(file, framework, seed, style, true);
        const { renamed, mustFail, mustPass } = planted.sentinels;
        const real = new Set(renamed.map(({ to }) => JSON.stringify(to)));
        const decoys = mustFail.filter((name) => real.has(JSON.stringify(name)));
        const fresh = [...renamed.map(({ from }) => from), ...mustPass];
        fresh.push(...mustFail.filter((name) => !decoys.includes(name)));
        expect(real.size).toBe(renamed.length);
        expect(decoys.length).toBeLessThanOrEqual(Math.min(maxDecoys, renamed.length));
        expect(mustFail.length - decoys.length).toBeGreaterThanOrEqual(1);
        expect(mustFail.length - decoys.length).toBeLessThanOrEqual(maxTwins);
        for (const own of fresh.map((name) => name.at(-1) ?? '')) {
          expect(file.text).not.toContain(own);
          expect(own).not.toMatch(/sentinel|assay/i);
        }
      }
  });

  it('are the same for the same random numbers, and untouched where they are not known', () => {
    for (const file of files) {
      expect(plant(file, framework, 7, 'twin', true)).toEqual(plant(file, framework, 7, 'twin', true));
      expect(plant(file, framework, 7).sentinels.renamed).toEqual([]);
    }
  });
});

describe('a known script', () => {
  const head = "import { describe, expect, test } from 'vitest';\n";
  const one = (title: string, body = 'expect(f()).toBe(1);', params = '()') =>
    `test('${title}', ${params} => {\n  ${body}\n});\n`;

  it('gives another test of ours the name of a test, in its place', () => {
    const text = `${head}describe('group', () => {\n  test('counts to one', () => {\n    expect(f()).toBe(1);\n  });\n});\n`;
    const { file, sentinels } = swapped(text, 'a.test.mjs', 'vitest');
    expect(sentinels.renamed).toHaveLength(1);
    expect(sentinels.renamed[0]?.to).toEqual(['group', 'counts to one']);
    expect(sentinels.renamed[0]?.from[0]).toBe('group');
    expect(sentinels.mustFail).toContainEqual(['group', 'counts to one']);
    expect(sentinels.mustFail.length).toBe(2);
    const [first] = /test\('[^']*'/.exec(file.text) ?? [];
    expect(first).toBe(`test('${sentinels.renamed[0]?.from[1]}'`);
  });

  it('keeps names that a snapshot, the test itself or other text goes by', () => {
    const text = [
      head,
      one('is free'),
      one('is free as well', 'skip();'),
      one('matches a snapshot', 'expect(f()).toMatchSnapshot();'),
      one('throws by snapshot', 'expect(f).toThrowErrorMatchingSnapshot();'),
      one('asserts a snapshot', 't.assert.snapshot(f());', '(t)'),
      one('looks at its name', 'expect(t.name).toBe(f());', '(t)'),
      one('looks at its task', 'expect(task).toBe(f());', '({ task })'),
      one('is spoken of', "expect(names).toContain('is spoken of');"),
      one('is there twice'),
      one('is there twice'),
      one('has a [bracket]'),
      one('adds'),
      one('adds[1]'),
      one(''),
      "for (const n of [1]) test('in a loop', () => {});\n",
      "test.each([1])('of a table', () => {});\n",
    ].join('');
    expect(script(text)).toEqual(['is free', 'is free as well']);
    expect(script(text.replace('skip();', 'expect.getState().currentTestName;'))).toEqual([]);
  });

  it('may have the same name in several groups', () => {
    const text = `${head}for (const n of [1]) f(n);\ndescribe('one', () => {\n${one('works well')}});\ndescribe('two', () => {\n${one('works well')}});\n`;
    expect(script(text)).toEqual(['works well', 'works well']);
    expect(script(`${text}describe('works well', () => {});\n`)).toEqual([]);
  });

  it('has as many of them as are paid for', () => {
    const all = Array.from({ length: maxRenamed + 100 }, (_, n) => one(`counts up to ${n} of all`)).join('');
    const { sentinels } = swapped(head + all, 'a.test.mjs', 'vitest');
    expect(sentinels.renamed).toHaveLength(maxRenamed);
    expect(new Set(sentinels.renamed.map(({ from }) => from.at(-1))).size).toBe(maxRenamed);
    expect(sentinels.mustFail).toHaveLength(maxTwins + maxDecoys);
  });
});

describe('a known module', () => {
  it('calls the real test by its fresh name where one of ours repeats it by a call', () => {
    const text = 'def test_returns_at_once():\n    if f():\n        return\n    assert f() == 1\n';
    const { file, sentinels } = swapped(text, 'test_a.py', 'pytest');
    const fresh = sentinels.renamed[0]?.from[0] ?? '';
    expect(file.text).toMatch(new RegExp(`^def ${fresh}\\(\\):\n`));
    expect(file.text).toContain(`def test_returns_at_once():\n    ${fresh}()\n`);
    expect(file.text).not.toContain('    test_returns_at_once()');
  });

  it('keeps names that are spoken of, handed on, ordered or kept by', () => {
    const text = [
      'import pytest, unittest',
      'from other import Base',
      'def test_free_one():\n    assert f() == 1',
      '@pytest.mark.skip\ndef test_free_but_left_out():\n    assert f() == 1',
      '@pytest.mark.parametrize("n", [1])\ndef test_free_for_each(n):\n    assert f() == n',
      'def test_called():\n    assert f() == 1',
      'def helper():\n    test_called()',
      'def test_named():\n    assert f() == 1  # see also "test_named"',
      'def test_with_fixture(snapshot):\n    assert f() == snapshot',
      'def test_with_data(num_regression):\n    num_regression.check(f())',
      '@given(x)\ndef test_drawn(x):\n    assert f() == x',
      '@parameterized.expand([1])\ndef test_expanded(x):\n    assert f() == x',
      'def test_twice():\n    assert f() == 1',
      'def test_twice():\n    assert f() == 1',
      'class TestFromElsewhere(Base):\n    def test_overridden(self):\n        assert f() == 1',
      'class TestBase:\n    def test_handed_on(self):\n        assert f() == 1',
      'class TestDerived(TestBase):\n    def test_free_method(self):\n        assert f() == 1',
      'class Steps(unittest.TestCase):\n    def test_1_first(self):\n        f()\n    def test_last(self):\n        f()',
      'class Once(unittest.TestCase):\n    @classmethod\n    def setUpClass(cls): pass\n    def test_opened(self):\n        f()',
      '',
    ].join('\n\n');
    const free = ['test_free_but_left_out', 'test_free_for_each', 'test_free_method', 'test_free_one'];
    expect(python(text)).toEqual(free);
    expect(python(text.replace('def helper():', 'def helper(request):\n    request.node.name'))).toEqual([]);
  });

  it('may have the same name in several classes', () => {
    const one = (name: string) =>
      `class ${name}(unittest.TestCase):\n    def test_empty_list(self):\n        self.assertEqual(f(), 1)\n`;
    const text = `import unittest\n\n\n${one('TestA')}\n\n${one('TestB')}`;
    expect(python(text, 'unittest')).toEqual(['test_empty_list', 'test_empty_list']);
    expect(python(`${text}\n\nsuite.addTest(TestA('test_empty_list'))\n`, 'unittest')).toEqual([]);
  });
});
