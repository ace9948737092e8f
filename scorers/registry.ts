import type { ScorerKind } from './scorer.ts';
import { specKind } from './spec/index.ts';
import { staticKind } from './static/index.ts';
import { testsKind } from './tests/index.ts';

/** Every kind of scorer that a suite may name. */
export const scorerKinds: readonly ScorerKind[] = [testsKind, staticKind, specKind];
