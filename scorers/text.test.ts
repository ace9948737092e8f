import { describe, expect, it } from 'vitest';
import { bounded, boundedLine, boundedName, plural } from './text.ts';

describe('bounded text', () => {
  it('cuts at the bound, marks the cut and never leaves half a character', () => {
    expect(bounded('short', 10)).toBe('short');
    expect(bounded('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
    const cut = bounded('😀'.repeat(20), 10);
    expect(cut).toHaveLength(10);
    expect(cut.isWellFormed()).toBe(true);
    expect(bounded('\ud800', 10)).toBe('\ufffd');
  });

  it('makes one printable line of anything', () => {
    expect(boundedLine(' a\r\n\u001b[31mb\u2028\u202ec\u0000 ', 100)).toBe('a [31mb c');
    expect(boundedLine('\n'.repeat(10_000), 10)).toBe('…');
  });

  it('keeps long names apart, the same way on every machine', () => {
    const names = ['a', 'b'].map((end) => boundedName(`${'n'.repeat(400)}${end}`, 300));
    expect(names[0]).toMatch(/^n{290}…~[0-9a-f]{8}$/);
    expect(names[0]).not.toBe(names[1]);
    expect(names.every((name) => name.length <= 300)).toBe(true);
  });

  it('counts in words', () => {
    expect([0, 1, 2].map((count) => plural(count, 'test'))).toEqual(['0 tests', '1 test', '2 tests']);
  });
});
