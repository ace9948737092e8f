import { candidateDigest } from '../../harness/domain/candidate.ts';
import type { Outcome, Verdict } from '../../harness/domain/verdict.ts';
import type { ScoreContext } from '../scorer.ts';
import { readReferences } from './calibrate.ts';
import { type Against, learn } from './expectations.ts';
import { type Judgement, judge } from './judge.ts';
import { measureTests } from './measure.ts';
import type { Measurement } from './measurement.ts';
import type { TestsOptions } from './options.ts';
import { toVerdict } from './verdict.ts';

/**
 * Runs a task's hidden tests on a candidate in one fresh container and judges what they report against what base and
 * reference solution have shown. Whatever the candidate or its tests did ends in a verdict; throws `infrastructure` for
 * the engine and the store, and the signal's reason.
 */
export async function scoreTests(options: TestsOptions, context: ScoreContext): Promise<Verdict> {
  context.signal.throwIfAborted();
  const { against, measured } = await learntFor(context);
  return scoreRuns(measured ?? [await measureTests(options, context)], against, context);
}

/** What a candidate is held against, and the runs that calibration has already made of the same code. */
export async function learntFor(
  context: ScoreContext,
): Promise<{ against: Against; measured: readonly Measurement[] | null }> {
  const references = await readReferences(context);
  if (references === null) {
    const { failToPass, passToPass } = context.task.spec.tests;
    const nothing = { candidate: context.candidate.base, runs: [] };
    return { against: learn({ failToPass, passToPass }, { base: nothing, oracle: null }), measured: null };
  }
  const digest = candidateDigest(context.candidate);
  const same = [references.oracle, references.base].find((reference) => reference?.candidate === digest);
  return { against: learn(context.task.spec.tests, references), measured: same?.runs ?? null };
}

const worst: readonly Outcome[] = ['error', 'fail', 'pass'];

/** The verdict on the worst of several runs of the same code. */
export async function scoreRuns(
  runs: readonly Measurement[],
  against: Against,
  { store }: Pick<ScoreContext, 'store'>,
): Promise<Verdict> {
  const judged = runs.map((run): { run: Measurement; judgement: Judgement } => ({
    run,
    judgement: judge(run, against),
  }));
  const [first, ...rest] = judged;
  if (first === undefined) throw new RangeError('there is no run to judge');
  const rank = ({ judgement }: { judgement: Judgement }) => worst.indexOf(judgement.outcome);
  const { run, judgement } = rest.reduce((low, each) => (rank(each) < rank(low) ? each : low), first);
  return toVerdict(judgement, run.evidence, store);
}
