import { defineConfig } from 'vitest/config';
import { toolTests } from './test/support/tool-tests.ts';

export default defineConfig({
  test: {
    include: ['{harness,candidates,scorers,reports,test}/**/*.test.ts'],
    // Longer than the rest together: `npm run proof:exploits`.
    exclude: ['test/exploits/**', ...toolTests, '**/node_modules/**'],
    // Real containers: creating one costs 0.15 s on a quiet machine, and test machines are not quiet.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
