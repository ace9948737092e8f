import { matchesGlob } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchGlob, parseGlob } from './glob.ts';
import { globSet } from './glob-set.ts';

const matches = (glob: string, path: string) =>
  parseGlob(glob).some((each) => matchGlob(each, path.split('/')));

describe('globs', () => {
  it.each([
    ['a/b', 'a/b'],
    ['*.py', '.py'],
    ['*', '.hidden'],
    ['**/*.test.ts', '.hidden/.x.test.ts'],
    ['**/*.test.ts', 'x.test.ts'],
    ['a/**/b', 'a/b'],
    ['a/**/b', 'a/x/b/y/b'],
    ['**/a/**/b/*', 'x/a/a/b/b/c'],
    ['tests/**', 'tests'],
    ['tests/**', 'tests/a/b'],
    ['tests/', 'tests'],
    ['./tests', 'tests'],
    ['*.{test,spec}.{j,t}s', 'a.spec.js'],
    ['{a,b{c,d}}', 'bd'],
    ['{a/b,c}/d', 'a/b/d'],
    ['x{,.y}', 'x'],
    ['{a}', '{a}'],
    ['[a-c]?[!d]', 'bxe'],
    ['[a', '[a'],
    ['?', '😀'],
    ['a**b', 'axxb'],
    ['a+b(c)$', 'a+b(c)$'],
  ])('%s matches %s', (glob, path) => expect(matches(glob, path)).toBe(true));

  it.each([
    ['*', 'a/b'],
    ['*.py', 'a/x.py'],
    ['tests/**', 'Tests/a'],
    ['tests/**', 'x/tests/a'],
    ['a/**/b', 'a/b/c'],
    ['**/tests/**', 'mytests/a'],
    ['[a-c]', 'd'],
    ['[!a]', 'a'],
    ['a.b', 'axb'],
    ['\u00e9', 'e\u0301'],
    ['*.{js,ts}', 'a.jsx'],
  ])('%s does not match %s', (glob, path) => expect(matches(glob, path)).toBe(false));

  it.each(['!a', '@(a|b)', 'x+(a)', '**/?(a).js'])('refuses %s, which is known elsewhere', (glob) => {
    expect(() => parseGlob(glob)).toThrow('negation or an extended pattern');
  });

  it('refuses braces without end', () => {
    expect(() => parseGlob('{a,b}'.repeat(20))).toThrow('more than 256 alternatives');
  });

  const name = fc
    .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
    .map((all) => all.join(''));
  const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((all) => all.join('/'));
  const part = fc.oneof(
    fc.constant('**'),
    fc
      .array(fc.constantFrom('a', 'b', 'c', '*', '?', '[ab]', '[!a]'), { minLength: 1, maxLength: 4 })
      .map((all) => all.join('').replaceAll('**', '*')),
  );
  const glob = fc
    .tuple(
      fc.array(part, { maxLength: 4 }),
      part.filter((text) => text !== '**'),
    )
    .map(([parts, last]) => [...parts, last].join('/'));

  it("agree with Node's own where no name begins with a dot", () => {
    fc.assert(
      fc.property(glob, path, (pattern, text) => {
        expect(matches(pattern, text)).toBe(matchesGlob(text, pattern));
      }),
      { numRuns: 2000 },
    );
  });

  it('match in a set as they do alone', () => {
    const dotted = fc.tuple(
      fc.array(part, { maxLength: 2 }),
      fc.constantFrom('*.b', 'a.*', 'a.b', '*', 'a*.b.c', 'c'),
    );
    const file = fc.tuple(
      fc.array(name, { maxLength: 2 }),
      fc.constantFrom('a.b', 'a', 'c', '.b', 'ab.b.c', 'a.'),
    );
    fc.assert(
      fc.property(fc.array(dotted, { minLength: 1, maxLength: 4 }), file, (patterns, [folders, last]) => {
        const globs = patterns.map(([parts, end]) => [...parts, end].join('/'));
        const text = [...folders, last].join('/');
        expect(globSet(globs.flatMap(parseGlob))(text)).toBe(globs.some((each) => matches(each, text)));
      }),
      { numRuns: 2000 },
    );
  });
});
