import type { Scorer } from '../../scorers/scorer.ts';
import { type Candidate, candidateDigest } from '../domain/candidate.ts';
import { type Digest, digestOf } from '../domain/digest.ts';
import { verdictSlot } from '../domain/run-record.ts';
import type { Verdict, VerdictKey } from '../domain/verdict.ts';
import { limitsFor } from './limits.ts';
import type { PreparedTask, RunPlan, RunPorts } from './ports.ts';
import { withEngineRetries } from './retry.ts';

/** The second unit of work: candidate + scorer → verdict. Recorded, cached or scored, in this order. */
export async function scoreCandidate(
  candidate: Candidate,
  scorer: Scorer,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<Verdict> {
  const task = prepared.task.spec.id;
  const digest = candidateDigest(candidate);
  const recorded = ports.record.verdicts.get(verdictSlot(task, digest, scorer.name));
  if (recorded !== undefined) return recorded.verdict;
  const limits = limitsFor(prepared.task.spec, plan.sandbox, prepared.task.spec.verifier.timeoutSec);
  const key = verdictKey(
    candidate,
    scorer,
    prepared,
    digestOf({
      options: scorer.config,
      limits,
      runtime: plan.sandbox.runtime ?? null,
      env: prepared.task.spec.verifier.env,
    }),
  );
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
      scorer.score({
        task: prepared.task,
        image: prepared.verifierImage,
        candidate,
        calibration: null,
        sandbox: ports.sandbox,
        store: ports.store,
        limits,
        labels: { run: ports.run, unit: 'score', task, scorer: scorer.name },
        signal: ports.signal,
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

function verdictKey(candidate: Candidate, scorer: Scorer, prepared: PreparedTask, config: Digest): Digest {
  const key: VerdictKey = {
    task: prepared.task.spec.digest,
    base: candidate.base,
    candidate: candidateDigest(candidate),
    image: prepared.verifierImage.digest,
    scorer: scorer.name,
    version: scorer.version,
    config,
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
