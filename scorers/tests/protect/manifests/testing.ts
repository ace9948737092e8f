import type { ManifestContext } from './manifest.ts';

/** For tests: a few names are taken, and the scope of one. */
export const context: ManifestContext = {
  isTaken: (name) =>
    ['vitest', 'chai', '@vitest', '@vitest/expect', '@tsconfig', '@tsconfig/node20'].includes(name),
};
