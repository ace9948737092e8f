import { nodeRunner } from './node-runner.ts';

export const vitestRunner = nodeRunner('vitest', ['**/*.{test,spec}.{js,mjs,cjs,ts,mts,cts,jsx,tsx}']);
