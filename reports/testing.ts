import { decide } from '../harness/decide/decide.ts';
import { decisionDigest } from '../harness/decide/decision-digest.ts';
import { type Digest, digestOf, sha256 } from '../harness/domain/digest.ts';
import type { JournalEntry, RunEvent, RunInputs } from '../harness/domain/event.ts';
import { defaultPolicy, type Policy } from '../harness/domain/policy.ts';
import { foldRun, type RunRecord } from '../harness/domain/run-record.ts';
import type { GateProof } from '../harness/domain/selection.ts';
import { type Trial, type TrialOutcome, TrialResult, trialId } from '../harness/domain/trial.ts';
import type { Check, Outcome, Requirement, Unspecified, Verdict } from '../harness/domain/verdict.ts';

/** One trial of a made-up run. Equal `tree` names within a task are equal candidates. */
export interface TestTrial {
  agent: string;
  attempt?: number;
  retry?: number;
  /** Started, never finished: its task stays undecided. */
  pending?: boolean;
  outcome?: TrialOutcome;
  /** The engine failed: a later retry counts instead. */
  retryable?: boolean;
  reason?: string;
  /** null: delivered no candidate. Default: a tree of its own. */
  tree?: string | null;
  lines?: number;
  passed?: number;
  total?: number;
  /** Default: pass when all tests passed. */
  verdict?: Outcome;
  verdictReason?: string;
  checks?: Check[];
  /** Of a spec; its evidence is made up from the names. */
  requirements?: Requirement[];
  unspecified?: Unspecified[];
}

/** A made-up run: what a test does not care about has a default. */
export interface TestRun {
  run?: string;
  suite?: string;
  tasks: Record<string, readonly TestTrial[]>;
  attempts?: number;
  scorers?: readonly string[];
  policy?: Policy;
  gate?: GateProof;
  /** Why no task of it counts. */
  invalid?: string;
  notices?: readonly { task: string | null; text: string }[];
  failedTasks?: Record<string, string>;
  /** Trials that were planned; default: those that are listed. */
  planned?: number;
  /** Default: finished, unless a trial is pending. */
  state?: 'finished' | 'interrupted' | 'open';
}

/** A valid journal's record, with the hash chain and times that do not depend on the clock. */
export function testRecord(run: TestRun): RunRecord {
  return foldRun(testJournal(testEvents(run)));
}

/** Chains events as a journal does. One second passes per event. */
export function testJournal(events: Iterable<RunEvent>): JournalEntry[] {
  let prev: Digest = `sha256:${'0'.repeat(64)}`;
  return Array.from(events, (event, seq) => {
    const time = new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + seq * 1000).toISOString();
    const hash = digestOf({ seq, time, prev, event });
    const entry: JournalEntry = { seq, time, prev, event, hash };
    prev = hash;
    return entry;
  });
}

export function testEvents(run: TestRun): RunEvent[] {
  const inputs = inputsOf(run);
  const id = run.run ?? 'run-1';
  const trials = Object.entries(run.tasks).flatMap(([task, list]) => list.map((trial) => ({ task, trial })));
  const events: RunEvent[] = [
    {
      type: 'run.started',
      run: id,
      harness: '0.1.0',
      inputs,
      inputsDigest: digestOf(inputs),
      options: { agents: [], tasks: [], attempts: null, cache: true },
      suitePath: 'suites/test',
      engine: { version: '20.10.0', runtime: 'runc' },
      trials: run.planned ?? trials.filter(({ trial }) => !trial.retry).length,
    },
    ...(run.notices ?? []).map((notice): RunEvent => ({ type: 'notice', ...notice })),
  ];
  const bases = new Map<string, Digest>();
  for (const task of Object.keys(run.tasks)) {
    const reason = run.failedTasks?.[task];
    if (reason === undefined) bases.set(task, sha256(`base ${task}`));
    events.push(
      reason === undefined
        ? {
            type: 'task.prepared',
            task,
            image: sha256(`image ${task}`),
            base: sha256(`base ${task}`),
            origin: 'built from Debian packages',
          }
        : { type: 'task.failed', task, reason },
    );
  }
  const scored = new Set<string>();
  for (const { task, trial } of trials) events.push(...trialEvents(task, trial, run, scored));
  const selections = Object.entries(run.tasks).flatMap(([task, list]) => selectionOf(task, list, run));
  for (const selection of selections) events.push({ type: 'selection.decided', selection });
  const state = run.state ?? (trials.some(({ trial }) => trial.pending) ? 'open' : 'finished');
  if (state === 'interrupted') events.push({ type: 'run.interrupted', reason: 'SIGINT' });
  if (state === 'finished') {
    const exitCode = selections.every((selection) => selection.winner !== null) ? 0 : 1;
    events.push({
      type: 'run.finished',
      decisionDigest: decisionDigest(inputs, bases, selections),
      exitCode,
    });
  }
  return events;
}

function inputsOf(run: TestRun): RunInputs {
  const agents = new Set(
    Object.values(run.tasks)
      .flat()
      .map((trial) => trial.agent),
  );
  return {
    suite: { name: run.suite ?? 'quickstart', version: '1.0.0' },
    tasks: Object.keys(run.tasks)
      .sort()
      .map((id) => ({ id, digest: sha256(`task ${id}`) })),
    agents: [...agents].sort().map((name) => ({ name, adapter: 'patch', identity: sha256(`agent ${name}`) })),
    attempts: run.attempts ?? 1,
    scorers: [...(run.scorers ?? ['tests'])].map((name) => ({
      name,
      version: '1',
      config: sha256(`config ${name}`),
    })),
    policy: run.policy ?? defaultPolicy,
    network: 'none',
    sandbox: {},
    ignore: [],
  };
}

function* trialEvents(task: string, spec: TestTrial, run: TestRun, scored: Set<string>): Generator<RunEvent> {
  const trial = trialOf(task, spec);
  yield { type: 'trial.started', trial };
  if (spec.pending) return;
  const result = resultOf(task, spec);
  yield { type: 'trial.finished', trial, result };
  if (result.candidate === null) return;
  for (const verdict of verdictsOf(spec, run)) {
    const tree = result.candidate.tree;
    const key = digestOf({ task, candidate: tree, scorer: verdict.scorer });
    if (scored.has(key)) continue;
    scored.add(key);
    yield { type: 'verdict.recorded', task, candidate: tree, key, verdict, cached: false, wallSec: 1.5 };
  }
}

function selectionOf(task: string, list: readonly TestTrial[], run: TestRun) {
  if (list.some((spec) => spec.pending)) return [];
  const counted = list.filter((spec) => !spec.retryable);
  const verdicts = new Map(counted.map((spec) => [treeOf(task, spec), verdictsOf(spec, run)]));
  return [
    decide({
      task,
      policy: run.policy ?? defaultPolicy,
      invalid: run.invalid ?? null,
      gate: run.gate ?? { proven: true, reason: 'the base is refused and the reference solution passes' },
      trials: counted.map((spec) => ({ trial: trialOf(task, spec), result: resultOf(task, spec) })),
      verdictsOf: (tree) => verdicts.get(tree) ?? [],
    }),
  ];
}

function trialOf(task: string, { agent, attempt = 1, retry = 0 }: TestTrial): Trial {
  return { id: trialId(task, agent, attempt, retry), task, agent, attempt, retry };
}

function treeOf(task: string, { tree, agent, attempt = 1 }: TestTrial): Digest | null {
  return tree === null ? null : sha256(`tree ${task} ${tree ?? `${agent} ${attempt}`}`);
}

function resultOf(task: string, spec: TestTrial): TrialResult {
  const tree = treeOf(task, spec);
  const lines = spec.lines ?? 10;
  return TrialResult.parse({
    outcome: spec.outcome ?? (tree === null ? 'failed' : 'delivered'),
    reason: spec.reason ?? (tree === null ? 'the patch does not apply' : 'the patch applies'),
    candidate:
      tree === null
        ? null
        : {
            tree,
            base: sha256(`base ${task}`),
            diff: { files: 1, added: lines, deleted: 0, lines, binary: 0 },
            artifacts: null,
            state: null,
          },
    evidence: [],
    retryable: spec.retryable ?? false,
    exitCode: 0,
    wallSec: 2.5,
  });
}

function verdictsOf(spec: TestTrial, run: TestRun): Verdict[] {
  const total = spec.total ?? 5;
  const passed = spec.passed ?? total;
  const outcome = spec.verdict ?? (passed === total ? 'pass' : 'fail');
  const failed = `${total - passed} of ${total} tests failed`;
  return (run.scorers ?? ['tests']).map((scorer) => ({
    scorer,
    version: '1',
    outcome,
    reason: spec.verdictReason ?? (passed === total ? `passed ${total} tests` : failed),
    score: outcome === 'error' ? null : total === 0 ? 0 : passed / total,
    checks: spec.checks ?? [],
    checksTotal: total,
    measures: outcome === 'error' ? {} : { passed, failed: total - passed, total },
    evidence: (spec.requirements ?? [])
      .flatMap((requirement) => requirement.evidence)
      .map((name) => ({ name, digest: sha256(name), bytes: 1, truncated: false })),
    confirmed: false,
    ...(spec.requirements === undefined ? {} : { requirements: spec.requirements }),
    ...(spec.unspecified === undefined ? {} : { unspecified: spec.unspecified }),
  }));
}
