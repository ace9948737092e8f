import { candidateDigest } from '../../domain/candidate.ts';
import type { RunEvent } from '../../domain/event.ts';
import { type RunRecord, verdictSlot } from '../../domain/run-record.ts';
import type { Trial, TrialResult } from '../../domain/trial.ts';
import type { Outcome } from '../../domain/verdict.ts';
import type { Activity } from '../../run/activity.ts';

export type ProgressEvent = RunEvent | Activity;

/** One thing that is being done right now. Times in milliseconds of the caller's clock. */
export interface Running {
  task: string;
  /** Agent that attempts, or scorer that scores; '' for an image. */
  who: string;
  what: 'image' | 'control' | 'attempt' | 'score';
  /** For a score: whose candidate it is. */
  agents: readonly string[];
  since: number;
}

interface Settled {
  trial: Trial;
  result: TrialResult;
}

/** Everything that the drawing needs. Changed in place by `advance`: 10,000 trials must not be copied per event. */
export interface ProgressState {
  scorers: readonly string[];
  gates: readonly string[];
  /** Trials that will be run. */
  planned: number;
  tasks: number;
  running: Map<string, Running>;
  /** Last finished try of each attempt. */
  settled: Map<string, Settled>;
  /** Agents that delivered a candidate. */
  deliveredBy: Map<string, string[]>;
  outcomes: Map<string, Outcome>;
  /** Task ids with a selection, and whether it has a winner. */
  decided: Map<string, boolean>;
  beganAt: number;
  /** Units of work that were done before this process began: a resumed run is not that fast. */
  doneBefore: number;
}

/** With what the journal holds already: the start of a run, or all that a resumed one has done. */
export function startProgress(now: number, record: RunRecord): ProgressState {
  const { inputs, trials } = record.started;
  const state: ProgressState = {
    scorers: inputs.scorers.map((scorer) => scorer.name),
    gates: inputs.policy.gates,
    planned: trials,
    tasks: inputs.tasks.length,
    running: new Map(),
    settled: new Map(),
    deliveredBy: new Map(),
    outcomes: new Map(),
    decided: new Map(),
    beganAt: now,
    doneBefore: 0,
  };
  for (const { trial, result } of record.trials.values()) if (result !== null) settle(state, trial, result);
  for (const { task, candidate, verdict } of record.verdicts.values())
    state.outcomes.set(verdictSlot(task, candidate, verdict.scorer), verdict.outcome);
  for (const { task, winner } of record.selections.values()) state.decided.set(task, winner !== null);
  state.doneBefore = tally(state).work.done;
  return state;
}

/** Applies one event that happened at `now`. No clock, no output. */
export function advance(state: ProgressState, event: ProgressEvent, now: number): void {
  switch (event.type) {
    case 'activity':
      applyActivity(state, event, now);
      break;
    case 'task.calibrated':
    case 'control.recorded':
    case 'task.prepared':
    case 'task.failed':
      state.running.delete(imageKey(event.task));
      break;
    case 'trial.started': {
      const { trial } = event;
      // A retry: what its earlier try came to does not count.
      if (trial.retry > 0) state.settled.delete(attemptKey(trial));
      state.running.set(attemptKey(trial), {
        task: trial.task,
        who: trial.agent,
        what: 'attempt',
        agents: [trial.agent],
        since: now,
      });
      break;
    }
    case 'trial.finished':
      state.running.delete(attemptKey(event.trial));
      settle(state, event.trial, event.result);
      break;
    case 'verdict.recorded': {
      const slot = verdictSlot(event.task, event.candidate, event.verdict.scorer);
      state.running.delete(slot);
      state.outcomes.set(slot, event.verdict.outcome);
      break;
    }
    case 'selection.decided':
      state.decided.set(event.selection.task, event.selection.winner !== null);
      break;
    case 'run.interrupted':
    case 'run.finished':
      state.running.clear();
      break;
    case 'run.started':
    case 'run.resumed':
    case 'notice':
      break;
  }
}

function applyActivity(state: ProgressState, activity: Activity, now: number): void {
  const key =
    activity.phase === 'prepare'
      ? imageKey(activity.task)
      : activity.phase === 'control'
        ? controlKey(activity.task, activity.scorer)
        : verdictSlot(activity.task, activity.candidate, activity.scorer);
  // What is recorded is over, whatever the order in which the two were told.
  if (activity.state === 'end' || state.outcomes.has(key)) {
    state.running.delete(key);
  } else if (activity.phase === 'prepare') {
    state.running.set(key, { task: activity.task, who: '', what: 'image', agents: [], since: now });
  } else if (activity.phase === 'control') {
    const { task, scorer } = activity;
    state.running.set(key, { task, who: scorer, what: 'control', agents: [], since: now });
  } else {
    const agents = agentsOf(state, activity.task, activity.candidate);
    state.running.set(key, { task: activity.task, who: activity.scorer, what: 'score', agents, since: now });
  }
}

function settle(state: ProgressState, trial: Trial, result: TrialResult): void {
  const key = attemptKey(trial);
  if ((state.settled.get(key)?.trial.retry ?? -1) > trial.retry) return;
  state.settled.set(key, { trial, result });
  if (result.candidate === null) return;
  const delivery = deliveryKey(trial.task, candidateDigest(result.candidate));
  const agents = state.deliveredBy.get(delivery) ?? [];
  if (!agents.includes(trial.agent)) agents.push(trial.agent);
  state.deliveredBy.set(delivery, agents);
}

/** Agents that have delivered this candidate so far, in the order in which they did. */
export function agentsOf(state: ProgressState, task: string, candidate: string): readonly string[] {
  return state.deliveredBy.get(deliveryKey(task, candidate)) ?? [];
}

export interface Tally {
  trials: { done: number; planned: number };
  /** Of the distinct candidates that are known so far. */
  verdicts: { done: number; known: number };
  tasks: { decided: number; won: number; all: number };
  pass: number;
  fail: number;
  error: number;
  /** One unit per trial and one per trial and scorer. */
  work: { done: number; all: number };
}

/** Counts what is done. Linear in the number of trials: called when something is drawn, not per event. */
export function tally(state: ProgressState): Tally {
  const scorers = state.scorers.length;
  const sum: Tally = {
    trials: { done: state.settled.size, planned: Math.max(state.planned, state.settled.size) },
    verdicts: { done: state.outcomes.size, known: state.deliveredBy.size * scorers },
    tasks: {
      decided: state.decided.size,
      won: [...state.decided.values()].filter((won) => won).length,
      all: state.tasks,
    },
    pass: 0,
    fail: 0,
    error: 0,
    work: { done: 0, all: Math.max(state.planned, state.settled.size) * (1 + scorers) },
  };
  for (const settled of state.settled.values()) {
    const outcomes = outcomesOf(state, settled);
    sum.work.done += 1 + (outcomes === null ? scorers : outcomes.size);
    const standing = standingOf(state, settled, outcomes);
    if (standing !== null) sum[standing] += 1;
  }
  return sum;
}

/** By scorer; null where there is no candidate to score. */
function outcomesOf(state: ProgressState, { trial, result }: Settled): Map<string, Outcome> | null {
  if (!result.candidate) return null;
  const candidate = candidateDigest(result.candidate);
  const outcomes = new Map<string, Outcome>();
  for (const scorer of state.scorers) {
    const outcome = state.outcomes.get(verdictSlot(trial.task, candidate, scorer));
    if (outcome !== undefined) outcomes.set(scorer, outcome);
  }
  return outcomes;
}

/** null while a gate has not answered. */
function standingOf(
  state: ProgressState,
  { result }: Settled,
  outcomes: ReadonlyMap<string, Outcome> | null,
): 'pass' | 'fail' | 'error' | null {
  if (outcomes === null) return result.outcome === 'error' ? 'error' : 'fail';
  const gates = state.gates.map((gate) => outcomes.get(gate));
  if (gates.includes('fail')) return 'fail';
  if (gates.includes('error') || gates.includes('skipped')) return 'error';
  return gates.includes(undefined) ? null : 'pass';
}

/**
 * Seconds until everything is done, at the pace of this process so far; null where nobody can know yet: too little was
 * done, or too little time has passed.
 */
export function secondsLeft(state: ProgressState, { work }: Tally, now: number): number | null {
  const done = work.done - state.doneBefore;
  const elapsed = (now - state.beganAt) / 1000;
  if (done < 3 || elapsed < 3) return null;
  return ((work.all - work.done) * elapsed) / done;
}

function imageKey(task: string): string {
  return JSON.stringify(['image', task]);
}

function attemptKey({ task, agent, attempt }: Trial): string {
  return JSON.stringify(['attempt', task, agent, attempt]);
}

function controlKey(task: string, scorer: string): string {
  return JSON.stringify(['control', task, scorer]);
}

function deliveryKey(task: string, candidate: string): string {
  return JSON.stringify([task, candidate]);
}
