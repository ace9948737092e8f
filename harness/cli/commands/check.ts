import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { printableJson } from '../../../reports/escape.ts';
import { digestOf } from '../../domain/digest.ts';
import { checkSuite, isSound, type TaskCheck } from '../../run/check.ts';
import { runInputs } from '../../run/inputs.ts';
import { unrecorded } from '../../run/unrecorded.ts';
import { watchInterrupts } from '../interrupt.ts';
import { type LoadedPlan, loadPlan } from '../load-plan.ts';
import { type Machinery, openMachinery } from '../machinery.ts';
import { version } from '../version.ts';
import { checkProgress } from '../view/check-progress.ts';
import { checkText } from '../view/check-text.ts';
import { paintFor } from '../view/paint.ts';

export interface CheckCommandOptions {
  task?: string[];
  mutants: number;
  seed: number;
  concurrency?: number;
  out: string;
  cache: boolean;
  json?: boolean;
}

/** `assay check`: returns 0 when every control came out as it must, else 1. */
export async function checkCommand(path: string, options: CheckCommandOptions): Promise<number> {
  const loaded = await loadPlan(path, { agents: [], tasks: options.task ?? [], attempts: null });
  const interrupt = watchInterrupts();
  const machinery = await openMachinery(resolve(options.out), loaded.suite.sandbox.runtime ?? null);
  try {
    const checks = await run(loaded, options, machinery, interrupt.signal);
    process.stdout.write(options.json ? `${printableJson(asJson(loaded, options, checks))}\n` : text(checks));
    return checks.every(isSound) ? 0 : 1;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    process.stderr.write('\nInterrupted. What was scored is kept: the same command goes on where it was.\n');
    return 130;
  } finally {
    await machinery.close();
    interrupt.stop();
  }
}

async function run(
  { suite, plan, attempts, notices }: LoadedPlan,
  options: CheckCommandOptions,
  { sandbox, store, index, toolbox, tell }: Machinery,
  signal: AbortSignal,
): Promise<TaskCheck[]> {
  const progress = checkProgress(process.stderr, plan.tasks.length);
  for (const { task, text: words } of notices) progress.note(task, words);
  tell.line = (words) => progress.note(null, words);
  const inputs = runInputs(suite, plan, attempts);
  const memory = unrecorded(
    {
      type: 'run.started',
      run: `check-${suite.name}`,
      harness: version,
      inputs,
      inputsDigest: digestOf(inputs),
      options: { agents: [], tasks: options.task ?? [], attempts: null, cache: options.cache },
      suitePath: '',
      engine: await sandbox.facts(),
      trials: 0,
    },
    progress.event,
  );
  try {
    return await checkSuite(
      plan,
      {
        run: `check-${suite.name}`,
        sandbox,
        store,
        toolbox,
        cache: index,
        useCache: options.cache,
        ...memory,
        activity: () => undefined,
        concurrency: options.concurrency ?? suite.concurrency ?? Math.max(2, availableParallelism()),
        signal,
      },
      { mutants: options.mutants, seed: options.seed },
      progress,
    );
  } finally {
    progress.stop();
  }
}

function text(checks: readonly TaskCheck[]): string {
  return checkText(checks, { columns: process.stdout.columns ?? 100, paint: paintFor(process.stdout) });
}

function asJson({ suite }: LoadedPlan, { mutants, seed }: CheckCommandOptions, checks: readonly TaskCheck[]) {
  return {
    suite: suite.name,
    sound: checks.every(isSound),
    options: { mutants, seed },
    tasks: checks.map((check) => ({
      ...check,
      sound: isSound(check),
      killed: check.mutants.filter(({ outcome }) => outcome === 'killed').length,
      total: check.mutants.filter(({ outcome }) => outcome !== 'equivalent').length,
    })),
  };
}
