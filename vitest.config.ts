import { defineConfig } from 'vitest/config';

/** Every tool of ours for real, in several languages: longer than the whole rest should take. `npm run proof:tools`. */
export const toolTests = [
  'harness/tools/**/*.docker.test.ts',
  'scorers/static/{tools,sarif}/**/*.docker.test.ts',
  'scorers/spec/**/*.docker.test.ts',
];

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
