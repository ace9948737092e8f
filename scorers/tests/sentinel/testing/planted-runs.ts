import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Framework } from '../../../../harness/domain/test-settings.ts';
import type { RunnerReport } from '../../runners/report.ts';
import type { TestFile } from '../../runners/runner.ts';
import { holdSentinels } from '../hold.ts';
import { plantSentinels } from '../plant.ts';
import { layOut, outcomesIn, seeded } from './real-runs.ts';

const variants = [
  { style: 'twin', known: false, seed: 1 },
  { style: 'twin', known: false, seed: 2 },
  { style: 'plain', known: false, seed: 3 },
  { style: 'twin', known: true, seed: 4 },
  { style: 'plain', known: true, seed: 5 },
] as const;

/**
 * Declares tests that run each file as it is and in every variant, each set in a folder of its own, and compare what
 * comes out.
 */
export function itComesOutAsBefore(
  framework: Framework,
  code: readonly TestFile[],
  files: readonly TestFile[],
  run: (folder: string, paths: string[]) => Promise<RunnerReport>,
) {
  const below = (folder: string, some: readonly TestFile[]) =>
    some.map(({ path, text }) => ({ path: `${folder}/${path}`, text }));
  const planted = variants.map(({ style, known, seed }) =>
    below(`${style}-${seed}`, files).map((file) =>
      plantSentinels(file, { framework, style, known, random: seeded(seed) }),
    ),
  );
  const original = below('original', files);
  const sets = [original, ...planted.map((set) => set.map(({ file }) => file))];
  let folder = '';
  let report: RunnerReport;
  const part = (name: string): RunnerReport => ({
    ...report,
    files: report.files.filter(({ path }) => path.startsWith(`${name}/`)),
    tests: report.tests.filter(({ file }) => file.startsWith(`${name}/`)),
  });
  const outcomes = (some: RunnerReport) => outcomesIn(some).map((line) => line.replace(/^[^/]+\//, ''));

  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'assay-planted-')));
    const names = ['original', ...variants.map(({ style, seed }) => `${style}-${seed}`)];
    await layOut(folder, [...sets.flat(), ...names.flatMap((name) => below(name, code))]);
    report = await run(
      folder,
      sets.flat().map(({ path }) => path),
    );
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('hold tests of their own', () => {
    expect(part('original').tests.length).toBeGreaterThan(files.length);
  });

  it.each(variants.map((variant, at) => ({ ...variant, at })))(
    'come out as before but for sentinels: $style, known: $known, seed $seed',
    ({ style, known, seed, at }) => {
      const set = planted[at] ?? [];
      const result = holdSentinels(
        set.map(({ sentinels }) => sentinels),
        part(`${style}-${seed}`),
      );
      expect(result).toMatchObject({ ok: true });
      if (!result.ok) return;
      const before = outcomes(part('original'));
      const after = outcomes(result.report);
      // The methods of a test case run in the order of their names, and those are others.
      const isOrdered = !known || !['unittest', 'pytest'].includes(framework);
      expect(isOrdered ? after : after.sort()).toEqual(isOrdered ? before : before.sort());
      expect(result.held).toBeGreaterThanOrEqual(files.length * 2);
      const renamed = set.flatMap(({ sentinels }) => sentinels.renamed);
      expect(renamed.length > files.length / 2).toBe(known);
    },
  );
}
