import type { Evidence } from '../harness/domain/candidate.ts';
import { AssayError, messageOf } from '../harness/domain/errors.ts';
import type { TaskSpec } from '../harness/domain/task.ts';
import type { ContainerResult, ContainerUser, StoppedFiles } from '../harness/sandbox/sandbox.ts';
import { keepContent } from '../harness/store/evidence.ts';
import type { AttemptContext } from './source.ts';

type Hook = TaskSpec['verifier']['collect'][number];

/** How one command came out; for people. */
interface HookReport {
  command: string;
  ended: string;
  /** The end of what it printed. */
  output: string;
}

const outputBytes = 64 * 1024;
const shownCharacters = 2000;

/**
 * Runs the task's `[[verifier.collect]]` commands, each in a fresh container of what the one before it left, and hands
 * over the files of the last. No process of the agent's lives in any of them and there is no network: at its deadline
 * the agent is over, and only what stands in its file system can be collected. A command that fails is noted.
 */
export async function afterHooks<T>(
  context: AttemptContext,
  files: StoppedFiles,
  work: (files: StoppedFiles) => Promise<T>,
): Promise<{ result: T; evidence: Evidence[] }> {
  const { collect } = context.task.spec.verifier;
  if (collect.length === 0) return { result: await work(files), evidence: [] };
  return context.sandbox.withSnapshot(files, (image) => hooksOn(context, image, work));
}

/** The same for the image itself, as if an agent had done nothing. */
export async function hooksOnImage<T>(
  context: AttemptContext,
  work: (files: StoppedFiles) => Promise<T>,
): Promise<{ result: T; evidence: Evidence[] }> {
  if (context.task.spec.verifier.collect.length > 0) return hooksOn(context, context.image.ref, work);
  return { result: await context.sandbox.openImage(context.image.ref, work), evidence: [] };
}

async function hooksOn<T>(
  context: AttemptContext,
  image: string,
  work: (files: StoppedFiles) => Promise<T>,
): Promise<{ result: T; evidence: Evidence[] }> {
  const reports: HookReport[] = [];
  const result = await runFrom(context, image, context.task.spec.verifier.collect, reports, work);
  const json = `${JSON.stringify(reports, null, 2)}\n`;
  return { result, evidence: [await keepContent(context.store, 'collect.json', json)] };
}

async function runFrom<T>(
  context: AttemptContext,
  image: string,
  [hook, ...rest]: readonly Hook[],
  reports: HookReport[],
  work: (files: StoppedFiles) => Promise<T>,
): Promise<T> {
  if (hook === undefined) throw new TypeError('there is no command to run');
  const user = await userOf(context, hook);
  if (typeof user === 'string') {
    reports.push({ command: hook.command, ended: user, output: '' });
    return rest.length > 0
      ? runFrom(context, image, rest, reports, work)
      : context.sandbox.openImage(image, work);
  }
  const { task, sandbox, signal } = context;
  const report: HookReport = { command: hook.command, ended: '', output: '' };
  reports.push(report);
  const result = await sandbox.run<{ of: T }>({
    image,
    command: ['bash', '-c', hook.command],
    env: { TERM: 'dumb', ...task.spec.environment.env },
    workdir: context.image.workdir,
    user,
    network: 'none',
    limits: { ...context.limits, timeoutSec: hook.timeoutSec },
    healthcheck: task.spec.environment.healthcheck,
    labels: context.labels,
    outputBytes,
    signal,
    collect: async (files) => ({
      of:
        rest.length > 0
          ? await sandbox.withSnapshot(files, (next) => runFrom(context, next, rest, reports, work))
          : await work(files),
    }),
  });
  Object.assign(report, described(result));
  if (result.collected !== undefined) return result.collected.of;
  signal.throwIfAborted();
  throw new Error('the container was aborted without a signal');
}

/** Who runs a command: the agent's user unless it says otherwise; a sentence where the image has no such user. */
async function userOf({ image, sandbox }: AttemptContext, { user }: Hook): Promise<ContainerUser | string> {
  if (user === null) return image.user;
  try {
    return await sandbox.userOf(image.ref, user);
  } catch (error) {
    if (error instanceof AssayError && error.kind === 'input') return `not run: ${messageOf(error)}`;
    throw error;
  }
}

function described({
  end,
  exitCode,
  stdout,
  stderr,
}: ContainerResult<unknown>): Pick<HookReport, 'ended' | 'output'> {
  const text = Buffer.concat([stdout.head, stdout.tail, stderr.head, stderr.tail]).toString('utf8');
  return {
    ended: end === 'exited' ? `exit code ${exitCode ?? 'unknown'}` : end,
    output: text.slice(-shownCharacters),
  };
}
