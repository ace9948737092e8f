import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard } from './wildcard.ts';

describe('a pattern with stars', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'abcd', false],
    ['', '', true],
    ['*', '', true],
    ['a*', 'a', true],
    ['*a*', 'bab', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a b b c', true],
    ['a*b*c', 'a c b', false],
    ['ab*ba', 'aba', false],
    ['a.c', 'abc', false],
    ['test/*.ts > *', 'test/x.ts > adds', true],
    ['**', 'x', true],
  ])('%s on %j: %s', (pattern, text, matches) => {
    expect(matchesWildcard(pattern, text)).toBe(matches);
  });

  it('says what the same regular expression says', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (pattern, text) => {
        const source = pattern
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('[^]*');
        expect(matchesWildcard(pattern, text)).toBe(RegExp(`^(?:${source})$`).test(text));
      }),
    );
  });

  it('comes to an answer on what would make a backtracking matcher go on for ever', () => {
    expect(matchesWildcard(`${'a*'.repeat(200)}b`, 'a'.repeat(100_000))).toBe(false);
  });
});
