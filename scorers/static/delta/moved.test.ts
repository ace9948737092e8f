import { describe, expect, it } from 'vitest';
import { matchFindings } from './match.ts';
import { linesOf, pairsOf, todoDelta, todosOf } from './testing.ts';

describe('code that moved', () => {
  const block = ['function compute(first, second) {', '  return TODO(a) + first + second;', '}'];
  const filler = (name: string) =>
    Array.from({ length: 30 }, (_, index) => `const ${name}${index} = ${index};`);
  const text = (...parts: string[][]) => parts.flat().join('\n');

  it('is found again in its file and in another one', () => {
    const before = { 'a.ts': text(filler('x'), block, filler('y')), 'b.ts': text(filler('z')) };
    const up = { ...before, 'a.ts': text(block, filler('x'), filler('y')) };
    expect(todoDelta(before, up)).toEqual({ new: [], fixed: [], unchanged: ['32>2'] });
    const away = { 'a.ts': text(filler('x'), filler('y')), 'b.ts': text(filler('z'), block) };
    expect(todoDelta(before, away)).toEqual({ new: [], fixed: [], unchanged: ['32>32'] });
  });

  it('is new where the original stays', () => {
    const before = { 'a.ts': text(block), 'b.ts': text(filler('z')) };
    const after = { 'a.ts': text(block), 'b.ts': text(filler('z'), block) };
    expect(todoDelta(before, after)).toEqual({ new: [32], fixed: [], unchanged: ['2>2'] });
  });

  it('is new where the original is still there, without its finding', () => {
    const before = { 'a.ts': text(block, filler('x')) };
    const after = { 'a.ts': text(block, filler('x'), block) };
    const [old] = todosOf(before);
    const now = todosOf(after).slice(1);
    const delta = matchFindings(old === undefined ? [] : [old], now, pairsOf(before, after));
    expect(linesOf(delta)).toEqual({ new: [35], fixed: [2], unchanged: [] });
  });

  it('is no line alone that was deleted here and written far away, or in another file', () => {
    const line = ['  evaluateTheWholeOf(request, TODO(a));'];
    const before = { 'a.ts': text(['{'], line, filler('x'), ['}']), 'b.ts': text(filler('z')) };
    const far = { ...before, 'a.ts': text(['{'], filler('x'), line, ['}']) };
    expect(todoDelta(before, far)).toEqual({ new: [32], fixed: [2], unchanged: [] });
    const near = {
      ...before,
      'a.ts': text(['{'], filler('x').slice(0, 3), line, filler('x').slice(3), ['}']),
    };
    expect(todoDelta(before, near)).toEqual({ new: [], fixed: [], unchanged: ['2>5'] });
    const away = { 'a.ts': text(['{'], filler('x'), ['}']), 'b.ts': text(filler('z'), line) };
    expect(todoDelta(before, away)).toEqual({ new: [31], fixed: [2], unchanged: [] });
  });

  it('is no code of a few letters', () => {
    const before = { 'a.ts': text(['{', 'TODO(a)', '}'], filler('x')) };
    const after = { 'a.ts': text(filler('x'), ['{', 'TODO(a)', '}']) };
    expect(todoDelta(before, after)).toEqual({ new: [32], fixed: [2], unchanged: [] });
  });

  it('is an import, wherever it is sorted to', () => {
    const before = { 'a.py': text(['import TODO(a)'], filler('x')) };
    const after = { 'a.py': text(filler('x'), ['import TODO(a)']) };
    expect(todoDelta(before, after)).toEqual({ new: [], fixed: [], unchanged: ['1>31'] });
  });
});
