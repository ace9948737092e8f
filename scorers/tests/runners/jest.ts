import { nodeRunner } from './node-runner.ts';

export const jestRunner = nodeRunner('jest', [
  '**/__tests__/**/*.{js,mjs,cjs,ts,mts,cts,jsx,tsx}',
  '**/*.{test,spec}.{js,mjs,cjs,ts,mts,cts,jsx,tsx}',
]);
