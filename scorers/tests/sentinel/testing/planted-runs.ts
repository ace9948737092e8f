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
  { style: 'twin', seed: 1 },
  { style: 'twin', seed: 2 },
  { style: 'plain', seed: 3 },
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
  const planted = variants.map(({ style, seed }) =>
    below(`${style}-${seed}`, files).map((file) =>
      plantSentinels(file, { framework, style, random: seeded(seed) }),
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
    'come out as before but for sentinels: $style, seed $seed',
    ({ style, seed, at }) => {
      const set = planted[at] ?? [];
      const result = holdSentinels(
        set.map(({ sentinels }) => sentinels),
        part(`${style}-${seed}`),
      );
      expect(result).toMatchObject({ ok: true });
      if (!result.ok) return;
      expect(outcomes(result.report)).toEqual(outcomes(part('original')));
      expect(result.held).toBeGreaterThanOrEqual(files.length * 2);
    },
  );
}
