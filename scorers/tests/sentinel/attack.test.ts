import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunnerReport } from '../runners/report.ts';
import type { TestFile } from '../runners/runner.ts';
import { holdSentinels } from './hold.ts';
import { plantSentinels } from './plant.ts';
import type { PlantOptions } from './sentinel.ts';
import { layOut, runWithNode, runWithVitest, seeded } from './testing/real-runs.ts';

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

const honest = 'export const double = (n) => n * 2;\n';
const wrong = 'export const double = (n) => n + 1;\n';

const nodeTests = `import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { double } from './code.mjs';

test('doubles a small number', () => {
  assert.equal(double(4), 8);
});

describe('with more numbers', () => {
  test('doubles what is below zero', () => {
    assert.equal(double(-3), -6);
  });
  test('doubles a list of numbers', () => {
    assert.deepEqual([5, 6].map(double), [10, 12]);
  });
});
`;

const vitestTests = nodeTests
  .replace("import assert from 'node:assert/strict';\n", '')
  .replace("{ describe, test } from 'node:test'", "{ describe, expect, test } from 'vitest'")
  .replace(/assert\.\w+\((.*), (-?\d+|\[\d.*\])\);/g, 'expect($1).toEqual($2);');

const seeds = [1, 2, 3, 4, 5];

interface Attack {
  framework: PlantOptions['framework'];
  tests: TestFile;
  run: typeof runWithNode;
}

const onNode: Attack = {
  framework: 'node-test',
  tests: { path: 'a.test.mjs', text: nodeTests },
  run: runWithNode,
};
const onVitest: Attack = {
  framework: 'vitest',
  tests: { path: 'a.test.mjs', text: vitestTests },
  run: runWithVitest,
};

/** One folder for each seed, as many runs of the same candidate, and what is held of each. */
async function scored({ framework, tests, run }: Attack, code: string, style: PlantOptions['style']) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'assay-attack-')));
  try {
    const planted = seeds.map((seed) =>
      plantSentinels(
        { path: `s${seed}/${tests.path}`, text: tests.text },
        { framework, style, random: seeded(seed) },
      ),
    );
    const files = planted.map(({ file }) => file);
    await layOut(folder, [...files, ...seeds.map((seed) => ({ path: `s${seed}/code.mjs`, text: code }))]);
    const report = await run(
      folder,
      files.map(({ path }) => path),
    );
    return planted.map(({ sentinels }) => holdSentinels([sentinels], report)).map(summary);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summary(held: ReturnType<typeof holdSentinels>, at: number): string {
  if (!held.ok) return held.reason.replace(/ \(.*/, '').replace(/^\d+ tests .*as passed$/, forged);
  const own = held.report.tests.filter(({ file }) => file.startsWith(`s${seeds[at]}/`));
  return `believed: ${own.map(({ outcome }: RunnerReport['tests'][number]) => outcome).join(' ')}`;
}

const forged = 'a test that must fail was reported as passed';

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
