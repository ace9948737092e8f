import type { Verdict } from '../../harness/domain/verdict.ts';
import type { ScoreContext } from '../scorer.ts';
import { measureTests } from './measure.ts';
import type { TestsOptions } from './options.ts';
import { learntFor, scoreRuns } from './score.ts';

/**
 * Runs the tests of a leading candidate again, `repeat` times in all. Only base and reference solution can bring a test
 * into quarantine: a candidate that passes one time and fails the next has not solved the task, or hopes to get a test
 * out of its way. The worst run counts.
 */
export async function confirmTests(
  options: TestsOptions,
  context: ScoreContext,
  verdict: Verdict,
): Promise<Verdict> {
  const { against, measured } = await learntFor(context);
  const runs = [...(measured ?? [])];
  // The first look was one run; those that calibration made of the same code count as well.
  for (let run = Math.max(1, runs.length); run < options.repeat; run += 1)
    runs.push(await measureTests(options, context));
  const again = await scoreRuns(runs, against, context);
  const kept = again.outcome === 'pass' ? verdict : again;
  const words =
    again.outcome === 'pass'
      ? `${verdict.reason}; the same in ${options.repeat} of ${options.repeat} runs`
      : `not the same in every run: ${again.reason}`;
  return { ...kept, reason: words.slice(0, 400), confirmed: true };
}
