import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunnerReport } from '../../runners/report.ts';
import type { TestFile } from '../../runners/runner.ts';
import { holdSentinels } from '../hold.ts';
import { plantSentinels } from '../plant.ts';
import type { PlantOptions } from '../sentinel.ts';
import { layOut, runWithNode, runWithVitest, seeded } from './real-runs.ts';

export const honest = 'export const double = (n) => n * 2;\n';
export const wrong = 'export const double = (n) => n + 1;\n';

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

export const seeds = [1, 2, 3, 4, 5];

export interface Attack {
  framework: PlantOptions['framework'];
  tests: TestFile;
  /** Where the code under test lies, for the tests in a folder. */
  code: (folder: string) => string;
  run: (folder: string, files: readonly string[]) => Promise<RunnerReport>;
}

export const onNode: Attack = {
  framework: 'node-test',
  tests: { path: 'a.test.mjs', text: nodeTests },
  code: (folder) => `${folder}/code.mjs`,
  run: runWithNode,
};
export const onVitest: Attack = {
  framework: 'vitest',
  tests: { path: 'a.test.mjs', text: vitestTests },
  code: (folder) => `${folder}/code.mjs`,
  run: runWithVitest,
};

/** One folder for each seed, as many runs of the same candidate, and what is held of each. */
export async function scored(
  { framework, tests, code: place, run }: Attack,
  code: string,
  style: PlantOptions['style'],
  known = false,
) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'assay-attack-')));
  try {
    const planted = seeds.map((seed) =>
      plantSentinels(
        { path: `s${seed}/${tests.path}`, text: tests.text },
        { framework, style, known, random: seeded(seed) },
      ),
    );
    const files = planted.map(({ file }) => file);
    await layOut(folder, [...files, ...seeds.map((seed) => ({ path: place(`s${seed}`), text: code }))]);
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

export const forged = 'a test that must fail was reported as passed';
