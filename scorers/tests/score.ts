import { randomBytes } from 'node:crypto';
import { AssayError, messageOf } from '../../harness/domain/errors.ts';
import type { Verdict } from '../../harness/domain/verdict.ts';
import { type LayerEntry, packLayer } from '../../harness/sandbox/layer.ts';
import type { CapturedOutput, ContainerResult } from '../../harness/sandbox/sandbox.ts';
import type { ScoreContext } from '../scorer.ts';
import { candidateLayer } from '../workspace.ts';
import { hiddenTests } from './hidden-tests.ts';
import { judge } from './judge.ts';
import { readLogs, type VerifierLogs } from './logs.ts';
import type { TestsOptions } from './options.ts';
import { type LogFile, readReports } from './parse/detect.ts';
import type { Parsed } from './parse/result.ts';
import { type Reward, readReward } from './parse/reward.ts';
import { logsDir, overlap } from './paths.ts';
import { keepEvidence, notRun, toVerdict } from './verdict.ts';
import { setupFailure, wrapperCommand, wrapperEntries } from './wrapper.ts';

/** The same for every scoring: what often makes equal code behave differently. A task's own values win. */
const frozenEnv = {
  TZ: 'UTC',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  CI: '1',
  TERM: 'dumb',
};

/**
 * Runs a task's hidden tests on a candidate in one fresh container and judges what they report. Whatever the candidate
 * or its tests did ends in a verdict; throws `infrastructure` for the engine and the store, and the signal's reason.
 */
export async function scoreTests(options: TestsOptions, context: ScoreContext): Promise<Verdict> {
  const { task, image, signal } = context;
  signal.throwIfAborted();
  const taken = overlap(image.workdir);
  if (taken !== null) return notRun(`the workspace ${image.workdir} overlaps ${taken}, which the tests need`);
  const word = randomBytes(16).toString('hex');
  const prepared = await prepare(context, word).catch((error: unknown) => {
    if (error instanceof AssayError && error.kind === 'infrastructure') throw error;
    return messageOf(error);
  });
  if (typeof prepared === 'string') return notRun(prepared);

  const timeoutSec = Math.min(
    task.spec.verifier.timeoutSec,
    context.limits.timeoutSec,
    options.timeout_sec ?? Infinity,
  );
  const result = await context.sandbox.run<VerifierLogs>({
    image: image.ref,
    command: prepared.command,
    env: { ...frozenEnv, ...task.spec.environment.env, ...task.spec.verifier.env },
    workdir: image.workdir,
    user: image.user,
    network: 'none',
    limits: { ...context.limits, timeoutSec },
    files: packLayer(prepared.entries),
    healthcheck: task.spec.environment.healthcheck,
    labels: context.labels,
    signal,
    collect: async (files) => readLogs(await files.read(logsDir)),
  });
  if (result.end === 'aborted') {
    signal.throwIfAborted();
    throw new Error('the container was aborted without a signal');
  }
  return verdictOf(context, result, word, timeoutSec);
}

interface Prepared {
  entries: AsyncIterable<LayerEntry>;
  command: string[];
}

/** The container's files in the order in which they are laid: the candidate's first, so that it replaces none of ours. */
async function prepare({ task, image, candidate, store }: ScoreContext, word: string): Promise<Prepared> {
  const layer = await candidateLayer(store, candidate, image);
  const tests = await hiddenTests(task.dir);
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield* layer.entries;
    yield* tests.entries;
    yield* wrapperEntries(layer.deletions, word, image.user);
  }
  return { entries: entries(), command: wrapperCommand(tests.hasShebang) };
}

async function verdictOf(
  { store }: ScoreContext,
  result: ContainerResult<VerifierLogs>,
  word: string,
  timeoutSec: number,
): Promise<Verdict> {
  const logs = result.collected ?? { files: [], problem: 'the log folder was not read' };
  const stderr = text(result.stderr);
  const judgement = judge({
    end: result.end,
    exitCode: result.exitCode,
    setupFailure: setupFailure(word, result.exitCode, stderr),
    reward: rewardOf(logs.files),
    reports: reportsOf(logs),
    timeoutSec,
    lastLine: lastLine(stderr) || lastLine(text(result.stdout)),
  });
  const evidence = await keepEvidence(store, {
    checks: judgement.checks,
    stdout: result.stdout,
    stderr: without(word, result.stderr),
    files: logs.files,
  });
  return toVerdict(judgement, evidence);
}

function rewardOf(files: readonly LogFile[]): Reward | null {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const json = byPath.get('reward.json');
  const plain = byPath.get('reward.txt');
  const wins = json ?? plain;
  if (wins === undefined) return null;
  if ('problem' in wins) return { ok: false, reason: `${wins.path}: ${wins.problem}` };
  return readReward(json === undefined ? { text: wins.content } : { json: wins.content });
}

function reportsOf(logs: VerifierLogs): Parsed | null {
  return logs.problem === null ? readReports(logs.files) : { ok: false, reason: logs.problem };
}

function text(output: CapturedOutput): string {
  return Buffer.concat([output.head, output.tail]).toString();
}

function lastLine(output: string): string {
  return output.slice(-2000).trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/** The run's word is new every time; without it, equal failures are equal evidence. */
function without(word: string, output: CapturedOutput): CapturedOutput {
  const cut = (part: Uint8Array) => {
    const whole = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('latin1');
    return whole.includes(word) ? Buffer.from(whole.replaceAll(`${word} `, ''), 'latin1') : part;
  };
  const head = cut(output.head);
  const tail = cut(output.tail);
  const removed = output.head.length - head.length + output.tail.length - tail.length;
  return { head, tail, bytes: output.bytes - removed };
}
