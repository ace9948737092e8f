import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otherNumber, otherString } from './tables.ts';

describe('another number', () => {
  it.each<[string, string | null]>([
    ['0', '1'],
    ['1', '0'],
    ['2', '3'],
    ['1_000', '1001'],
    ['0b11', '4'],
    ['0o17', '16'],
    ['0xFf', '256'],
    ['1n', '0n'],
    ['9007199254740991', '0'],
    ['9007199254740993n', '9007199254740994n'],
    ['1.0', '0.0'],
    ['0.5', '1.5'],
    ['.25', '1.25'],
    ['2.', '3.0'],
    ['1e3', '1001.0'],
    ['1e300', '0.0'],
    ['1e999', '0.0'],
    ['2j', null],
    ['0xg', null],
    ['', null],
    ['9'.repeat(41), null],
  ])('of %s is %s', (literal, other) => {
    expect(otherNumber(literal)).toBe(other);
  });

  it('is another', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        const other = otherNumber(String(value));
        expect(Number(other)).not.toBe(value);
      }),
    );
  });
});

describe('another string', () => {
  it.each<[string, string | null]>([
    ["''", "'x'"],
    ['"abc"', '""'],
    ['`a${b}`', '``'],
    ['"""a"""', '""""""'],
    ['""""""', '"""x"""'],
    ["rb'a'", "rb''"],
    ["F'''a'''", "F''''''"],
    ["'a", null],
    ["'", null],
    ['a', null],
    ['', null],
  ])('of %s is %s', (literal, other) => {
    expect(otherString(literal)).toBe(other);
  });
});
