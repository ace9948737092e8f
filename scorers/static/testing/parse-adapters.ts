import { z } from 'zod';
import { type ToolAdapter, ToolFailure, type ToolInput, type ToolOutput, type ToolReport } from '../tool.ts';

/** An adapter of which only the reading is of interest. */
function reading(
  name: string,
  parse: (output: ToolOutput, input: ToolInput<unknown>) => ToolReport,
): ToolAdapter {
  return {
    name,
    revision: 1,
    options: z.unknown(),
    packages: () => [],
    reach: () => 'project',
    files: () => ['**'],
    configuration: ['*.cfg'],
    suiteFiles: () => ['suite.yaml', 'missing.yaml'],
    plan: () => ({ command: ['true'], env: {}, entries: [], report: null }),
    parse,
  };
}

const empty: ToolReport = { findings: [], files: 1, version: null, rules: new Map() };

/** A registry for tests of reading in another process, which finds it by this file's address. */
export const toolAdapters: readonly ToolAdapter[] = [
  // Says what it was given, and whether that is still the same process.
  reading('echo', (output, input) => ({
    ...empty,
    version: JSON.stringify({
      output: output.stdout.trim() + output.stderr + output.report,
      exitCode: output.exitCode,
      workdir: input.workdir,
      packages: [...input.packages],
      options: input.options,
      files: input.files,
      base: [...input.base],
      baseFiles: ['a.cfg', 'b.ts', 'c'].map(input.baseFile),
      suiteFiles: ['suite.yaml', 'missing.yaml'].map((path) => {
        const content = input.suiteFile(path);
        return content === null ? null : Buffer.from(content).toString();
      }),
    }),
    rules: new Map([['a', { name: 'A' }]]),
    measures: { process: process.pid },
  })),
  reading('failing', () => {
    throw new ToolFailure('the tool crashed');
  }),
  reading('broken', () => {
    throw new TypeError('a bug of ours');
  }),
  reading('deep', () => {
    const down = (depth: number): number => down(depth + 1) + 1;
    return { ...empty, files: down(0) };
  }),
  reading('endless', () => {
    for (let at = 0; ; at += 1) if (at < 0) return empty;
  }),
  reading('greedy', () => {
    const kept: string[][] = [];
    for (;;) kept.push(Array(100_000).fill(String(kept.length)));
  }),
];
