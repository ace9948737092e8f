import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines, type LineHunk, linesOf } from './line-diff.ts';

const diff = (base: string, oracle: string) => diffLines([...base], [...oracle]);

describe('a diff of lines', () => {
  it.each<[string, string, LineHunk[]]>([
    ['', '', []],
    ['abc', 'abc', []],
    ['', 'ab', [{ base: [0, 0], oracle: [0, 2] }]],
    ['ab', '', [{ base: [0, 2], oracle: [0, 0] }]],
    ['abc', 'aXc', [{ base: [1, 2], oracle: [1, 2] }]],
    ['abc', 'abXYc', [{ base: [2, 2], oracle: [2, 4] }]],
    ['abcd', 'ad', [{ base: [1, 3], oracle: [1, 1] }]],
    [
      'abcde',
      'XbcYe',
      [
        { base: [0, 1], oracle: [0, 1] },
        { base: [3, 4], oracle: [3, 4] },
      ],
    ],
    // The example of Myers' paper.
    [
      'abcabba',
      'cbabac',
      [
        { base: [0, 2], oracle: [0, 0] },
        { base: [3, 3], oracle: [1, 2] },
        { base: [5, 6], oracle: [4, 4] },
        { base: [7, 7], oracle: [5, 6] },
      ],
    ],
  ])('of %o and %o', (base, oracle, hunks) => {
    expect(diff(base, oracle)).toEqual(hunks);
  });

  it('keeps what is equal and is as short as can be', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (base, oracle) => {
        const hunks = diffLines(base, oracle);
        const patched: string[] = [];
        let [at, changed] = [0, 0];
        for (const hunk of hunks) {
          patched.push(...base.slice(at, hunk.base[0]), ...oracle.slice(...hunk.oracle));
          expect(patched.length).toBe(hunk.oracle[1]);
          at = hunk.base[1];
          changed += hunk.base[1] - hunk.base[0] + hunk.oracle[1] - hunk.oracle[0];
        }
        expect([...patched, ...base.slice(at)]).toEqual(oracle);
        expect(changed).toBe(base.length + oracle.length - 2 * longestCommon(base, oracle));
      }),
      { numRuns: 500 },
    );
  });

  it('takes what differs too much as one', () => {
    const [base, oracle] = ['b', 'o'].map((name) => Array.from({ length: 3000 }, (_, n) => `${name}${n}`));
    const middle = (lines: string[] = []) => ['first', ...lines, 'last'];
    expect(diffLines(middle(base), middle(oracle))).toEqual([{ base: [1, 3001], oracle: [1, 3001] }]);
  });
});

/** By the textbook's table. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const x of a) {
    const next = [0];
    for (const [index, y] of b.entries())
      next.push(x === y ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    row = next;
  }
  return row[b.length] ?? 0;
}

it('lines are the text again', () => {
  expect(linesOf('a\r\nb\n\nc')).toEqual(['a\r\n', 'b\n', '\n', 'c']);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r', 'é') }), (text) => {
      expect(linesOf(text).join('')).toBe(text);
      expect(
        linesOf(text)
          .slice(0, -1)
          .every((line) => line.endsWith('\n')),
      ).toBe(true);
    }),
  );
});
