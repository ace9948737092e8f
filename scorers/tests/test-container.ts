import { randomBytes } from 'node:crypto';
import { verifierEnvironment } from '../../harness/domain/verifier-environment.ts';
import { type LayerEntry, packLayer } from '../../harness/sandbox/layer.ts';
import type {
  CapturedOutput,
  ContainerResult,
  FileChange,
  ReadOnlyMount,
} from '../../harness/sandbox/sandbox.ts';
import type { ScoreContext } from '../scorer.ts';
import { frozenEnv } from './frozen-env.ts';
import { readLogs, type VerifierLogs, type WantedLogs } from './logs.ts';
import { logsDir } from './paths.ts';
import { maxChanges } from './tampering.ts';

/** On top of what is frozen, as test programs expect it of a machine that runs them. A task's own values win. */
const testEnv = { ...frozenEnv, CI: '1', TERM: 'dumb' };

export interface TestContainer {
  command: readonly string[];
  entries: AsyncIterable<LayerEntry>;
  env?: Readonly<Record<string, string>>;
  timeoutSec: number;
  /** What is read of the log folder. */
  wanted?: WantedLogs;
  /** Whether it is looked at what has changed in the container; else nothing counts as changed. */
  isWatched?: boolean;
  mounts?: readonly ReadOnlyMount[];
}

interface Left {
  logs: VerifierLogs;
  changes: readonly FileChange[] | null;
}

export interface TestContainerResult {
  result: ContainerResult<Left>;
  logs: VerifierLogs;
  /** null: more than are looked at. */
  changes: readonly FileChange[] | null;
  stdout: string;
  stderr: string;
  lastLine: string;
}

/** A word that only the harness and the first process of one container know. */
export function freshWord(): string {
  return randomBytes(16).toString('hex');
}

/** One container in which tests run, without network, and what it left in the log folder. */
export async function runTestContainer(
  context: ScoreContext,
  request: TestContainer,
): Promise<TestContainerResult> {
  const { task, image, signal } = context;
  const own = verifierEnvironment(task.spec);
  const result = await context.sandbox.run<Left>({
    image: image.ref,
    command: request.command,
    env: { ...testEnv, ...own.env, ...task.spec.verifier.env, ...request.env },
    workdir: image.workdir,
    user: image.user,
    network: 'none',
    limits: { ...context.limits, timeoutSec: request.timeoutSec },
    files: packLayer(request.entries),
    ...(request.mounts === undefined ? {} : { mounts: request.mounts }),
    healthcheck: own.healthcheck,
    labels: context.labels,
    signal,
    collect: async (files) => ({
      logs: await readLogs(await files.read(logsDir), request.wanted),
      changes: request.isWatched ? await files.changes(maxChanges) : [],
    }),
  });
  if (result.end === 'aborted') {
    signal.throwIfAborted();
    throw new Error('the container was aborted without a signal');
  }
  const stdout = text(result.stdout);
  const stderr = text(result.stderr);
  return {
    result,
    logs: result.collected?.logs ?? { files: [], problem: 'the log folder was not read' },
    changes: result.collected?.changes ?? null,
    stdout,
    stderr,
    lastLine: lastLine(stderr) || lastLine(stdout),
  };
}

function text(output: CapturedOutput): string {
  return Buffer.concat([output.head, output.tail]).toString();
}

function lastLine(output: string): string {
  return output.slice(-2000).trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/** The run's word is new every time; without it, equal failures are equal evidence. */
export function withoutWord(word: string, output: CapturedOutput): CapturedOutput {
  const cut = (part: Uint8Array) => {
    const whole = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
    return whole.includes(word) ? Buffer.from(whole.replaceAll(`${word} `, ''), 'latin1') : part;
  };
  const head = cut(output.head);
  const tail = cut(output.tail);
  const removed = output.head.length - head.length + output.tail.length - tail.length;
  return { head, tail, bytes: output.bytes - removed };
}
