import type { Evidence } from '../../../harness/domain/candidate.ts';
import type { ScoreContext } from '../../scorer.ts';
import type { CandidateLayer } from '../../workspace.ts';
import type { CheckKind, GivenCheck } from '../schema.ts';

/** A check of a spec, with the id under which it stands in the verdict: the requirement's, or `<requirement>/2`. */
export interface AskedCheck<Kind extends CheckKind = CheckKind> {
  id: string;
  given: GivenCheck<Kind>;
}

/** What a check came to. `unknown`: no answer, with the reason; never a pass. */
export interface CheckAnswer {
  id: string;
  outcome: 'pass' | 'fail' | 'unknown';
  /** One line; hostile text. Empty for a pass that needs no words. */
  message: string;
  evidence: Evidence[];
}

/** What checks work with. */
export interface CheckTools {
  /** The candidate may be the base itself. */
  context: ScoreContext;
  /** The candidate's change as a layer, made anew for each container. */
  layer(): Promise<CandidateLayer>;
  /** Folder of the task on this machine; files that a spec names are relative to it. */
  taskDir: string;
  /** Of one container. */
  timeoutSec: number;
}

/**
 * Asks all checks of one kind about one candidate; one answer each, in any order. Whatever the candidate does ends in
 * an answer; throws `infrastructure` for engine and store, and the signal's reason.
 */
export type RunChecks<Kind extends CheckKind> = (
  checks: readonly AskedCheck<Kind>[],
  tools: CheckTools,
) => Promise<CheckAnswer[]>;
