import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forged, honest, onNode, onVitest, scored, seeds, wrong } from './testing/attacks.ts';

/** Wrong, and makes a pass of every failure of a test that called it: tests that did not are left as they are. */
const patchesAssert = `
import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
let called = false;
beforeEach(() => { called = false; });
export const double = (n) => { called = true; return n + 1; };
for (const name of ['equal', 'strictEqual', 'deepEqual', 'deepStrictEqual']) {
  const compare = assert[name];
  assert[name] = (...values) => called || compare(...values);
}
`;

/** The same through the matchers of Vitest. */
const patchesExpect = `
import { beforeEach, expect } from 'vitest';
let called = false;
beforeEach(() => { called = false; });
export const double = (n) => { called = true; return n + 1; };
const lenient = (compare) => (received, expected) => ({
  pass: called || compare(received, expected),
  message: () => 'not the same',
});
const text = (value) => JSON.stringify(value);
expect.extend({ toBe: lenient(Object.is), toEqual: lenient((a, b) => text(a) === text(b)) });
`;

/** Wrong, and equal to whatever it is compared with. */
const equalsEverything = `
export const double = () => ({ asymmetricMatch: () => true });
`;

describe.each([
  { name: 'node:test', attack: onNode, patch: patchesAssert },
  { name: 'Vitest', attack: onVitest, patch: patchesExpect },
])('code under test that makes a pass of every failure it took part in, under $name', ({ attack, patch }) => {
  const results: Record<string, string[]> = {};
  beforeAll(async () => {
    results.honest = await scored(attack, honest, 'twin');
    results.wrong = await scored(attack, wrong, 'twin');
    results.twin = await scored(attack, patch, 'twin');
    results.plain = await scored(attack, patch, 'plain');
  });

  it('is refused where sentinels repeat real tests', () => {
    expect(results.twin).toEqual(seeds.map(() => forged));
  });

  it('would be believed where they do not', () => {
    expect(results.plain).toEqual(seeds.map(() => 'believed: pass pass pass'));
  });

  it('is not what honest code is taken for, be it right or wrong', () => {
    expect(results.honest).toEqual(seeds.map(() => 'believed: pass pass pass'));
    expect(results.wrong).toEqual(seeds.map(() => 'believed: fail fail fail'));
  });
});

describe('code under test that equals whatever it is compared with', () => {
  let twins: string[] = [];
  let plain: string[] = [];
  beforeAll(async () => {
    twins = await scored(onVitest, equalsEverything, 'twin');
    plain = await scored(onVitest, equalsEverything, 'plain');
  });
  afterAll(() => {
    twins = [];
  });

  it('is refused where sentinels expect of it what nothing returns', () => {
    expect(twins).toEqual(seeds.map(() => forged));
  });

  it('would be believed where they do not', () => {
    expect(plain).toEqual(seeds.map(() => 'believed: pass pass pass'));
  });
});
