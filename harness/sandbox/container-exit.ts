import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { infrastructureError } from '../domain/errors.ts';
import type { Limits } from '../domain/limits.ts';
import type { StopReason } from './container-stop.ts';
import { asking, engineError, engineWords, isNotFound, statusOf } from './engine-errors.ts';
import type { ContainerEnd } from './sandbox.ts';
import type { Session } from './session.ts';

/** The engine's answer when a container has ended. */
export interface ExitFacts {
  StatusCode: number;
  Error?: { Message?: string } | null;
}

/**
 * Waits until a container has ended. Throws `infrastructure` when the engine goes away meanwhile: its client then waits
 * for ever, as the engine begins its answer at once and ends it with the container. `breaks` is the watch's count from
 * before the container was created.
 */
export async function waitForExit(
  session: Session,
  container: Dockerode.Container,
  breaks: number,
): Promise<ExitFacts> {
  const cut = Promise.withResolvers<never>();
  const gone = () => cut.reject(interrupted('the container engine went away while a container ran'));
  const stopListening = session.watch.onBreak(gone);
  if (session.watch.breaks() !== breaks) gone();
  try {
    const exit = asking('wait for a container', () => container.wait()) as Promise<ExitFacts>;
    return await Promise.race([exit, cut.promise]);
  } finally {
    stopListening();
  }
}

/** Why a container could not even be started, through no fault of the machinery. */
export interface StartRefusal {
  /** Of a command, as a shell would report it; null where the network that it joins is gone. */
  exitCode: 126 | 127 | null;
  words: string;
}

/**
 * Starts a container. Returns how the runtime refused the command itself (missing: 127, not executable: 126) or that the
 * container `joins` runs no more, null when it runs; throws `infrastructure` for everything else.
 */
export async function startContainer(
  session: Session,
  container: Dockerode.Container,
  joins: string | null,
): Promise<StartRefusal | null> {
  try {
    await container.start();
    return null;
  } catch (error) {
    const words = engineWords(error);
    const aboutCommand = statusOf(error) !== null && /\bexec(:|user process| format)/i.test(words);
    if (aboutCommand && /executable file not found|no such file or directory/i.test(words))
      return { exitCode: 127, words };
    if (aboutCommand && /permission denied|exec format error|is a directory/i.test(words))
      return { exitCode: 126, words };
    if (joins !== null && statusOf(error) !== null && !(await isRunning(session.docker.getContainer(joins))))
      return { exitCode: null, words };
    throw engineError('start a container', error);
  }
}

async function isRunning(container: Dockerode.Container): Promise<boolean> {
  try {
    return (await container.inspect()).State.Running;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw engineError('look at a container', error);
  }
}

type SizedState = Dockerode.ContainerInspectInfo & { SizeRw?: number };

/** Not in the client's types. */
const sized: object = { size: true };

/** A container's state, and with it how many bytes its own layer holds. */
export async function inspectSized(container: Dockerode.Container): Promise<SizedState> {
  return asking('look at a container', async () => (await container.inspect(sized)) as SizedState);
}

/** How long to wait for it, again and again: on a busy machine it takes its time. */
const oomReportMs = [100, 300, 1000];

export interface ExitContext {
  facts: ExitFacts;
  /** Why we killed it; null when we did not. */
  reason: StopReason | null;
  limits: Limits;
}

/**
 * How a container that has stopped came to its end. Throws `infrastructure` when it did not end by its own doing or
 * ours: an engine that shuts down stops containers, and that must not look like a candidate's exit.
 */
export async function judgeEnd(
  session: Session,
  container: Dockerode.Container,
  { facts, reason, limits }: ExitContext,
): Promise<{ end: ContainerEnd; exitCode: number | null }> {
  let state = await inspectSized(container);
  // The kernel's report of an out-of-memory kill may come after the exit that it caused.
  for (const ms of reason === null && facts.StatusCode === 137 ? oomReportMs : []) {
    if (state.State.OOMKilled) break;
    await sleep(ms);
    state = await inspectSized(container);
  }
  const isTooLarge = (state.SizeRw ?? 0) > limits.storageMb * 1024 * 1024;
  if (reason === 'done') return { end: isTooLarge ? 'storage' : 'exited', exitCode: null };
  if (reason !== null) return { end: reason, exitCode: null };

  if (session.watch.signalsTo(container.id) > 0)
    throw interrupted('a container was stopped from outside, by the engine or by somebody else');
  const failure = facts.Error?.Message || state.State.Error;
  if (failure) throw interrupted(`the engine lost a container: ${failure}`);
  if (state.State.Running) throw interrupted('the engine says that a container runs on after its end');

  if (state.State.OOMKilled && facts.StatusCode !== 0) return { end: 'oom', exitCode: null };
  if (isTooLarge) return { end: 'storage', exitCode: null };
  return { end: 'exited', exitCode: facts.StatusCode };
}

function interrupted(message: string) {
  return infrastructureError(message, {
    fix: 'see that the engine stays up, then resume the run',
    component: 'engine',
  });
}
