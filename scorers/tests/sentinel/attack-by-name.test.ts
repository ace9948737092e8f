import { describe, expect, it } from 'vitest';
import { type Attack, forged, honest, onNode, onVitest, scored, seeds, wrong } from './testing/attacks.ts';
import { canRun, runWithPytest } from './testing/python-runs.ts';

/** Names of all tests below, as anybody knows them who has seen the file. */
const seen = ['doubles a small number', 'doubles what is below zero', 'doubles a list of numbers'];

/** Wrong, and makes a pass of every failure of a test with one of these names. */
const flipsOnNode = (names: readonly string[], isNot = false) => `
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
const names = new Set(${JSON.stringify(names)});
let flipped = false;
beforeEach((t) => { flipped = names.has(t.name) !== ${isNot}; });
export const double = (n) => n + 1;
for (const name of ['equal', 'strictEqual', 'deepEqual', 'deepStrictEqual']) {
  const compare = assert[name];
  assert[name] = (...values) => flipped || compare(...values);
}
`;

/** The same through the matchers of Vitest. */
const flipsOnVitest = (names: readonly string[], isNot = false) => `
import { beforeEach, expect } from 'vitest';
const names = new Set(${JSON.stringify(names)});
let flipped = false;
beforeEach(({ task }) => { flipped = names.has(task.name) !== ${isNot}; });
export const double = (n) => n + 1;
const lenient = (compare) => (received, expected) => ({
  pass: flipped || compare(received, expected),
  message: () => 'not the same',
});
const text = (value) => JSON.stringify(value);
expect.extend({ toBe: lenient(Object.is), toEqual: lenient((a, b) => text(a) === text(b)) });
`;

describe.each([
  { name: 'node:test', attack: onNode, flips: flipsOnNode },
  { name: 'Vitest', attack: onVitest, flips: flipsOnVitest },
])('code under test that makes passes of failures by their names, under $name', ({ attack, flips }) => {
  it.each(['twin', 'plain'] as const)('is believed where it knows them, with %s sentinels', async (style) => {
    expect(await scored(attack, flips(seen), style)).toEqual(seeds.map(() => 'believed: pass pass pass'));
  });

  it.each(['twin', 'plain'] as const)(
    'is refused where others have them, with %s sentinels',
    async (style) => {
      expect(await scored(attack, flips(seen), style, true)).toEqual(seeds.map(() => forged));
    },
  );

  it('is refused where it goes by the names that it does not know', async () => {
    expect(await scored(attack, flips(seen, true), 'twin', true)).toEqual(seeds.map(() => forged));
  });

  it('is not what honest code is taken for, be it right or wrong', async () => {
    expect(await scored(attack, honest, 'twin', true)).toEqual(seeds.map(() => 'believed: pass pass pass'));
    expect(await scored(attack, wrong, 'twin', true)).toEqual(seeds.map(() => 'believed: fail fail fail'));
  });
});

const onPytest: Attack = {
  framework: 'pytest',
  tests: {
    path: 'test_a.py',
    text: `from code_under_test import double


def test_small_number():
    assert double(4) == 8


class TestNumbers:
    def test_below_zero(self):
        assert double(-3) == -6

    def test_list_of_numbers(self):
        assert [double(n) for n in (5, 6)] == [10, 12]
`,
  },
  code: () => 'code_under_test.py',
  run: runWithPytest,
};

/** Wrong, and equal to whatever it is compared with in a function of one of these names. */
const equalsInSome = `import sys

names = {"test_small_number", "test_below_zero", "test_list_of_numbers"}


class Equal:
    def __eq__(self, other):
        return True


def double(n):
    frames = [sys._getframe(1), sys._getframe(2)]
    return Equal() if any(frame.f_code.co_name in names for frame in frames) else n + 1
`;

describe.skipIf(!(await canRun('pytest')))('a function that looks at who calls it (needs pytest)', () => {
  it('is believed where it knows the names', async () => {
    expect(await scored(onPytest, equalsInSome, 'plain')).toEqual(
      seeds.map(() => 'believed: pass pass pass'),
    );
  });

  it('is refused where others have them', async () => {
    expect(await scored(onPytest, equalsInSome, 'twin', true)).toEqual(seeds.map(() => forged));
  });
});
