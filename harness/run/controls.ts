import type { CandidateSource } from '../../candidates/source.ts';
import type { CalibrateContext, Scorer } from '../../scorers/scorer.ts';
import type { Calibration } from '../domain/calibration.ts';
import { type Candidate, candidateDigest } from '../domain/candidate.ts';
import type { Control } from '../domain/control.ts';
import { digestOf } from '../domain/digest.ts';
import { compareText } from '../domain/order.ts';
import { trialId } from '../domain/trial.ts';
import type { Verdict } from '../domain/verdict.ts';
import { attemptOnce } from './attempt.ts';
import type { PreparedTask, RunPlan, RunPorts } from './ports.ts';
import { withEngineRetries } from './retry.ts';
import { digestsOf, type ScoreJob, scorerTools, scoringConfig } from './score.ts';
import { inOrderOfNeed, neededBy } from './scorer-order.ts';

type Calibrations = ReadonlyMap<string, Calibration>;

/** Does a unit of work under the run's bound on containers. */
export type Slot = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * The cheap controls of a task: makes base and reference solution as candidates, lets every scorer calibrate itself on
 * them, and scores them as any candidate. Recorded steps are not done again; earlier runs' are taken from the cache.
 * Returns what each scorer learnt.
 */
export async function runControls(
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
  slot: Slot,
  score: (job: ScoreJob) => Promise<Verdict>,
): Promise<Calibrations> {
  const task = prepared.task.spec.id;
  const recorded = ports.record.controls.get(task);
  const [nop, oracle] = await Promise.all(
    (['nop', 'oracle'] as const).map(async (name) => {
      const known = recorded?.get(name);
      return known ?? slot(() => controlCandidate(plan.controls[name], prepared, plan, ports));
    }),
  );
  if (nop === undefined || oracle === undefined) throw new TypeError('there are two controls');
  const calibrations = new Map<string, Calibration>();
  const references = { base: nop.candidate, oracle: oracle.candidate };
  const judged = { base: new Map<string, Verdict>(), oracle: new Map<string, Verdict>() };
  await askInTurn(plan.scorers, async (scorer) => {
    const needed = {
      base: await neededBy(scorer, judged.base),
      oracle: await neededBy(scorer, judged.oracle),
    };
    const calibration = await calibrationOf(scorer, references, needed, prepared, plan, ports, slot);
    if (calibration !== null) calibrations.set(scorer.name, calibration);
    await Promise.all(
      (['base', 'oracle'] as const).map(async (which) => {
        const candidate = references[which];
        if (candidate === null) return;
        judged[which].set(
          scorer.name,
          await score({ candidate, scorer, calibration, needed: needed[which] }),
        );
      }),
    );
  });
  for (const [name, { candidate, reason }, verdicts] of [
    ['nop', nop, judged.base],
    ['oracle', oracle, judged.oracle],
  ] as const) {
    if (recorded?.has(name)) continue;
    const control = { name, candidate, reason, verdicts: summaries([...verdicts.values()]) };
    ports.emit({ type: 'control.recorded', task, control });
  }
  return calibrations;
}

/** Each after those that it needs; those that need nothing of each other at the same time. */
async function askInTurn(scorers: readonly Scorer[], ask: (scorer: Scorer) => Promise<void>): Promise<void> {
  const done = new Map<string, Promise<void>>();
  for (const scorer of inOrderOfNeed(scorers)) {
    const before = (scorer.needs ?? []).flatMap((name) => done.get(name) ?? []);
    done.set(
      scorer.name,
      Promise.all(before).then(() => ask(scorer)),
    );
  }
  await Promise.all(done.values());
}

interface References {
  base: Candidate | null;
  oracle: Candidate | null;
}

/** What a scorer learns from base and oracle, recorded; null where it does not calibrate, or there is no base. */
async function calibrationOf(
  scorer: Scorer,
  { base, oracle }: References,
  needed: CalibrateContext['needed'],
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
  slot: Slot,
): Promise<Calibration | null> {
  if (scorer.calibrate === undefined || base === null) return null;
  const task = prepared.task.spec.id;
  const known = ports.record.calibrations.get(task)?.get(scorer.name);
  if (known !== undefined) return known;
  const found = await slot(() => calibrate(scorer, { base, oracle, needed }, prepared, plan, ports));
  ports.emit({ type: 'task.calibrated', task, scorer: scorer.name, calibration: found });
  return found;
}

function summaries(verdicts: readonly Verdict[]): Control['verdicts'] {
  return verdicts
    .map(({ scorer, outcome, reason }) => ({ scorer, outcome, reason }))
    .sort((a, b) => compareText(a.scorer, b.scorer));
}

type Made = Pick<Control, 'candidate' | 'reason'>;

/** What a control delivers. An equal task on an equal image delivers the same: taken from the cache where it is there. */
async function controlCandidate(
  source: CandidateSource,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<Made> {
  const { spec } = prepared.task;
  const key = digestOf({
    control: source.identity,
    task: spec.digest,
    base: prepared.base,
    image: prepared.agentImage.digest,
    network: plan.network,
    ignore: plan.ignore,
  });
  const known = ports.useCache ? ports.cache.getCandidate(key) : null;
  if (known !== null && (await isStored(known, ports))) return { candidate: known, reason: '' };
  const trial = {
    id: trialId(spec.id, source.name, 1),
    task: spec.id,
    agent: source.name,
    attempt: 1,
    retry: 0,
  };
  const result = await withEngineRetries(
    ports.sandbox,
    () => attemptOnce(trial, source, prepared, plan, ports),
    { signal: ports.signal },
  );
  const { candidate, outcome, reason } = result;
  // A solution that was cut short or ended with an error is none, whatever stands in the workspace.
  if (candidate === null || outcome !== 'delivered') return { candidate: null, reason };
  ports.cache.putCandidate(key, candidate);
  // Equal runs say equal things, whether it was made now or before.
  return { candidate, reason: '' };
}

async function isStored({ tree, artifacts, state }: Candidate, { store }: RunPorts): Promise<boolean> {
  for (const digest of [tree, artifacts, state])
    if (digest !== null && !(await store.has(digest))) return false;
  return true;
}

async function calibrate(
  scorer: Scorer,
  { base, oracle, needed }: Pick<CalibrateContext, 'base' | 'oracle' | 'needed'>,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<Calibration> {
  const { spec } = prepared.task;
  const key = digestOf({
    calibration: scorer.name,
    version: scorer.version,
    config: scoringConfig(scorer, prepared, plan),
    task: spec.digest,
    image: prepared.verifierImage.digest,
    base: candidateDigest(base),
    oracle: oracle === null ? null : candidateDigest(oracle),
    needs: { base: digestsOf(needed.base), oracle: digestsOf(needed.oracle) },
  });
  const known = ports.useCache ? ports.cache.getCalibration(key) : null;
  if (known !== null && (await ports.store.has(known.digest))) return known;
  if (scorer.calibrate === undefined) throw new TypeError(`${scorer.name} does not calibrate`);
  const work = scorer.calibrate.bind(scorer);
  const activity = { type: 'activity', phase: 'control', task: spec.id, scorer: scorer.name } as const;
  ports.activity({ ...activity, state: 'begin' });
  const calibration = await withEngineRetries(
    ports.sandbox,
    () => work({ ...scorerTools(scorer, 'control', prepared, plan, ports), base, oracle, needed }),
    { signal: ports.signal },
  ).finally(() => ports.activity({ ...activity, state: 'end' }));
  ports.signal.throwIfAborted();
  if (calibration.settled) ports.cache.putCalibration(key, calibration);
  return calibration;
}
