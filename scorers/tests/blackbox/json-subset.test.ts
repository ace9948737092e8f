import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternProblem, subsetDifference } from './json-subset.ts';

const table: [expected: unknown, actual: unknown, difference: string | null][] = [
  [1, 1, null],
  [1, 1.5, '$: expected 1, found 1.5'],
  [1, '1', '$: expected 1, found "1"'],
  [0, -0, null],
  [null, null, null],
  [null, {}, '$: expected null, found an object with 0 keys'],
  [{}, null, '$: expected an object with 0 keys, found null'],
  [{}, [], '$: expected an object with 0 keys, found a list of 0'],
  [[], {}, '$: expected a list of 0, found an object with 0 keys'],
  [{}, { a: 1 }, null],
  [{ a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }, null],
  [{ a: { b: 1 } }, { a: { b: 2 } }, '$.a.b: expected 1, found 2'],
  [{ 'a b': 1 }, {}, '$["a b"]: is missing'],
  [{ a: null }, {}, '$.a: is missing'],
  [{ toString: 1 }, {}, '$.toString: is missing'],
  [[1, 2], [1, 2], null],
  [[1, 2], [2, 1], '$[0]: expected 1, found 2'],
  [[1], [1, 2], '$: expected a list of 1, found a list of 2'],
  [[{ a: 1 }], [{ a: 1, b: 2 }], null],
  [{ $contains: [{ a: 2 }] }, [{ a: 1 }, { a: 2, b: 3 }], null],
  [{ $contains: [1, 1] }, [1], null],
  [{ $contains: [] }, [], null],
  [{ $contains: [3] }, [1, 2], '$: holds nothing like 3'],
  [{ a: { $contains: [1] } }, { a: 1 }, '$.a: expected a list, found 1'],
  [{ $equals: { a: 1 } }, { a: 1 }, null],
  [{ $equals: { a: 1 } }, { a: 1, b: 2 }, '$.b: is not expected'],
  [{ $equals: { $contains: [1] } }, { $contains: [1] }, null],
  [{ $equals: { $contains: [1] } }, [1], '$: expected an object with 1 key, found a list of 1'],
  [{ $type: 'string' }, 'x', null],
  [{ $type: 'array' }, [], null],
  [{ $type: 'null' }, null, null],
  [{ $type: 'object' }, [], '$: expected any object, found a list of 0'],
  [{ id: { $type: 'number' } }, { id: '7' }, '$.id: expected any number, found "7"'],
];

/** JSON as a candidate would print it: parsed from text. */
const json = fc
  .jsonValue({ noUnicodeString: false })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const withoutOperators = json.filter((value) => !JSON.stringify(value).includes('"$'));

/** The same with keys left out here and there. */
function thin(value: unknown, drop: () => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => thin(each, drop));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(() => !drop())
      .map(([key, each]) => [key, thin(each, drop)]),
  );
}

describe('a subset of JSON', () => {
  it.each(table)('%j of %j: %s', (expected, actual, difference) => {
    expect(subsetDifference(expected, actual)).toBe(difference);
  });

  it('is in itself, and exactly', () => {
    fc.assert(
      fc.property(withoutOperators, (value) => {
        expect(subsetDifference(value, value)).toBeNull();
        expect(subsetDifference({ $equals: value }, value)).toBeNull();
      }),
    );
  });

  it('may leave keys out, at any depth, and nothing else', () => {
    fc.assert(
      fc.property(withoutOperators, fc.infiniteStream(fc.boolean()), (value, choices) => {
        const thinned = thin(value, () => choices.next().value === true);
        expect(subsetDifference(thinned, value)).toBeNull();
        const isSame = JSON.stringify(thinned) === JSON.stringify(value);
        expect(subsetDifference({ $equals: thinned }, value) === null).toBe(isSame);
        expect(subsetDifference(value, thinned) === null).toBe(isSame);
      }),
    );
  });

  it('of two values holds both ways only where they are equal', () => {
    fc.assert(
      fc.property(withoutOperators, withoutOperators, (left, right) => {
        const both = subsetDifference(left, right) === null && subsetDifference(right, left) === null;
        expect(both).toBe(subsetDifference({ $equals: left }, right) === null);
      }),
    );
  });

  it('answers in a bounded line for anything, deep and large as it may be', () => {
    fc.assert(
      fc.property(json, json, (expected, actual) => {
        const difference = subsetDifference(expected, actual);
        if (difference !== null) expect(difference.length).toBeLessThan(400);
      }),
    );
    const deep = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`) as unknown;
    expect(subsetDifference([[1]], deep)).toMatch(/^\$\[0\]: expected a list of 1|^\$\[0\]\[0\]: expected 1/);
    expect(subsetDifference({ a: 1 }, { a: deep })).toBe('$.a: expected 1, found a list of 1');
  });

  it('gives up on a list that takes too long', () => {
    const wanted = { $contains: Array.from({ length: 100 }, (_, index) => ({ $contains: [`no ${index}`] })) };
    const actual = Array.from({ length: 400 }, () => Array.from({ length: 400 }, () => 'x'));
    expect(subsetDifference(wanted, actual)).not.toBeNull();
  });
});

describe('what can be expected', () => {
  it.each<[unknown, string, PropertyKey[]]>([
    [{ a: [2 ** 53] }, 'is a number that JSON does not carry exactly', ['a', 0]],
    [Number.NaN, 'is a number that JSON does not carry exactly', []],
    [{ a: { $has: 1 } }, '$has is neither $contains, $equals nor $type', ['a']],
    [{ $type: 'text' }, '$type knows string, number', []],
    [{ $contains: 1 }, '$contains needs a list', []],
    [{ $contains: Array.from({ length: 101 }, () => 1) }, '$contains takes at most 100', []],
    [{ $equals: { a: 2 ** 60 } }, 'is a number', ['$equals', 'a']],
  ])('%j is refused', (expected, message, path) => {
    expect(patternProblem(expected)).toEqual({ message: expect.stringContaining(message), path });
  });

  it('is refused when nested too deeply', () => {
    const deep = JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`) as unknown;
    expect(patternProblem(deep)?.message).toContain('nested');
    expect(patternProblem({ $equals: deep })?.message).toContain('nested');
  });

  it('may hold any key within $equals', () => {
    expect(patternProblem({ $equals: { $has: 1, $contains: 2 } })).toBeNull();
    expect(patternProblem({ $contains: [{ a: 1 }], more: 1 })).toBeNull();
  });
});
