import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunnerReport } from '../runners/report.ts';
import { holdSentinels } from './hold.ts';
import { plantSentinels } from './plant.ts';
import { layOut, outcomesIn, runWithVitest, seeded } from './testing/real-runs.ts';
import { globalFiles, vitestCode as nodeCode, vitestFiles } from './testing/vitest-files.ts';

const nodeFiles = [...vitestFiles, ...globalFiles];
const seeds = [1, 2, 3];
const styles = ['twin', 'plain'] as const;
const planted = styles.flatMap((style) =>
  seeds.map((seed) =>
    nodeFiles.map((file) => plantSentinels(file, { framework: 'vitest', style, random: seeded(seed) })),
  ),
);

describe('test files for node:test, run by it', () => {
  let folder = '';
  let original: RunnerReport;
  const reports: RunnerReport[] = [];
  beforeAll(async () => {
    const paths = nodeFiles.map(({ path }) => path);
    for (const files of [nodeFiles, ...planted.map((some) => some.map(({ file }) => file))]) {
      folder = await mkdtemp(join(tmpdir(), 'assay-planted-'));
      await layOut(folder, [...nodeCode, ...files]);
      reports.push(await runWithVitest(folder, paths, ['--globals']));
    }
    original = reports.shift() as RunnerReport;
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('works', () => {
    console.log(original.tests.filter((t) => t.outcome !== 'pass'));
    for (const [i, report] of reports.entries()) {
      const sentinels = (planted[i] ?? []).map(({ sentinels }) => sentinels);
      const held = holdSentinels(sentinels, report);
      if (!held.ok) {
        console.log(held.reason, sentinels, report.tests);
      }
      expect(held.ok && outcomesIn(held.report)).toEqual(outcomesIn(original));
    }
  });
});
