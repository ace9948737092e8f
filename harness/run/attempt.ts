import type { CandidateSource } from '../../candidates/source.ts';
import { messageOf } from '../domain/errors.ts';
import { defaultIngestLimits } from '../domain/limits.ts';
import { type Trial, type TrialResult, trialId } from '../domain/trial.ts';
import { limitsFor } from './limits.ts';
import type { PreparedTask, RunPlan, RunPorts } from './ports.ts';
import { engineRetries, withEngineRetries } from './retry.ts';

/** The first unit of work: trial → candidate. */
export async function attemptTrial(
  planned: Trial,
  source: CandidateSource,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<TrialResult> {
  let failure: TrialResult | null = null;
  try {
    return await withEngineRetries(
      ports.sandbox,
      (retry) => once(asRetry(planned, retry), source, prepared, plan, ports),
      {
        signal: ports.signal,
        firstRetry: failedTries(planned, ports),
        onFailure(error, retry) {
          failure = errorResult(`the container engine failed: ${messageOf(error)}`, true);
          ports.emit({ type: 'trial.finished', trial: asRetry(planned, retry), result: failure });
        },
      },
    );
  } catch (error) {
    // The engine answers and yet failed under every try: the trial is an error and the run goes on.
    if (failure !== null && !ports.signal.aborted && failedTries(planned, ports) > engineRetries)
      return failure;
    throw error;
  }
}

/** The try that counts of an attempt that is over: nothing more will be tried. null: still to do. */
export function finishedTry(
  planned: Trial,
  ports: Pick<RunPorts, 'record'>,
): { trial: Trial; result: TrialResult } | null {
  for (let retry = 0; retry <= engineRetries; retry += 1) {
    const trial = asRetry(planned, retry);
    const result = ports.record.trials.get(trial.id)?.result;
    if (result && (!result.retryable || retry === engineRetries)) return { trial, result };
  }
  return null;
}

/** A trial whose task could not be prepared. */
export function failTrial(planned: Trial, reason: string, ports: RunPorts): void {
  if (finishedTry(planned, ports) !== null) return;
  const result = errorResult(`the task could not be prepared: ${reason}`, false);
  ports.emit({ type: 'trial.started', trial: planned });
  ports.emit({ type: 'trial.finished', trial: planned, result });
}

async function once(
  trial: Trial,
  source: CandidateSource,
  prepared: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<TrialResult> {
  ports.emit({ type: 'trial.started', trial });
  const result = await attemptOnce(trial, source, prepared, plan, ports);
  ports.emit({ type: 'trial.finished', trial, result });
  return result;
}

/** One attempt, of which nothing is recorded. */
export async function attemptOnce(
  trial: Trial,
  source: CandidateSource,
  { task, agentImage, base }: PreparedTask,
  plan: RunPlan,
  ports: RunPorts,
): Promise<TrialResult> {
  const result = await source.attempt({
    trial,
    task,
    image: agentImage,
    base,
    sandbox: ports.sandbox,
    store: ports.store,
    limits: limitsFor(task.spec.environment, plan.sandbox, task.spec.agent.timeoutSec),
    network: plan.network === 'task' && task.spec.agent.network === 'public' ? 'public' : 'none',
    ingest: { limits: defaultIngestLimits, ignore: plan.ignore },
    labels: { run: ports.run, unit: 'attempt', trial: trial.id },
    signal: ports.signal,
  });
  ports.signal.throwIfAborted();
  return result;
}

function asRetry(trial: Trial, retry: number): Trial {
  return retry === 0
    ? trial
    : { ...trial, id: trialId(trial.task, trial.agent, trial.attempt, retry), retry };
}

function failedTries(planned: Trial, ports: Pick<RunPorts, 'record'>): number {
  let tries = 0;
  while (tries <= engineRetries && ports.record.trials.get(asRetry(planned, tries).id)?.result?.retryable)
    tries += 1;
  return tries;
}

function errorResult(reason: string, retryable: boolean): TrialResult {
  return {
    outcome: 'error',
    reason,
    candidate: null,
    evidence: [],
    retryable,
    ignoredFiles: 0,
    exitCode: null,
    wallSec: 0,
  };
}
