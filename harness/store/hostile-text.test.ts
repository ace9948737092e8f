import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainText, quoteText } from './hostile-text.ts';

it.each([
  ['plain', '"plain"'],
  ['a "b" \\ c', '"a \\"b\\" \\\\ c"'],
  ['\x1b[2J\n', '"\\u001b[2J\\u000a"'],
  ['\u202egpj.exe', '"\\u202egpj.exe"'],
  ['é 🙂', '"é 🙂"'],
  ['\ud800', '"\\ud800"'],
  ['\u{e0001}', '"\\u{e0001}"'],
])('quotes %j', (text, quoted) => {
  expect(quoteText(text)).toBe(quoted);
});

it('never lets a control character or a line end through, and stays short', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      expect(plainText(text, 50)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(quoteText(text, 50).length).toBeLessThan(500);
    }),
  );
});
