import type { CandidateSource } from '../../candidates/source.ts';
import type { Scorer } from '../../scorers/scorer.ts';
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
import { scoringConfig, scoringLimits } from './score.ts';

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
  score: (candidate: Candidate, scorer: Scorer, calibration: Calibration | null) => Promise<Verdict>,
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
  const base = nop.candidate;
  for (const scorer of plan.scorers) {
    if (scorer.calibrate === undefined || base === null) continue;
    const known = ports.record.calibrations.get(task)?.get(scorer.name);
    const found =
      known ??
      (await slot(() => calibrate(scorer, { base, oracle: oracle.candidate }, prepared, plan, ports)));
    if (known === undefined)
      ports.emit({ type: 'task.calibrated', task, scorer: scorer.name, calibration: found });
    calibrations.set(scorer.name, found);
  }
  for (const [name, made] of [
    ['nop', nop],
    ['oracle', oracle],
  ] as const) {
    if (recorded?.has(name)) continue;
    const { candidate, reason } = made;
    const verdicts =
      candidate === null
        ? []
        : await Promise.all(
            plan.scorers.map((scorer) => score(candidate, scorer, calibrations.get(scorer.name) ?? null)),
          );
    ports.emit({
      type: 'control.recorded',
      task,
      control: { name, candidate, reason, verdicts: summaries(verdicts) },
    });
  }
  return calibrations;
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
  { base, oracle }: { base: Candidate; oracle: Candidate | null },
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
  });
  const known = ports.useCache ? ports.cache.getCalibration(key) : null;
  if (known !== null && (await ports.store.has(known.digest))) return known;
  if (scorer.calibrate === undefined) throw new TypeError(`${scorer.name} does not calibrate`);
  const work = scorer.calibrate.bind(scorer);
  const activity = { type: 'activity', phase: 'control', task: spec.id, scorer: scorer.name } as const;
  ports.activity({ ...activity, state: 'begin' });
  const calibration = await withEngineRetries(
    ports.sandbox,
    () =>
      work({
        task: prepared.task,
        image: prepared.verifierImage,
        base,
        oracle,
        sandbox: ports.sandbox,
        store: ports.store,
        limits: scoringLimits(prepared, plan),
        labels: { run: ports.run, unit: 'control', task: spec.id, scorer: scorer.name },
        signal: ports.signal,
      }),
    { signal: ports.signal },
  ).finally(() => ports.activity({ ...activity, state: 'end' }));
  ports.signal.throwIfAborted();
  if (calibration.settled) ports.cache.putCalibration(key, calibration);
  return calibration;
}
