import { Calibration } from '../../harness/domain/calibration.ts';
import type { Candidate } from '../../harness/domain/candidate.ts';
import { candidateDigest } from '../../harness/domain/candidate.ts';
import { canonicalJson } from '../../harness/domain/digest.ts';
import { calibrationReader } from '../read-calibration.ts';
import type { CalibrateContext } from '../scorer.ts';
import { plural } from '../text.ts';
import { type Learnt, learn, References } from './expectations.ts';
import { measureTests } from './measure.ts';
import type { Measurement } from './measurement.ts';
import type { TestsOptions } from './options.ts';

/**
 * Runs the tests on base and reference solution, as often as the options say, one run after another. What comes out is
 * kept as a blob: every later verdict is held against the same measurements.
 */
export async function calibrateTests(options: TestsOptions, context: CalibrateContext): Promise<Calibration> {
  const references: References = {
    version: 1,
    base: await runsOf(context.base, options, context),
    oracle: context.oracle === null ? null : await runsOf(context.oracle, options, context),
  };
  const digest = await context.store.putBlob(canonicalJson(references));
  const learnt = learn(context.task.spec.tests, references);
  return Calibration.parse({
    digest,
    words: inWords(learnt, options.repeat),
    quarantined: learnt.quarantined,
    checks: learnt.tests,
    settled: [...references.base.runs, ...(references.oracle?.runs ?? [])].every(
      ({ end }) => end === 'exited',
    ),
  });
}

async function runsOf(
  candidate: Candidate,
  options: TestsOptions,
  { base: _, oracle: __, needed: ___, ...tools }: CalibrateContext,
): Promise<References['base']> {
  const runs: Measurement[] = [];
  for (let run = 0; run < options.repeat; run += 1)
    runs.push(await measureTests(options, { ...tools, candidate, calibration: null, needed: new Map() }));
  return { candidate: candidateDigest(candidate), runs };
}

function inWords({ expectations, quarantined, tests }: Learnt, repeat: number): string {
  const times = repeat > 1 ? `, each run ${repeat} times` : '';
  const flaky = quarantined.length > 0 ? `; ${plural(quarantined.length, 'test')} quarantined` : '';
  if (expectations === null)
    return `${plural(tests, 'test')} on the base, no solution to compare with${times}${flaky}`;
  const { failToPass, passToPass, broken, source } = expectations;
  const unsolved = broken.size > 0 ? `, ${broken.size} that the solution does not pass` : '';
  return `${source === 'named' ? 'named by the task: ' : ''}${failToPass.length} to be made to pass, ${passToPass.length} to be kept passing${unsolved}${times}${flaky}`;
}

/** What a candidate is held against; nothing where the scorer was not calibrated. Throws `infrastructure`. */
export const readReferences = calibrationReader(References);
