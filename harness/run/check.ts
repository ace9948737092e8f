import PQueue from 'p-queue';
import { proveGate } from '../decide/prove.ts';
import type { Calibration } from '../domain/calibration.ts';
import type { Candidate } from '../domain/candidate.ts';
import type { Control } from '../domain/control.ts';
import { AssayError, isEngineFailure } from '../domain/errors.ts';
import type { GateProof } from '../domain/selection.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Mutant } from '../mutate/mutant.ts';
import { runControls } from './controls.ts';
import { mutantsOf } from './mutant-candidates.ts';
import type { PreparedTask, RunPlan, RunPorts } from './ports.ts';
import { prepareTask } from './prepare.ts';
import { scoreCandidate } from './score.ts';

export interface CheckOptions {
  /** Mutants per task at most. */
  mutants: number;
  seed: number;
}

/** What became of one mutant of the reference solution. */
export interface MutantResult extends Pick<Mutant, 'id' | 'kind' | 'operator' | 'path' | 'line' | 'words'> {
  /** `killed`: some gate refused it, as it must. `equivalent`: it passed, and the task says why it may. */
  outcome: 'killed' | 'survived' | 'equivalent';
  /** Which gate refused it and why, or the task's reason. */
  reason: string;
  /** Against the reference solution; empty for killed ones. */
  diff: string;
}

export interface TaskCheck {
  task: string;
  gate: GateProof;
  controls: Control[];
  calibrations: { scorer: string; calibration: Calibration }[];
  /** Why there are no mutants; null when they were run. */
  mutantsSkipped: string | null;
  /** How many mutants there could have been. */
  possible: number;
  mutants: MutantResult[];
  /** Ids that the task names as equivalent and that no mutant has, or that were refused; empty for a sample. */
  unknownEquivalents: string[];
  wallSec: number;
}

/** Progress, for whoever watches. */
export interface CheckWatch {
  task(check: TaskCheck): void;
  mutant(task: string, done: number, total: number): void;
}

/** A task whose controls came out as they must: gate proven, and no mutant passed that is not known as equivalent. */
export function isSound(check: TaskCheck): boolean {
  return check.gate.proven && check.mutants.every(({ outcome }) => outcome !== 'survived');
}

/**
 * Proves every task's gate by controls: the base, the reference solution, and mutants of it. Nothing is recorded but
 * verdicts in the cache, so that a check that was stopped goes on where it was. Throws as `executeRun` does.
 */
export async function checkSuite(
  plan: RunPlan,
  ports: RunPorts,
  options: CheckOptions,
  watch: CheckWatch,
): Promise<TaskCheck[]> {
  const fatal = new AbortController();
  const signal = AbortSignal.any([ports.signal, fatal.signal]);
  const work = new PQueue({ concurrency: ports.concurrency });
  const preparing = new PQueue({ concurrency: 2 });
  const checks = await Promise.allSettled(
    plan.tasks.map(async (task) => {
      try {
        const check = await checkTask(task, plan, { ...ports, signal }, options, { work, preparing, watch });
        watch.task(check);
        return check;
      } catch (error) {
        fatal.abort(error);
        throw error;
      }
    }),
  );
  await Promise.all([work.onIdle(), preparing.onIdle()]);
  ports.signal.throwIfAborted();
  fatal.signal.throwIfAborted();
  return checks.flatMap((check) => (check.status === 'fulfilled' ? [check.value] : []));
}

interface Work {
  work: PQueue;
  preparing: PQueue;
  watch: CheckWatch;
}

async function checkTask(
  task: LoadedTask,
  plan: RunPlan,
  ports: RunPorts,
  options: CheckOptions,
  { work, preparing, watch }: Work,
): Promise<TaskCheck> {
  const start = performance.now();
  const id = task.spec.id;
  const seconds = () => Math.round(performance.now() - start) / 1000;
  const none = { task: id, controls: [], calibrations: [], mutants: [], possible: 0, unknownEquivalents: [] };
  const prepared = await preparing.add(() => prepareOrReason(task, ports), { signal: ports.signal });
  if (typeof prepared === 'string') {
    const gate = { proven: false, reason: `the task could not be prepared: ${prepared}` };
    return { ...none, gate, mutantsSkipped: 'the task could not be prepared', wallSec: seconds() };
  }
  const slot = <T>(unit: () => Promise<T>): Promise<T> => work.add(unit, { signal: ports.signal });
  const score = (candidate: Candidate, gate: RunPlan['scorers'][number], calibration: Calibration | null) =>
    slot(() => scoreCandidate(candidate, gate, calibration, prepared, plan, ports));
  const learnt = await runControls(prepared, plan, ports, slot, score);
  const controls = ports.record.controls.get(id);
  const nop = controls?.get('nop');
  const oracle = controls?.get('oracle');
  const gate = proveGate(plan.policy.gates, { nop, oracle });
  const facts = {
    ...none,
    gate,
    controls: [nop, oracle].filter((control) => control !== undefined),
    calibrations: [...learnt].map(([scorer, calibration]) => ({ scorer, calibration })),
  };
  const skipped = whyNoMutants(gate, oracle, options);
  if (skipped !== null || !oracle?.candidate)
    return { ...facts, mutantsSkipped: skipped, wallSec: seconds() };

  const { chosen, possible } = await mutantsOf(oracle.candidate, ports.store, prepared, options);
  let done = 0;
  const mutants = await Promise.all(
    chosen.map(async ({ mutant, candidate }) => {
      const refusal = await refusalOf(plan, (gateScorer) =>
        score(candidate, gateScorer, learnt.get(gateScorer.name) ?? null),
      );
      done += 1;
      watch.mutant(id, done, chosen.length);
      return resultOf(mutant, candidate, refusal, task, ports);
    }),
  );
  const equivalent = new Set(
    mutants.filter(({ outcome }) => outcome === 'equivalent').map((each) => each.id),
  );
  // Of a sample, many are not there.
  const isWhole = chosen.length >= possible;
  const unknownEquivalents = (isWhole ? task.spec.equivalentMutants : [])
    .map((each) => each.id)
    .filter((each) => !equivalent.has(each));
  return { ...facts, mutantsSkipped: null, possible, mutants, unknownEquivalents, wallSec: seconds() };
}

/** A task that cannot be prepared says nothing about the others; an engine that is gone does. */
async function prepareOrReason(task: LoadedTask, ports: RunPorts): Promise<PreparedTask | string> {
  try {
    const prepared = await prepareTask(task, ports);
    return prepared ?? ports.record.failedTasks.get(task.spec.id) ?? 'unknown';
  } catch (error) {
    if (ports.signal.aborted || !(error instanceof AssayError) || isEngineFailure(error)) throw error;
    return error.message;
  }
}

function whyNoMutants(
  gate: GateProof,
  oracle: Control | undefined,
  { mutants }: CheckOptions,
): string | null {
  if (mutants === 0) return 'none were asked for';
  if (!gate.proven) return 'the gate is not proven by the cheap controls';
  const candidate = oracle?.candidate;
  if (!candidate) return 'there is no reference solution';
  return null;
}

/** Asks the gates one after another until one refuses; null where all passed. */
async function refusalOf(
  plan: RunPlan,
  ask: (scorer: RunPlan['scorers'][number]) => Promise<Verdict>,
): Promise<string | null> {
  for (const gate of plan.policy.gates) {
    const scorer = plan.scorers.find(({ name }) => name === gate);
    if (scorer === undefined) return `${gate}: never scored`;
    const { outcome, reason } = await ask(scorer);
    if (outcome !== 'pass') return `${gate} ${outcome}: ${reason}`;
  }
  return null;
}

/** How much of a survivor's diff is shown. */
const maxDiffBytes = 16 * 1024;

async function resultOf(
  { id, kind, operator, path, line, words }: Mutant,
  candidate: Candidate & { oracle: string },
  refusal: string | null,
  task: LoadedTask,
  { store }: RunPorts,
): Promise<MutantResult> {
  const facts = { id, kind, operator, path, line, words };
  if (refusal !== null) return { ...facts, outcome: 'killed', reason: refusal, diff: '' };
  const { text } = await store.diffText(candidate.oracle, candidate.tree, maxDiffBytes);
  const known = task.spec.equivalentMutants.find((each) => each.id === id);
  return {
    ...facts,
    outcome: known === undefined ? 'survived' : 'equivalent',
    reason: known?.reason ?? 'passed every gate',
    diff: text.toString(),
  };
}
