import type { ScoreContext } from '../scorer.ts';
import { candidateLayer } from '../workspace.ts';
import { measureCases } from './blackbox/measure.ts';
import type { Measurement } from './measurement.ts';
import { protectionFor } from './protect/protect.ts';
import { putBackOf } from './protect/protection.ts';

/** The candidate's program against the task's cases, judged from outside of its container. */
export async function measureBlackBox(context: ScoreContext, timeoutSec: number): Promise<Measurement> {
  const protection = await protectionFor(context);
  const measured = await measureCases(context, timeoutSec, () =>
    candidateLayer(context.store, context.candidate, context.image, protection),
  );
  return { ...measured, putBack: putBackOf(protection) };
}
