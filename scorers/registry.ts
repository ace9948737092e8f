import type { ScorerKind } from './scorer.ts';
import { testsKind } from './tests/index.ts';

/** Every kind of scorer that a suite may name. */
export const scorerKinds: readonly ScorerKind[] = [testsKind];
