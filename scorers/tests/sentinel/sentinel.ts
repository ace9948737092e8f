import type { Framework } from '../../../harness/domain/test-settings.ts';
import type { RunnerReport } from '../runners/report.ts';
import type { TestFile } from '../runners/runner.ts';

/** The tests of ours in one test file, by their full names as the framework reports them. */
export interface Sentinels {
  path: string;
  mustPass: string[][];
  mustFail: string[][];
  /** Tests of the file's own that run under another name: the reported one, and the one in the file. */
  renamed: { from: string[]; to: string[] }[];
}

/** A whole number from 0 to `below` − 1. From `node:crypto` in earnest, seeded in tests. */
export type RandomBelow = (below: number) => number;

export interface PlantOptions {
  framework: Framework;
  style: 'twin' | 'plain';
  random: RandomBelow;
  /**
   * True where whoever wrote the code under test may have seen the file: its tests get fresh names then, and some that
   * must fail get theirs.
   */
  known: boolean;
}

export type Plant = (file: TestFile, options: PlantOptions) => { file: TestFile; sentinels: Sentinels };

/** Takes the sentinels out of a report, or says why nothing in it may be believed. */
export type Hold = (
  planted: readonly Sentinels[],
  report: RunnerReport,
) => { ok: true; report: RunnerReport; held: number } | { ok: false; reason: string };
