import { AssayError, messageOf } from '../../harness/domain/errors.ts';
import type { TestRunner } from '../../harness/domain/test-settings.ts';
import type { ScoreContext } from '../scorer.ts';
import { boundedLine } from '../text.ts';
import { measureBlackBox } from './measure-cases.ts';
import { measureFramework } from './measure-framework.ts';
import { measureScript } from './measure-script.ts';
import type { Measurement } from './measurement.ts';
import type { TestsOptions } from './options.ts';
import { overlap } from './paths.ts';
import { withCandidateImage } from './state-layer.ts';

type Measure = (context: ScoreContext, timeoutSec: number) => Promise<Measurement>;

const measures: Readonly<Record<TestRunner, Measure>> = {
  script: measureScript,
  cases: measureBlackBox,
  vitest: measureFramework,
  jest: measureFramework,
  'node-test': measureFramework,
  pytest: measureFramework,
  unittest: measureFramework,
};

/**
 * One run of the tests on one candidate, in fresh containers. What is the task's or the candidate's doing comes back as
 * a measurement; throws `infrastructure`, and the signal's reason.
 */
export async function measureTests(options: TestsOptions, context: ScoreContext): Promise<Measurement> {
  const { task, image, limits } = context;
  const timeoutSec = Math.min(
    task.spec.verifier.timeoutSec,
    limits.timeoutSec,
    options.timeout_sec ?? Infinity,
  );
  // A separate verifier has its own image, whose author knows where its tests lie.
  const taken = task.spec.verifier.separate === null ? overlap(image.workdir) : null;
  if (taken !== null)
    return notRun(`the workspace ${image.workdir} overlaps ${taken}, which the tests need`, timeoutSec);
  try {
    return await withCandidateImage(context, (own) =>
      measures[task.spec.tests.runner]({ ...context, image: own }, timeoutSec),
    );
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof AssayError && error.kind === 'input') return notRun(messageOf(error), timeoutSec);
    throw error;
  }
}

/** For tests that could not be started at all. */
function notRun(reason: string, timeoutSec: number): Measurement {
  return {
    end: 'exited',
    exitCode: null,
    setupFailure: boundedLine(reason, 400),
    reward: null,
    reports: null,
    forged: null,
    sentinels: 0,
    putBack: { total: 0, paths: [] },
    timeoutSec,
    lastLine: '',
    evidence: [],
  };
}
