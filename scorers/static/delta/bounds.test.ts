import { describe, expect, it } from 'vitest';
import { matchFindings } from './match.ts';
import { type Files, pairsOf, todosOf } from './testing.ts';

function countsOf(before: Files, after: Files) {
  const delta = matchFindings(todosOf(before), todosOf(after), pairsOf(before, after));
  return { new: delta.new.length, fixed: delta.fixed.length, unchanged: delta.unchanged.length };
}

const lines = Array.from({ length: 50_000 }, (_, index) =>
  index % 5 === 0 ? `  call${index}(TODO(a), argument);` : `  const value${index} = ${index};`,
);
const text = (of: readonly string[]) => ({ 'a.ts': of.join('\n') });
const all = { new: 0, fixed: 0, unchanged: 10_000 };

// Quadratic work would run into the time limit of a test by orders of magnitude.
describe('10,000 findings in 50,000 lines', () => {
  it('are followed through insertions, edits of every flagged line, and a new format', () => {
    expect(countsOf(text(lines), text(['first();', ...lines]))).toEqual(all);
    expect(
      countsOf(text(lines), text(lines.map((line) => line.replace('argument', 'argument, more')))),
    ).toEqual(all);
    expect(countsOf(text(lines), text(lines.map((line) => line.replaceAll(', ', ',\n    '))))).toEqual(all);
  });

  it('are followed into another file', () => {
    expect(countsOf({ 'a.ts': lines.join('\n') }, { 'b.ts': lines.join('\n') })).toEqual(all);
  });

  it('come to an end where all lines are equal, or other ones, or in reverse', () => {
    const equal = lines.map(() => 'call(something, TODO(a), something);');
    expect(countsOf(text(equal), text(equal.slice(20_000)))).toEqual({
      new: 0,
      fixed: 20_000,
      unchanged: 30_000,
    });
    const others = countsOf(text(lines), text(lines.map((_, index) => `other${index}(TODO(b));`)));
    expect(others.new - others.fixed).toBe(40_000);
    const reversed = countsOf(text(lines), text(lines.toReversed()));
    expect(reversed.unchanged + reversed.new).toBe(10_000);
  });
});

describe('a line of a megabyte with 20,000 findings', () => {
  const call = (index: number) => `call${index}(TODO(a),${index},'some more text of an argument');`;
  const calls = Array.from({ length: 20_000 }, (_, index) => call(index));
  const kept = { new: 0, fixed: 0, unchanged: 20_000 };

  it('is followed through an edit, and when it is split into lines and joined again', () => {
    const line = { 'a.js': calls.join('') };
    const split = { 'a.js': calls.join('\n') };
    expect(countsOf(line, { 'a.js': `${calls.join('')}more();` })).toEqual(kept);
    expect(countsOf(line, split)).toEqual(kept);
    expect(countsOf(split, line)).toEqual(kept);
  });

  it('comes to an end where it holds nothing but one character', () => {
    for (const [before, after] of [
      [';', ' '],
      ['"', "'"],
      ['1', '/'],
    ] as const) {
      const line = (character: string) => ({ 'a.js': `${character.repeat(1024 ** 2)} TODO(a)` });
      const { new: added, unchanged } = countsOf(line(before), line(after));
      expect(added + unchanged).toBe(1);
    }
  });

  it('has messages of any length', () => {
    const before = todosOf({ 'a.js': 'TODO(a)' }).map((each) => ({
      ...each,
      message: '1'.repeat(1024 ** 2),
    }));
    const after = before.map((each) => ({ ...each, message: `${each.message}2` }));
    const pairs = pairsOf({ 'a.js': 'TODO(a)' }, { 'a.js': 'TODO(a);' });
    expect(matchFindings(before, after, pairs).unchanged).toHaveLength(1);
  });
});
