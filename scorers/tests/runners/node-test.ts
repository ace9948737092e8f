import { nodeRunner } from './node-runner.ts';

export const nodeTestRunner = nodeRunner('node-test', [
  '**/*.{test,spec}.{js,mjs,cjs,ts,mts,cts}',
  '**/*-test.{js,mjs,cjs,ts,mts,cts}',
  '**/test/**/*.{js,mjs,cjs,ts,mts,cts}',
]);
