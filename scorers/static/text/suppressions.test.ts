import { describe, expect, it } from 'vitest';
import { suppressions } from './suppressions.ts';

function find(path: string, text: string, options = {}) {
  const input = { options: suppressions.options.parse(options), suiteFile: () => null };
  const { findings } = suppressions.analyse({ path, text }, input);
  return findings.map(
    ({ rule, level, startLine, startColumn }) => `${startLine}:${startColumn} ${rule} ${level}`,
  );
}

describe('comments', () => {
  it.each([
    ['a.ts', '// @ts-ignore\n', '1:4 ts-ignore error'],
    ['a.ts', 'f(/* @ts-ignore */ x);\n', '1:6 ts-ignore error'],
    ['a.ts', '/**\n * @ts-nocheck\n */\n', '2:4 ts-nocheck error'],
    ['a.ts', '// @ts-expect-error: reason\n', '1:4 ts-expect-error error'],
    ['a.tsx', 'const a = <p>{/* biome-ignore lint/a: b */ b}</p>;\n', '1:18 biome-ignore error'],
    ['a.js', '/* eslint-disable */\n', '1:4 eslint-disable warning'],
    ['a.js', 'eval(x); // eslint-disable-line no-eval\n', '1:13 eslint-disable warning'],
    ['a.js', '/* eslint no-eval: 0 */\n', '1:1 eslint-disable warning'],
    ['a.js', '/* c8 ignore next */\n', '1:4 coverage-ignore warning'],
    ['a.js', '/* istanbul ignore file */\n', '1:4 coverage-ignore warning'],
    ['a.js', '// secretlint-disable-line\n', '1:4 secretlint-disable warning'],
    ['a.js', '// NOSONAR\n', '1:4 nosonar warning'],
    ['a.js', '// ast-grep-ignore\n', '1:4 ast-grep-ignore error'],
    ['a.js', '// nosemgrep: a.b\n', '1:4 nosemgrep warning'],
    ['a.py', 'import a  # noqa: F401\n', '1:11 noqa warning'],
    ['a.py', '#NOQA\n', '1:1 noqa warning'],
    ['a.py', '# flake8: noqa\n', '1:1 noqa warning'],
    ['a.py', '# ruff: noqa\n', '1:1 ruff-ignore warning'],
    ['a.py', 'x = 1  # type: ignore[assignment]\n', '1:8 type-ignore error'],
    ['a.py', '# mypy: ignore-errors\n', '1:1 mypy-comment error'],
    ['a.py', '# pyright: ignore\n', '1:1 pyright-comment warning'],
    ['a.py', 'eval(x)  # nosec B307\n', '1:10 nosec warning'],
    ['a.py', 'if x:  # pragma: no cover\n    pass\n', '1:8 coverage-ignore warning'],
    ['a.py', '# pylint: disable=all\n', '1:1 pylint-disable warning'],
    ['a.go', 'x := f() //nolint:errcheck\n', '1:10 nolint warning'],
    ['a.sh', '# shellcheck disable=SC2086\n', '1:1 shellcheck-disable warning'],
    ['a.vue', '<!-- eslint-disable -->\n', '1:6 eslint-disable warning'],
    ['a.yml', 'key: AKIA # gitleaks:allow\n', '1:13 gitleaks-allow warning'],
  ])('in %s: %j', (path, text, expected) => {
    expect(find(path, text)).toEqual([expected]);
  });

  it.each([
    ['a.ts', 'const a = "// @ts-ignore";\n'],
    ['a.ts', 'const a = `\n// eslint-disable\n${b}`;\n'],
    ['a.ts', 'const a = /@ts-ignore/;\n'],
    ['a.py', 'x = "# type: ignore"\n'],
    ['a.py', '"""\n# noqa\n"""\n'],
    ['a.py', 'x = f"{y}  # nosec"\n'],
    ['a.ts', '// prettier-ignore\n'],
    ['a.ts', '// the type is ignored, and eslint is disabled\n'],
    ['a.py', '# types: ignored\n'],
    ['a.go', 'x := "nolint"\n'],
  ])('are not what only looks like one, in %s: %j', (path, text) => {
    expect(find(path, text)).toEqual([]);
  });
});

it('finds those of a file that cannot be read for certain by their lines', () => {
  expect(find('a.ts', 'const = = `;\n  // @ts-ignore\nf(1)\n')).toEqual(['2:6 ts-ignore error']);
  expect(find('a.py', 'def f(:\nx = 1 # type: ignore\n')).toEqual(['2:7 type-ignore error']);
});

it('says each family once a line', () => {
  expect(find('a.ts', '/* @ts-ignore @ts-ignore */ // @ts-ignore eslint-disable-line\n')).toEqual([
    '1:4 ts-ignore error',
    '1:43 eslint-disable warning',
  ]);
});

it('takes levels from the options', () => {
  expect(find('a.ts', '// @ts-ignore\n', { levels: { 'ts-ignore': 'note' } })).toEqual([
    '1:4 ts-ignore note',
  ]);
  expect(suppressions.options.safeParse({ levels: { 'no-such': 'note' } }).success).toBe(false);
  expect(suppressions.options.safeParse({ levels: JSON.parse('{"__proto__": "note"}') }).success).toBe(true);
});

it('quotes the comment, bounded and in one line', () => {
  const text = `// eslint-disable-next-line \u001b[31m${'x'.repeat(10_000)}\n`;
  const input = { options: suppressions.options.parse({}), suiteFile: () => null };
  const [finding] = suppressions.analyse({ path: 'a.js', text }, input).findings;
  expect(finding?.message).toMatch(/^silences ESLint: eslint-disable-next-line \[31mx+…$/);
  expect(finding?.message.length).toBeLessThan(150);
});

it.each([
  ['one line of openers', '/*'.repeat(150_000)],
  ['one line of directives', `// ${'noqa # type: ignore '.repeat(15_000)}`],
  ['white space', `# type:${' '.repeat(300_000)}`],
  ['half a directive, often', '# type: '.repeat(40_000)],
  ['half a pragma, often', '# pragma: no '.repeat(25_000)],
  ['open tags', '<a>'.repeat(100_000)],
  ['deep nesting', `${'('.repeat(150_000)}// @ts-ignore`],
])('comes to an end on much of %s', (_, text) => {
  for (const path of ['a.ts', 'a.tsx', 'a.py', 'a.go']) expect(Array.isArray(find(path, text))).toBe(true);
});

it('is not kept from a comment by text that holds up the parser', () => {
  expect(find('a.tsx', `${'<'.repeat(100_000)}\n// @ts-ignore\n`)).toEqual(['2:4 ts-ignore error']);
});
