import PQueue from 'p-queue';
import { proveGate } from '../decide/prove.ts';
import type { Calibration } from '../domain/calibration.ts';
import type { Candidate } from '../domain/candidate.ts';
import type { Control } from '../domain/control.ts';
import { AssayError, isEngineFailure } from '../domain/errors.ts';
import type { GateProof } from '../domain/selection.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { Verdict } from '../domain/verdict.ts';
import { asker } from './ask.ts';
import { runControls } from './controls.ts';
import { mutantsOf } from './mutant-candidates.ts';
import { type MutantResult, refusalOf, resultOf } from './mutant-results.ts';
import type { PreparedTask, RunPlan, RunPorts } from './ports.ts';
import { prepareTask } from './prepare.ts';
import {
  controlFaults,
  inputReason,
  openProofs,
  ownControls,
  type Proofs,
  type RequirementProof,
} from './requirement-proofs.ts';
import { type ScoreJob, scoreCandidate } from './score.ts';

export interface CheckOptions {
  /** Mutants per task at most. */
  mutants: number;
  seed: number;
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
  /** Of the task's spec, in its order. */
  requirements: RequirementProof[];
  /** Why controls of the task's own do not show what they are to show. */
  controlFaults: string[];
  /** Ids that the task names as equivalent and that no mutant has, or that were refused; empty for a sample. */
  unknownEquivalents: string[];
  wallSec: number;
}

/** Progress, for whoever watches. */
export interface CheckWatch {
  task(check: TaskCheck): void;
  mutant(task: string, done: number, total: number): void;
}

/**
 * A task whose controls came out as they must: gate proven, no mutant passed that is not known as equivalent, and every
 * requirement of its spec refused some control. Where no mutants were asked for, only they could have proven the rest.
 */
export function isSound(check: TaskCheck): boolean {
  const { gate, mutants, controlFaults: faults } = check;
  return (
    gate.proven &&
    mutants.every(({ outcome }) => outcome !== 'survived') &&
    faults.length === 0 &&
    unproven(check).length === 0
  );
}

/** Requirements that no control has shown to say no. */
export function unproven({ requirements, mutantsSkipped }: TaskCheck): RequirementProof[] {
  return mutantsSkipped === null ? requirements.filter(({ provenBy }) => provenBy === null) : [];
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
  const none = {
    ...{ task: id, controls: [], calibrations: [], mutants: [], possible: 0, unknownEquivalents: [] },
    ...{ requirements: [], controlFaults: [] },
  };
  const prepared = await preparing.add(() => prepareOrReason(task, ports), { signal: ports.signal });
  if (typeof prepared === 'string') {
    const gate = { proven: false, reason: `the task could not be prepared: ${prepared}` };
    return { ...none, gate, mutantsSkipped: 'the task could not be prepared', wallSec: seconds() };
  }
  const slot = <T>(unit: () => Promise<T>): Promise<T> => work.add(unit, { signal: ports.signal });
  const score = (job: ScoreJob) => slot(() => scoreCandidate(job, prepared, plan, ports));
  const learnt = await runControls(prepared, plan, ports, slot, score);
  const askAbout = (candidate: Candidate) => asker(candidate, plan.scorers, learnt, score);
  const controls = ports.record.controls.get(id);
  const nop = controls?.get('nop');
  const oracle = controls?.get('oracle');
  const gate = proveGate(plan.policy.gates, { nop, oracle });
  const proofs = await openProofs(nop?.candidate ? plan.scorers : [], (scorer) =>
    askAbout(nop?.candidate as Candidate)(scorer),
  );
  const facts = {
    ...none,
    gate,
    controls: [nop, oracle].filter((control) => control !== undefined),
    calibrations: [...learnt].map(([scorer, calibration]) => ({ scorer, calibration })),
    requirements: proofs.all(),
  };
  const skipped = whyNoMutants(gate, oracle, options);
  if (skipped !== null || !oracle?.candidate)
    return { ...facts, mutantsSkipped: skipped, wallSec: seconds() };

  const faults = await runOwnControls(oracle.candidate, task, plan, ports, { proofs, askAbout });
  const { chosen, possible } = await mutantsOf(oracle.candidate, ports.store, prepared, options);
  let done = 0;
  const mutants = await Promise.all(
    chosen.map(async ({ mutant, candidate }) => {
      const ask = askAbout(candidate);
      const refusal = await refusalOf(plan, ask);
      for (const scorer of proofs.open()) proofs.take(scorer, await ask(scorer), `mutant ${mutant.id}`);
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
  return {
    ...facts,
    ...{ mutantsSkipped: null, possible, mutants, unknownEquivalents, controlFaults: faults },
    wallSec: seconds(),
  };
}

interface Asking {
  proofs: Proofs;
  askAbout(candidate: Candidate): (scorer: RunPlan['scorers'][number]) => Promise<Verdict>;
}

/** Asks about the controls that the task brings with it; returns what is wrong with them. */
async function runOwnControls(
  oracle: Candidate,
  task: LoadedTask,
  { scorers }: RunPlan,
  { store }: RunPorts,
  { proofs, askAbout }: Asking,
): Promise<string[]> {
  try {
    const { made, faults } = await ownControls(scorers, task, oracle, store);
    for (const control of made) {
      const verdict = await askAbout(control.candidate)(control.scorer);
      proofs.take(control.scorer, verdict, `control ${control.name}`);
      faults.push(...controlFaults(control, verdict));
    }
    return faults;
  } catch (error) {
    return [inputReason(error)];
  }
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
