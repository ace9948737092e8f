import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Expected } from './cases.ts';
import { mismatch } from './match.ts';
import { openRegexJudge } from './regex.ts';

const regexes = openRegexJudge(500);
afterAll(() => regexes.close());

const anything: Expected = {
  exact: null,
  contains: [],
  lines: null,
  json: null,
  regex: null,
  trim: false,
  ignoreTrailingSpace: false,
};
const exact = (text: string, more: Partial<Expected> = {}) => ({ exact: Buffer.from(text), ...more });
const regex = (source: string, flags = '') => ({ regex: { source, flags } });
const differs = (expected: Partial<Expected>, actual: string | Uint8Array) =>
  mismatch({ ...anything, ...expected }, Buffer.from(actual), regexes);

describe('an output', () => {
  it.each<[string, Partial<Expected>, string, string | null]>([
    ['exact', exact('a\n'), 'a\n', null],
    ['a newline less', exact('a\n'), 'a', 'expected a newline at the end, found none'],
    ['a newline more', exact('a'), 'a\n', 'expected no newline at the end, found one'],
    ['another line', exact('a\nb\nc\n'), 'a\nx\nc\n', 'line 2: expected "b", found "x"'],
    ['too few lines', exact('a\nb\n'), 'a\n', 'line 2: expected "b", found the end'],
    ['too many lines', exact('a\n'), 'a\nb\n', 'line 2: expected the end, found "b"'],
    ['nothing', exact('a'), '', 'expected "a", found ""'],
    ['white space', exact('a b'), 'a\tb', 'expected "a b", found "a\\tb"'],
    ['trim', exact(' a\n', { trim: true }), '\n a', null],
    ['trim inside', exact('a  b', { trim: true }), 'a b', 'expected "a  b", found "a b"'],
    ['trailing space', exact('a\nb', { ignoreTrailingSpace: true }), 'a \t\r\nb  \n\n\n', null],
    ['leading space stays', exact('a', { ignoreTrailingSpace: true }), ' a', 'expected "a", found " a"'],
    ['contains', { contains: ['b', 'a'] }, 'a b', null],
    ['contains not', { contains: ['a', 'x'] }, 'a b', 'expected it to contain "x", found "a b"'],
    ['lines', { lines: ['b', 'a', 'a'] }, 'a\nb\na\n', null],
    ['a line too often', { lines: ['a'] }, 'a\na\n', 'found 1 line too many: "a"'],
    ['a line not often enough', { lines: ['a', 'a'] }, 'a\nb\n', 'expected a line "a" more often'],
    ['a line not there', { lines: ['a'] }, '', 'expected a line "a"'],
    ['no lines', { lines: [] }, '', null],
    ['json', { json: { value: { a: 1 } } }, ' {"a": 1, "b": 2}\n', null],
    ['json not', { json: { value: { a: 1 } } }, '{"a": 2}', '$.a: expected 1, found 2'],
    ['json null', { json: { value: null } }, 'null', null],
    ['no json', { json: { value: 1 } }, '', 'it is not JSON: Unexpected end of JSON input'],
    ['json and more', { json: { value: 1 } }, '1\n2', expect.stringMatching(/^it is not JSON: /)],
    ['regex', regex('^b$', 'm'), 'a\nb', null],
    ['regex not', regex('^b$'), 'a\nb', 'expected /^b$/, found "a\\nb"'],
    ['all that is given', { ...exact('a'), ...regex('b') }, 'a', 'expected /b/, found "a"'],
  ])('%s', async (_what, expected, actual, difference) => {
    expect(await differs(expected, actual)).toEqual(difference);
  });

  it('is compared byte for byte, and read as text only where it is', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    expect(await differs({ exact: bytes }, bytes)).toBeNull();
    expect(await differs({ exact: bytes }, Buffer.from([0xff, 0x00, 0xfd]))).toContain('not valid UTF-8');
    for (const expected of [
      { contains: ['a'] },
      regex('.'),
      { json: { value: 1 } },
      exact('a', { trim: true }),
    ])
      expect(await differs(expected, bytes)).toBe('it is not valid UTF-8');
    expect(await differs(exact('a'), '\u{feff}a')).toBe('expected "a", found "\u{feff}a"');
  });

  it('shows long lines around the place where they part', async () => {
    const line = 'x'.repeat(5000);
    const difference = await differs(exact(`${line}left`), `${line}right`);
    expect(difference).toMatch(/^expected "…x{40}left", found "…x{40}right"$/);
  });

  it('that makes an expression backtrack for ever is no match, and the next is answered', async () => {
    const started = await differs(regex('^(a+)+$'), `${'a'.repeat(50_000)}!`);
    expect(started).toMatch(/^\/\^\(a\+\)\+\$\/ came to no answer in time on "a+/);
    expect(await differs(regex('^(a+)+$'), 'aaa')).toBeNull();
  });

  it('passes only where it is what is expected, and says otherwise in a bounded line', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\t', 'é', '\u{1f600}') });
    await fc.assert(
      fc.asyncProperty(text, text, fc.boolean(), async (wanted, found, trim) => {
        const difference = await differs(exact(wanted, { trim }), found);
        const [left, right] = trim ? [wanted.trim(), found.trim()] : [wanted, found];
        expect(difference === null).toBe(left === right);
        expect((difference ?? '').length).toBeLessThan(400);
        expect(await differs({ lines: found.replace(/\n$/, '').split('\n').toReversed() }, found)).toBe(
          found === '' ? 'expected a line ""' : null,
        );
      }),
    );
  });
});
