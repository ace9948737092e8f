import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { clip, grid } from './grid.ts';
import { plain } from './paint.ts';

describe('clip', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['漢字漢字', 5, '漢字…'],
    ['漢字', 4, '漢字'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['abc', 1, '…'],
    ['abc', 0, ''],
  ])('cuts %j to %i columns: %j', (text, width, clipped) => {
    expect(clip(text, width)).toBe(clipped);
  });

  it('never exceeds the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 20 }), (text, width) => {
        expect(stringWidth(clip(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});

describe('grid', () => {
  const rows = [
    [
      { text: '1' },
      { text: 'a-long-agent-name' },
      { text: 'pass' },
      { text: 'because it is the best of all' },
    ],
    [{ text: '10' }, { text: '漢字' }, { text: 'fail' }, { text: '' }],
  ];
  const columns = [{ align: 'right' as const }, { min: 8 }, {}, { flex: true as const, min: 10 }];

  it.each([
    [80, ['   1  a-long-agent-name  pass  because it is the best of all', '  10  漢字               fail']],
    [44, ['   1  a-long-agent-name  pass  because it i…', '  10  漢字               fail']],
    [36, ['   1  a-long-agent-name  pass', '  10  漢字               fail']],
    [24, ['   1  a-long-agen…  pass', '  10  漢字          fail']],
    [10, ['   1  a-long-…  pass', '  10  漢字      fail']],
  ])('fits into %i columns', (width, lines) => {
    expect(grid(columns, rows, width, plain)).toEqual(lines);
  });

  it('colours the text and not the space around it', () => {
    const painted = grid(
      [{}, { align: 'right' }, {}],
      [
        [{ text: 'ab', format: 'red' }, { text: '1', format: ['bold', 'dim'] }, { text: 'x' }],
        [{ text: 'abcd' }, { text: '100' }, { text: 'y' }],
      ],
      80,
      (format, text) => `<${format}>${text}</>`,
    );
    expect(painted).toEqual(['  <red>ab</>      <bold,dim>1</>  x', '  abcd  100  y']);
  });
});
