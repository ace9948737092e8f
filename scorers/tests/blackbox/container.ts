import { type LayerEntry, packLayer } from '../../../harness/sandbox/layer.ts';
import type { CapturedOutput, ContainerRequest, ContainerResult } from '../../../harness/sandbox/sandbox.ts';
import type { ScoreContext } from '../../scorer.ts';
import type { CandidateLayer } from '../../workspace.ts';
import { frozenEnv } from '../frozen-env.ts';
import { wrappedCommand, wrapperEntries } from '../wrapper.ts';

/** What every part of the cases works with. */
export interface PartContext {
  context: ScoreContext;
  /** The candidate's change; asked for once per container. */
  layer: () => Promise<CandidateLayer>;
  /** Milliseconds of `performance.now()` at which all must be over. */
  deadline: number;
}

/** Seconds that are left, at least a moment: whatever runs into it ends by its time. */
export function secondsLeft({ deadline }: PartContext): number {
  return Math.max(0.05, (deadline - performance.now()) / 1000);
}

interface CandidateContainer {
  command: readonly string[];
  /** Laid over the candidate's change. */
  entries: Iterable<LayerEntry>;
  env?: Readonly<Record<string, string>>;
  word: string;
}

/** A container of the candidate's program: its change over the pristine image, no network, the wrapper in front. */
export async function candidateRequest(
  part: PartContext,
  { command, entries, env, word }: CandidateContainer,
): Promise<Omit<ContainerRequest<undefined>, 'collect'>> {
  const { task, image, limits, labels, signal } = part.context;
  const layer = await part.layer();
  async function* all(): AsyncGenerator<LayerEntry> {
    // The candidate's first, so that it replaces none of ours.
    yield* layer.entries;
    yield* wrapperEntries(layer.deletions, word, image.user);
    yield* entries;
  }
  return {
    image: image.ref,
    command: wrappedCommand(command),
    env: { ...frozenEnv, ...task.spec.environment.env, ...env },
    workdir: image.workdir,
    user: image.user,
    network: 'none',
    limits: { ...limits, timeoutSec: secondsLeft(part) },
    files: packLayer(all()),
    healthcheck: task.spec.environment.healthcheck,
    labels,
    signal,
  };
}

/** Throws the signal's reason for a container that it has ended. */
export function throwIfAborted({ end }: Pick<ContainerResult<unknown>, 'end'>, signal: AbortSignal): void {
  if (end !== 'aborted') return;
  signal.throwIfAborted();
  throw new Error('the container was aborted without a signal');
}

export function textOf(output: CapturedOutput): string {
  return Buffer.concat([output.head, output.tail]).toString();
}
