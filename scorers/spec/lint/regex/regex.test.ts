import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confirmSlow } from './confirm.ts';
import { isFoundAnywhere, minLength, slowParts, whyNeverFound } from './facts.ts';
import { parseRegex, type RegexNode } from './syntax.ts';

function parsed(source: string, flags = ''): RegexNode {
  const node = parseRegex(source, flags);
  if (node === null) throw new Error(`not understood: ${source}`);
  return node;
}

describe('a regular expression', () => {
  it.each([
    ['', true],
    ['a*', true],
    ['a?|b', true],
    ['^', true],
    ['$', true],
    ['^a*', true],
    ['(?:a|b*)c{0,3}', true],
    ['(?<name>x*)', true],
    ['a', false],
    ['a+', false],
    ['^a*$', false],
    ['^$', false],
    ['\\b', false],
    ['(?=a)', false],
    ['[^]', false],
  ])('/%s/ is found in every text: %s', (source, isSo) => {
    expect(isFoundAnywhere(parsed(source))).toBe(isSo);
  });

  it('is never said to be found everywhere when it is not, nor nowhere when it is', () => {
    const atoms = [
      'a',
      'b',
      '.',
      '^',
      '$',
      '(?:a|)',
      '[ab]',
      '[^a]',
      '\\d',
      '\\n',
      '(?!a)',
      '(?!)',
      '[]',
      '\\b',
    ];
    const pieces = fc.tuple(
      fc.constantFrom(...atoms),
      fc.constantFrom('', '', '*', '+', '?', '{2}', '{0,2}'),
    );
    const source = fc
      .array(pieces, { maxLength: 5 })
      .map((all) =>
        all.map(([atom, times]) => (/^[\^$]|^\(\?!|^\\b/.test(atom) ? atom : atom + times)).join(''),
      );
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '1', ' '), maxLength: 6 });
    fc.assert(
      fc.property(
        fc.tuple(source, source),
        fc.constantFrom('', 'm', 'i', 's'),
        text,
        ([left, right], flags, given) => {
          const whole = right === '' ? left : `${left}|${right}`;
          const node = parseRegex(whole, flags);
          if (node === null) throw new Error(`not understood: ${whole}`);
          const isFound = RegExp(whole, flags).test(given);
          if (isFoundAnywhere(node)) expect(isFound).toBe(true);
          if (whyNeverFound(node, flags.includes('m')) !== null && given !== '') expect(isFound).toBe(false);
          const match = RegExp(whole, flags).exec(given);
          if (match !== null) expect(match[0].length).toBeGreaterThanOrEqual(minLength(node));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it.each(['a^', '$a', '$^', '(?!)', '[]', 'x(?:(?!))', 'x(b|c)^'])('/%s/ is found nowhere', (source) => {
    expect(whyNeverFound(parsed(source), false)).not.toBeNull();
  });

  it.each(['^a$', 'a*^', '$a*', '(?!a)', '[]|a', '[]*'])('/%s/ may be found', (source) => {
    expect(whyNeverFound(parsed(source), false)).toBeNull();
  });

  it.each(['a^', '$\na'])('/%s/m may be found', (source) => {
    expect(whyNeverFound(parsed(source, 'm'), true)).toBeNull();
  });

  it.each([
    ['an operator of sets', 'a[b&&c]', 'v'],
    ['deep nesting', '('.repeat(200) + ')'.repeat(200), ''],
    ['what is very long', 'a'.repeat(5000), ''],
  ])('is not understood here: %s', (_, source, flags) => {
    expect(parseRegex(source, flags)).toBeNull();
  });
});

describe('a slow regular expression', () => {
  it.each([
    '(a+)+$',
    '(?:a|a)*$',
    '^(\\w|\\d)+$',
    '^x=(\\s*\\w+\\s*)+;$',
    '(.*,)*x$|(a+a)+$',
    '^(?:[^"\\\\]|\\\\.|[^"])*"$',
  ])('is found out: /%s/', async (source) => {
    const parts = slowParts(parsed(source));
    expect(parts.some(({ growth }) => growth === 'exponential')).toBe(true);
    expect(await confirmSlow({ source, flags: '' }, parts)).not.toBeNull();
  });

  it.each([
    '^(ab|ac)*$',
    '^(a+b)+$',
    '^(?:\\d+,)*\\d+$',
    '^\\d{4}-\\d\\d$',
    '^(?:foo|bar)+$',
    '^([a-z]+\\n)*$',
  ])('is not made of /%s/', async (source) => {
    expect(await confirmSlow({ source, flags: '' }, slowParts(parsed(source)))).toBeNull();
  });

  it('may be slow by a power only', () => {
    expect(slowParts(parsed('^\\s*\\s*$'))).toEqual([{ growth: 'polynomial', before: '', pump: ' ' }]);
    expect(slowParts(parsed('^a*b*$'))).toEqual([]);
  });
});
