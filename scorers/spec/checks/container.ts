import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import type { CapturedOutput, ContainerRequest, ContainerResult } from '../../../harness/sandbox/sandbox.ts';
import { candidateRequest, throwIfAborted } from '../../tests/blackbox/container.ts';
import { frozenEnv } from '../../tests/frozen-env.ts';
import { freshWord, withoutWord } from '../../tests/test-container.ts';
import { setupFailure } from '../../tests/wrapper.ts';
import { boundedLine } from '../../text.ts';
import type { CheckTools } from './check.ts';

/** What is to run in a fresh container of the workspace in which the candidate's change has been made. */
interface CheckContainer<T>
  extends Pick<ContainerRequest<T>, 'command' | 'mounts' | 'stdin' | 'converse' | 'collect' | 'outputBytes'> {
  /**
   * `program`: the candidate's, with the task's environment and behind its healthcheck. `tool`: one of ours, which runs
   * nothing of the candidate's.
   */
  runs: 'program' | 'tool';
  /** Laid over the candidate's change; root's unless they say otherwise. */
  entries?: Iterable<LayerEntry>;
  env?: Readonly<Record<string, string>>;
  /** Seconds; never more than `CheckTools.timeoutSec`, which is the default. */
  timeoutSec?: number;
}

/** How it ended. What was printed is hostile text, without the lines that are the wrapper's own. */
interface CheckRun<T> extends ContainerResult<T> {
  /** Why the command was not started or did not end by itself, in one line; null where it did. */
  problem: string | null;
}

/**
 * One container of the workspace's image without network: the candidate's change is laid, its deletions done, and the
 * command run as the workspace's user in the workspace. Throws `infrastructure` for engine and store, and the signal's
 * reason.
 */
export async function runCheckContainer<T = undefined>(
  { context, layer, timeoutSec }: CheckTools,
  { runs, command, entries = [], env = {}, timeoutSec: ownTime, ...rest }: CheckContainer<T>,
): Promise<CheckRun<T>> {
  const word = freshWord();
  const seconds = Math.min(ownTime ?? timeoutSec, timeoutSec);
  const part = { context: { ...context, image: context.workspace }, layer, deadline: 0 };
  const request = await candidateRequest(part, { command, entries, env, word });
  const result = await context.sandbox.run<T>({
    ...request,
    ...(runs === 'tool' ? { env: { ...frozenEnv, ...env }, healthcheck: null } : {}),
    ...rest,
    limits: { ...context.limits, timeoutSec: seconds },
  });
  throwIfAborted(result, context.signal);
  const failure = setupFailure(word, result.exitCode, outputText(result.stderr));
  return {
    ...result,
    stderr: withoutWord(word, result.stderr),
    problem: failure ?? problemOf(result, seconds),
  };
}

/** What is kept of an output, as text; nothing marks where its middle was cut out. */
export function outputText({ head, tail }: CapturedOutput): string {
  return Buffer.concat([head, tail]).toString('utf8');
}

/** The last line that was printed, for a message. */
export function lastLineOf(output: CapturedOutput): string {
  return boundedLine(outputText(output).slice(-4000).trimEnd().split('\n').at(-1) ?? '', 300);
}

function problemOf({ end, exitCode }: ContainerResult<unknown>, seconds: number): string | null {
  if (end === 'timeout') return `it did not end within ${seconds} s`;
  if (end === 'oom') return 'it ran out of memory';
  if (end === 'storage') return 'it wrote more than its container may hold';
  if (end === 'unhealthy') return 'its container did not become healthy';
  if (exitCode === 126 || exitCode === 127) return 'the command is missing or cannot be executed';
  return null;
}
