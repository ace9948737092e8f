import { inputError } from '../../harness/domain/errors.ts';
import type { Framework, TestRunner } from '../../harness/domain/test-settings.ts';
import type { ScoreContext } from '../scorer.ts';
import { runFramework } from './framework-run.ts';
import { hiddenTests } from './hidden-tests.ts';
import type { Measurement } from './measurement.ts';
import { testOverlay } from './overlay.ts';
import { testsDir } from './paths.ts';
import { frameworkRunners } from './runners/registry.ts';

/** The task's hidden tests, run by a test framework that the harness itself starts. */
export async function measureFramework(context: ScoreContext, timeoutSec: number): Promise<Measurement> {
  const { task, candidate, store } = context;
  const settings = task.spec.tests;
  const framework = frameworkOf(settings.runner);
  const base = await store.listTree(candidate.base);
  const overlay = await testOverlay({
    taskDir: task.dir,
    overlay: settings.overlay,
    files: settings.files,
    defaultFiles: frameworkRunners[framework].defaultFiles,
    base,
    readBlob: (digest) => store.readBlob(digest),
  });
  // Without the tests as they were before sentinels came into them: beside these, the sentinels would be known.
  const hidden = await hiddenTests(task.dir, { without: settings.overlay });
  const { measurement } = await runFramework(context, {
    framework,
    overlay,
    base,
    hidden: hidden.entries,
    config: settings.config === null ? null : `${testsDir}/${settings.config}`,
    settings,
    timeoutSec,
  });
  return measurement;
}

function frameworkOf(runner: TestRunner): Framework {
  if (runner === 'script' || runner === 'cases') throw inputError(`${runner} is no test framework`);
  return runner;
}
