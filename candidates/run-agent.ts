import type { Evidence } from '../harness/domain/candidate.ts';
import type { TrialResult } from '../harness/domain/trial.ts';
import { type LayerEntry, packLayer } from '../harness/sandbox/layer.ts';
import type { ContainerEnd, ContainerResult, StoppedFiles } from '../harness/sandbox/sandbox.ts';
import { keepContent, keepEnds } from '../harness/store/evidence.ts';
import type { Ingested } from '../harness/store/store.ts';
import { type CollectedArtifacts, collectArtifacts, logFolders } from './artifacts.ts';
import { afterHooks } from './collect-hooks.ts';
import { deliver, type Ending, nothing } from './deliver.ts';
import type { AttemptContext } from './source.ts';
import { type Captured, captureState } from './state/capture.ts';

/** Bound of each of stdout and stderr that is kept of an agent. */
const outputBytes = 1024 ** 2;

/** A program that is to work on a task's workspace. */
export interface AgentProgram {
  command: readonly string[];
  /** On top of the image's and the task's own. */
  env: Readonly<Record<string, string>>;
  /** Files put into the container before it starts; folders only where the image has none. */
  layer: readonly LayerEntry[];
  stdin?: Uint8Array;
  /** Seconds; null: the task's limit, else the suite's. */
  timeoutSec: number | null;
}

interface Taken {
  workspace: Ingested;
  /** null where the workspace alone is delivered. */
  state: Captured | null;
  artifacts: CollectedArtifacts;
}

/**
 * One container from the task's image in which the program runs with the workspace as its folder; what stands in the
 * workspace when it ends, or is killed, is the candidate. Throws the signal's reason when aborted.
 */
export async function runAgent(context: AttemptContext, program: AgentProgram): Promise<TrialResult> {
  const { task, image, limits, signal } = context;
  signal.throwIfAborted();
  const layer = [...logLayer(image.user), ...program.layer];
  const timeoutSec = program.timeoutSec ?? task.spec.agent.timeoutSec ?? limits.timeoutSec;
  const result = await context.sandbox.run<Taken | null>({
    image: image.ref,
    command: program.command,
    env: { TERM: 'dumb', ...task.spec.environment.env, ...program.env },
    workdir: image.workdir,
    user: image.user,
    network: context.network,
    limits: { ...limits, timeoutSec },
    ...(program.stdin === undefined ? {} : { stdin: program.stdin }),
    files: packLayer(layer),
    healthcheck: task.spec.environment.healthcheck,
    labels: context.labels,
    outputBytes,
    signal,
    collect: (files, end) => take(context, files, { end, layer }),
  });
  if (result.end === 'aborted') {
    signal.throwIfAborted();
    throw new Error('the container was aborted without a signal');
  }
  const ending = await endingOf(context, result, timeoutSec);
  const taken = result.collected;
  if (!taken) return nothing(ending);
  const { workspace, state, artifacts } = taken;
  const dropped = state?.ok && state.dropped.length > 0 ? [await droppedList(context, state.dropped)] : [];
  return deliver(
    context,
    state?.ok === false && workspace.ok ? state : workspace,
    { ...ending, evidence: [...ending.evidence, ...artifacts.evidence, ...dropped] },
    { artifacts: artifacts.tree, state: state?.ok ? state.state : null },
  );
}

/** What the agent left and no state can hold: for people. */
function droppedList({ store }: AttemptContext, paths: readonly string[]): Promise<Evidence> {
  return keepContent(store, 'state-dropped.json', `${JSON.stringify(paths, null, 2)}\n`, outputBytes);
}

/** Harbor's folders for logs, writable from the start; they belong to whoever runs. */
function logLayer({ uid, gid }: AttemptContext['image']['user']): LayerEntry[] {
  return logFolders.map((path) => ({ path, type: 'dir', mode: 0o755, uid, gid }));
}

/** The workspace and the state as the agent left them, and artifacts after the task's commands that prepare them. */
async function take(
  context: AttemptContext,
  files: StoppedFiles,
  { end, layer }: { end: ContainerEnd; layer: readonly LayerEntry[] },
): Promise<Taken | null> {
  if (end === 'aborted' || end === 'unhealthy') return null;
  const workspace = await takeWorkspace(context, files);
  const isState = context.task.spec.deliverable === 'state';
  const state = isState ? await captureState(context, files, layer) : null;
  const { result, evidence } = await afterHooks(context, files, (last) => collectArtifacts(context, last));
  return {
    workspace,
    state,
    artifacts: { tree: result.tree, evidence: [...evidence, ...result.evidence] },
  };
}

async function takeWorkspace(context: AttemptContext, files: StoppedFiles): Promise<Ingested> {
  const { image, store, base, ingest } = context;
  const tar = await files.read(image.workdir);
  if (tar === null) return { ok: false, reason: 'the workspace is gone' };
  try {
    return await store.ingest(tar, { base, limits: ingest.limits, ignore: ingest.ignore });
  } finally {
    tar.destroy();
  }
}

async function endingOf(
  { store, limits }: AttemptContext,
  result: ContainerResult<unknown>,
  timeoutSec: number,
): Promise<Ending> {
  const evidence = [
    ...(result.stdout.bytes > 0 ? [await keepEnds(store, 'stdout.txt', result.stdout)] : []),
    ...(result.stderr.bytes > 0 ? [await keepEnds(store, 'stderr.txt', result.stderr)] : []),
  ];
  const { exitCode, wallSec } = result;
  const ended = (outcome: Ending['outcome'], reason: string): Ending => ({
    outcome,
    reason,
    evidence,
    exitCode,
    wallSec,
  });
  switch (result.end) {
    case 'exited':
      return exitCode === 0
        ? ended('delivered', 'ended with exit code 0')
        : ended('failed', `ended with exit code ${exitCode ?? 'unknown'}`);
    case 'timeout':
      return ended('timeout', `killed at its limit of ${timeoutSec} s`);
    case 'oom':
      return ended('limit', `killed at its limit of ${limits.memoryMb} MiB of memory`);
    case 'storage':
      return ended('limit', `killed at its limit of ${limits.storageMb} MiB of storage`);
    default:
      return ended('error', "the task's healthcheck never passed, so the agent was not started");
  }
}
