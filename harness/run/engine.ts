import PQueue from 'p-queue';
import type { CandidateSource } from '../../candidates/source.ts';
import { decide } from '../decide/decide.ts';
import { decisionDigest } from '../decide/decision-digest.ts';
import { proveGate } from '../decide/prove.ts';
import type { Calibration } from '../domain/calibration.ts';
import { candidateDigest } from '../domain/candidate.ts';
import type { Digest } from '../domain/digest.ts';
import { AssayError, infrastructureError, isEngineFailure } from '../domain/errors.ts';
import { compareText } from '../domain/order.ts';
import { verdictSlot } from '../domain/run-record.ts';
import type { Selection } from '../domain/selection.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { Trial } from '../domain/trial.ts';
import type { Verdict } from '../domain/verdict.ts';
import { attemptTrial, failTrial, finishedTry } from './attempt.ts';
import { runControls } from './controls.ts';
import { exitCodeFor } from './exit-code.ts';
import type { PreparedTask, RunPlan, RunPorts } from './ports.ts';
import { prepareTask } from './prepare.ts';
import { confirmCandidate, type ScoreJob, scoreCandidate } from './score.ts';
import { askAll, neededBy } from './scorer-order.ts';

/** Scores go before attempts: a task that can be finished is finished before another is begun. */
const priority = { attempt: 0, score: 1 } as const;

/** How many images are made at a time; building is mostly the engine's own disk. */
const preparingAtATime = 2;

/**
 * Does whatever of the plan the record does not hold yet, decides every task, and ends the run. Throws when it was
 * stopped (the signal's reason) or when something fatal happened; all units in flight have settled by then.
 */
export async function executeRun(plan: RunPlan, ports: RunPorts): Promise<void> {
  const fatal = new AbortController();
  const signal = AbortSignal.any([ports.signal, fatal.signal]);
  const run: Run = {
    plan,
    ports: { ...ports, signal },
    work: new PQueue({ concurrency: ports.concurrency }),
    preparing: new PQueue({ concurrency: preparingAtATime }),
    sources: new Map(plan.sources.map((source) => [source.name, source])),
    scoring: new Map(),
    unprepared: new Map(),
  };
  const byTask = Map.groupBy(plan.trials, (trial) => trial.task);
  const outcomes = await Promise.allSettled(
    plan.tasks.map((task) =>
      runTask(task, byTask.get(task.spec.id) ?? [], run).catch((error: unknown) => {
        fatal.abort(error);
        throw error;
      }),
    ),
  );
  // A task gives up at its first failure; what it had in flight settles after that.
  await Promise.all([run.work.onIdle(), run.preparing.onIdle()]);
  ports.signal.throwIfAborted();
  // The first to fail aborted the others: its reason is the one to tell.
  fatal.signal.throwIfAborted();
  const broken = outcomes.find((outcome) => outcome.status === 'rejected');
  if (broken) throw broken.reason;
  if (run.unprepared.size > 0) throw notPrepared(run.unprepared);
  finish(plan, ports);
}

interface Run {
  plan: RunPlan;
  ports: RunPorts;
  work: PQueue;
  preparing: PQueue;
  sources: ReadonlyMap<string, CandidateSource>;
  /** By verdict slot: equal candidates are scored once, also while the first is still being scored. */
  scoring: Map<string, Promise<Verdict>>;
  /** Tasks for which the machinery has no image, e.g. because a registry is out of reach; a resumed run tries again. */
  unprepared: Map<string, AssayError>;
}

async function runTask(task: LoadedTask, trials: readonly Trial[], run: Run): Promise<void> {
  const { ports } = run;
  if (ports.record.selections.has(task.spec.id)) return;
  const prepared = await prepareOrNote(task, run);
  if (prepared === undefined) return;
  if (prepared === null) {
    const reason = ports.record.failedTasks.get(task.spec.id) ?? 'unknown';
    for (const trial of trials) failTrial(trial, reason, ports);
  } else {
    // Attempts need not wait for the controls; verdicts do, as they are held against what the controls have shown.
    const calibrations = controlled(prepared, run);
    await Promise.all([calibrations, ...trials.map((trial) => runTrial(trial, prepared, calibrations, run))]);
  }
  ports.emit({ type: 'selection.decided', selection: await select(task, trials, prepared, run) });
}

/** undefined: there is no image for now, which says nothing about the other tasks; an engine that is gone does. */
async function prepareOrNote(task: LoadedTask, run: Run): Promise<PreparedTask | null | undefined> {
  const { ports } = run;
  try {
    return await run.preparing.add(() => prepareTask(task, ports), { signal: ports.signal });
  } catch (error) {
    if (ports.signal.aborted || !(error instanceof AssayError) || isEngineFailure(error)) throw error;
    run.unprepared.set(task.spec.id, error);
    return undefined;
  }
}

function notPrepared(tasks: ReadonlyMap<string, AssayError>): AssayError {
  const [[name, error] = ['', undefined]] = tasks;
  const others = tasks.size > 1 ? ` and ${tasks.size - 1} more` : '';
  return infrastructureError(`task ${name}${others} could not be prepared; the other tasks are decided`, {
    ...(error?.fix === undefined ? {} : { fix: error.fix }),
    cause: error,
  });
}

type Calibrations = ReadonlyMap<string, Calibration>;

function controlled(prepared: PreparedTask, run: Run): Promise<Calibrations> {
  const { plan, ports, work } = run;
  const slot = <T>(unit: () => Promise<T>): Promise<T> =>
    work.add(unit, { priority: priority.score, signal: ports.signal });
  return runControls(prepared, plan, ports, slot, (job) => scoreOnce(job, prepared, run));
}

async function runTrial(
  trial: Trial,
  prepared: PreparedTask,
  calibrations: Promise<Calibrations>,
  run: Run,
): Promise<void> {
  const { plan, ports } = run;
  const source = run.sources.get(trial.agent);
  if (source === undefined) throw new TypeError(`no source for agent ${trial.agent}`);
  const result =
    finishedTry(trial, ports)?.result ??
    (await run.work.add(() => attemptTrial(trial, source, prepared, plan, ports), {
      priority: priority.attempt,
      signal: ports.signal,
    }));
  if (result.candidate === null) return;
  const candidate = result.candidate;
  const learnt = await calibrations;
  await askAll(plan.scorers, (scorer, needed) =>
    scoreOnce({ candidate, scorer, calibration: learnt.get(scorer.name) ?? null, needed }, prepared, run),
  );
}

function scoreOnce(job: ScoreJob, prepared: PreparedTask, run: Run): Promise<Verdict> {
  const { plan, ports } = run;
  const slot = verdictSlot(prepared.task.spec.id, candidateDigest(job.candidate), job.scorer.name);
  let verdict = run.scoring.get(slot);
  if (verdict === undefined) {
    verdict = run.work.add(() => scoreCandidate(job, prepared, plan, ports), {
      priority: priority.score,
      signal: ports.signal,
    });
    run.scoring.set(slot, verdict);
  }
  return verdict;
}

/** Decides, has the leading candidate confirmed where scorers do so, and decides again until the leader stands. */
async function select(
  task: LoadedTask,
  trials: readonly Trial[],
  prepared: PreparedTask | null,
  run: Run,
): Promise<Selection> {
  for (;;) {
    const selection = decideNow(task, trials, run);
    const winner = selection.winner?.candidate;
    if (winner === undefined || prepared === null) return selection;
    if (!(await confirmed(winner, trials, prepared, run))) return selection;
  }
}

/** Looks again at the leading candidate; false where nothing was left to look at. */
async function confirmed(
  leader: Digest,
  trials: readonly Trial[],
  prepared: PreparedTask,
  { plan, ports, work }: Run,
): Promise<boolean> {
  const task = prepared.task.spec.id;
  const candidate = trials
    .map((trial) => finishedTry(trial, ports)?.result.candidate ?? null)
    .find((each) => each !== null && candidateDigest(each) === leader);
  const open = plan.scorers.filter(
    (scorer) =>
      scorer.confirm !== undefined &&
      ports.record.verdicts.get(verdictSlot(task, leader, scorer.name))?.verdict.confirmed === false,
  );
  if (!candidate || open.length === 0) return false;
  const verdicts = new Map(
    plan.scorers.flatMap(({ name }) => {
      const recorded = ports.record.verdicts.get(verdictSlot(task, leader, name));
      return recorded === undefined ? [] : [[name, recorded.verdict] as const];
    }),
  );
  for (const scorer of open) {
    const calibration = ports.record.calibrations.get(task)?.get(scorer.name) ?? null;
    const job = { candidate, scorer, calibration, needed: await neededBy(scorer, verdicts) };
    await work.add(() => confirmCandidate(job, prepared, plan, ports), {
      priority: priority.score,
      signal: ports.signal,
    });
  }
  return true;
}

function decideNow(task: LoadedTask, trials: readonly Trial[], { plan, ports }: Run): Selection {
  const controls = ports.record.controls.get(task.spec.id);
  const finished = trials.flatMap((planned) => finishedTry(planned, ports) ?? []);
  if (finished.length !== trials.length) throw new TypeError(`task ${task.spec.id} is not finished`);
  return decide({
    task: task.spec.id,
    policy: plan.policy,
    invalid: brokenTask(task.spec.id, ports),
    gate: proveGate(plan.policy.gates, { nop: controls?.get('nop'), oracle: controls?.get('oracle') }),
    trials: finished,
    verdictsOf: (candidate) =>
      plan.scorers.flatMap(
        (scorer) =>
          ports.record.verdicts.get(verdictSlot(task.spec.id, candidate, scorer.name))?.verdict ?? [],
      ),
  });
}

/** Why a task says nothing, as a scorer has found on its base; null where all is well. */
function brokenTask(task: string, { record }: RunPorts): string | null {
  const calibrations = [...(record.calibrations.get(task) ?? [])].sort(([a], [b]) => compareText(a, b));
  const [found] = calibrations.flatMap(([scorer, { broken }]) =>
    broken === undefined ? [] : [`${scorer}: ${broken}`],
  );
  return found ?? null;
}

function finish(plan: RunPlan, ports: RunPorts): void {
  if (ports.record.finished !== null) return;
  const bases = new Map<string, Digest>(
    [...ports.record.prepared].map(([task, event]) => [task, event.base]),
  );
  const selections = plan.tasks.flatMap((task) => ports.record.selections.get(task.spec.id) ?? []);
  ports.emit({
    type: 'run.finished',
    decisionDigest: decisionDigest(ports.record.started.inputs, bases, selections),
    exitCode: exitCodeFor(ports.record),
  });
}
