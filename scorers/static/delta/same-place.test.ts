import { describe, expect, it } from 'vitest';
import type { FilePair } from './delta.ts';
import { matchFindings } from './match.ts';
import { finding, linesOf, oneDelta, other, same } from './testing.ts';

describe('at the same place', () => {
  it('matches in files that are not named as changed', () => {
    expect(oneDelta('x', 'x', {}, {})).toEqual(same);
    expect(oneDelta('x', 'x', {}, { startColumn: 2 })).toEqual({ ...other });
  });

  it.each([
    ['tool', { tool: 'other' }],
    ['rule', { rule: 'other' }],
    ['level', { level: 'error' }],
    ['security', { security: 9 }],
  ] as const)('never matches findings of another %s', (_, changed) => {
    expect(oneDelta('code();\n', 'code();\nmore();\n', {}, changed)).toEqual(other);
  });

  it('takes other words at the same column for the same finding, and elsewhere on the line for another', () => {
    expect(oneDelta('x;\n', 'x;\ny;\n', { message: 'is a string' }, { message: 'is a number' })).toEqual(
      same,
    );
    expect(
      oneDelta('x; z;\n', 'x; z;\ny;\n', { message: "no 'x'" }, { message: "no 'z'", startColumn: 4 }),
    ).toEqual(other);
    const noColumn = { startColumn: null };
    expect(
      oneDelta('x;\n', 'x;\ny;\n', { ...noColumn, message: "no 'x'" }, { ...noColumn, message: "no 'z'" }),
    ).toEqual(other);
  });

  it('takes numbers and paths in a message for what moves', () => {
    const noColumn = { startColumn: null };
    expect(
      oneDelta(
        'x;\n',
        'x;\ny;\n',
        { ...noColumn, message: 'like src/a.ts:10-20 (35%)' },
        { ...noColumn, message: 'like src/b.ts:12-22 (40%)' },
      ),
    ).toEqual(same);
  });

  it('reads the names of renamed files in a message as their new ones', () => {
    const pairs: FilePair[] = [
      { before: { path: 'old.py', text: 'x' }, after: { path: 'new.py', text: 'x' } },
      { before: { path: 'a.py', text: 'x' }, after: { path: 'a.py', text: 'x\ny' } },
    ];
    const at = (message: string) => [finding({ path: 'a.py', startLine: 1, message })];
    expect(linesOf(matchFindings(at("imports 'old.py'"), at("imports 'new.py'"), pairs))).toEqual(same);
    expect(linesOf(matchFindings(at("imports 'other.py'"), at("imports 'new.py'"), pairs))).toEqual(other);
  });

  it('matches behind the last line, which is where a file ends', () => {
    const at = (startLine: number) => ({ startLine, message: 'no line feed at the end' });
    const delta = oneDelta('a\nb', 'a\nx\nb', at(3), at(4));
    expect(delta).toEqual({ new: [], fixed: [], unchanged: ['3>4'] });
  });
});

describe('findings about no line', () => {
  const of = (path: string | null, message: string) => finding({ path, startLine: null, message });

  it('of the project are matched by rule and message, numbers included, as often as they occur', () => {
    const before = [of(null, 'cannot read the project'), of(null, '3 problems')];
    const after = [
      of(null, 'cannot read the project'),
      of(null, 'cannot read the project'),
      of(null, '5 problems'),
    ];
    const delta = matchFindings(before, after, []);
    expect(delta.unchanged.map((pair) => pair.after.message)).toEqual(['cannot read the project']);
    expect(delta.new.map(({ message }) => message)).toEqual(['5 problems', 'cannot read the project']);
    expect(delta.fixed.map(({ message }) => message)).toEqual(['3 problems']);
  });

  it('of a file follow its renaming, and never another file', () => {
    const renamed: FilePair[] = [{ before: { path: 'a', text: 'x' }, after: { path: 'b', text: 'x' } }];
    expect(matchFindings([of('a', 'unused')], [of('b', 'unused')], renamed).unchanged).toHaveLength(1);
    const replaced: FilePair[] = [
      { before: { path: 'a', text: 'x' }, after: null },
      { before: null, after: { path: 'b', text: 'x' } },
    ];
    expect(matchFindings([of('a', 'unused')], [of('b', 'unused')], replaced).unchanged).toEqual([]);
    expect(matchFindings([of('a', '300 lines')], [of('b', '320 lines')], renamed).unchanged).toHaveLength(1);
  });

  it('of a file whose text is not known are matched, and those with a line are not', () => {
    const pairs: FilePair[] = [{ before: { path: 'a', text: null }, after: { path: 'a', text: null } }];
    expect(matchFindings([of('a', 'too large')], [of('a', 'too large')], pairs).unchanged).toHaveLength(1);
    const lined = [finding({ path: 'a', startLine: 1 })];
    expect(matchFindings(lined, lined, pairs).unchanged).toEqual([]);
  });
});

describe('line ends', () => {
  it('of ECMAScript end a line for tools that count them', () => {
    const before = 'x\ncode\n';
    const after = 'x // \u2028 y\ncode\n';
    const count = (tool: string, startLine: number) =>
      oneDelta(before, after, { tool, startLine: 2 }, { tool, startLine }).unchanged;
    expect(count('tsc', 3)).toEqual(['2>3']);
    expect(count('ruff', 2)).toEqual(['2>2']);
  });
});
