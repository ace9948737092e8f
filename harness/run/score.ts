import type { ScoreContext, Scorer } from '../../scorers/scorer.ts';
import type { Calibration } from '../domain/calibration.ts';
import { type Candidate, candidateDigest } from '../domain/candidate.ts';
import { type Digest, digestOf } from '../domain/digest.ts';
import { verdictSlot } from '../domain/run-record.ts';
import type { Verdict, VerdictKey } from '../domain/verdict.ts';
import { verifierEnvironment } from '../domain/verifier-environment.ts';
import { limitsFor } from './limits.ts';
import type { PreparedTask, RunPlan, RunPorts } from './ports.ts';
import { withEngineRetries } from './retry.ts';

/** What is to be scored, by whom, and against what. */
export interface ScoreJob {
  candidate: Candidate;
  scorer: Scorer;
  calibration: Calibration | null;
  /** Verdicts on the candidate that the scorer needs. */
  needed: ReadonlyMap<string, Verdict>;
}

interface Look extends ScoreJob {
  confirmed: boolean;
  /** Asks the scorer. */
  ask(context: ScoreContext): Promise<Verdict>;
}

/** The second unit of work: candidate + scorer → verdict. Recorded, cached or scored, in this order. */
export async function scoreCandidate(
  job: ScoreJob,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<Verdict> {
  const slot = verdictSlot(prepared.task.spec.id, candidateDigest(job.candidate), job.scorer.name);
  const recorded = ports.record.verdicts.get(slot);
  if (recorded !== undefined) return recorded.verdict;
  const ask = (context: ScoreContext) => job.scorer.score(context);
  return look({ ...job, confirmed: false, ask }, prepared, plan, ports);
}

/** Looks again at a candidate that would win, where its scorer does so; its verdict from then on. */
export async function confirmCandidate(
  job: ScoreJob,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<Verdict> {
  const first = await scoreCandidate(job, prepared, plan, ports);
  const confirm = job.scorer.confirm?.bind(job.scorer);
  if (first.confirmed || confirm === undefined) return first;
  const ask = async (context: ScoreContext) => ({ ...(await confirm(context, first)), confirmed: true });
  return look({ ...job, confirmed: true, ask }, prepared, plan, ports);
}

async function look(
  { ask, ...asked }: Look,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<Verdict> {
  const { candidate, scorer, calibration, needed } = asked;
  const key = verdictKey(asked, prepared, plan);
  const task = prepared.task.spec.id;
  const digest = candidateDigest(candidate);
  const record = (verdict: Verdict, cached: boolean, wallSec: number) => {
    ports.emit({ type: 'verdict.recorded', task, candidate: digest, key, verdict, cached, wallSec });
    return verdict;
  };

  const cached = ports.useCache ? await cachedVerdict(key, ports) : null;
  if (cached !== null) return record(cached, true, 0);

  const activity = {
    type: 'activity',
    phase: 'score',
    task,
    candidate: digest,
    scorer: scorer.name,
  } as const;
  ports.activity({ ...activity, state: 'begin' });
  const start = performance.now();
  const verdict = await withEngineRetries(
    ports.sandbox,
    () =>
      ask({
        ...scorerTools(scorer, 'score', prepared, plan, ports),
        candidate,
        calibration,
        needed,
      }),
    {
      signal: ports.signal,
      onFailure: (error) =>
        ports.emit({ type: 'notice', task, text: `scoring is tried again: ${String(error)}` }),
    },
  ).finally(() => ports.activity({ ...activity, state: 'end' }));
  ports.signal.throwIfAborted();
  record(verdict, false, Math.round(performance.now() - start) / 1000);
  // An error may be the machine's doing: the next run is to look again.
  if (verdict.outcome === 'pass' || verdict.outcome === 'fail')
    ports.cache.putVerdict(key, verdict, ports.run);
  return verdict;
}

/** What every scorer works with, whatever it looks at. */
export function scorerTools(
  scorer: Pick<Scorer, 'name'>,
  unit: 'score' | 'control',
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Omit<ScoreContext, 'candidate' | 'calibration' | 'needed'> {
  const { task, agentImage, verifierImage } = prepared;
  return {
    task,
    image: verifierImage,
    workspace: task.spec.verifier.separate === null ? verifierImage : agentImage,
    sandbox: ports.sandbox,
    store: ports.store,
    toolbox: ports.toolbox,
    limits: scoringLimits(prepared, plan),
    labels: { run: ports.run, unit, task: task.spec.id, scorer: scorer.name },
    signal: ports.signal,
  };
}

/** Bounds of a scorer's containers. */
function scoringLimits({ task }: PreparedTask, plan: RunPlan) {
  return limitsFor(verifierEnvironment(task.spec), plan.sandbox, task.spec.verifier.timeoutSec);
}

/** Digest of everything around a scorer that can change its answer: its options, bounds, runtime, environment. */
export function scoringConfig(scorer: Scorer, prepared: PreparedTask, plan: RunPlan): Digest {
  return digestOf({
    options: scorer.config,
    limits: scoringLimits(prepared, plan),
    runtime: plan.sandbox.runtime ?? null,
    // Values of the host are in no task's digest.
    env: { ...verifierEnvironment(prepared.task.spec).env, ...prepared.task.spec.verifier.env },
  });
}

/** Digest of each verdict that a scorer was handed, by scorer. */
export function digestsOf(needed: ReadonlyMap<string, Verdict>): Record<string, Digest> {
  return Object.fromEntries([...needed].map(([name, verdict]) => [name, digestOf(verdict)]));
}

function verdictKey(asked: Omit<Look, 'ask'>, prepared: PreparedTask, plan: RunPlan): Digest {
  const { candidate, scorer, calibration, needed, confirmed } = asked;
  const key: VerdictKey = {
    task: prepared.task.spec.digest,
    base: candidate.base,
    candidate: candidateDigest(candidate),
    image: prepared.verifierImage.digest,
    scorer: scorer.name,
    version: scorer.version,
    config: scoringConfig(scorer, prepared, plan),
    calibration: calibration?.digest ?? null,
    needs: digestsOf(needed),
    confirmed,
  };
  return digestOf(key);
}

/** A cached verdict counts only while all its evidence can still be shown. */
async function cachedVerdict(key: Digest, ports: RunPorts): Promise<Verdict | null> {
  const verdict = ports.cache.getVerdict(key);
  if (verdict === null) return null;
  for (const { digest } of verdict.evidence) if (!(await ports.store.has(digest))) return null;
  return verdict;
}
