import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { toolTests } from './support/tool-tests.ts';

/** Every pinned tool for real: installed, run in containers, on good and bad input. `npm run proof:tools`. */
export default defineConfig({
  root: resolve(import.meta.dirname, '..'),
  test: {
    include: toolTests,
    testTimeout: 120_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
