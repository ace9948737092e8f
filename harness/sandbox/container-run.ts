import type Dockerode from 'dockerode';
import { captureOutput, type OutputCapture } from './capture.ts';
import { createContainer, layFiles } from './container-create.ts';
import { execInContainer } from './container-exec.ts';
import { inspectSized, judgeEnd, startContainer, waitForExit } from './container-exit.ts';
import { attachOutput } from './container-output.ts';
import { makeStopper, type Stopper, type StopReason } from './container-stop.ts';
import { engineError } from './engine-errors.ts';
import { type Gate, gateFor } from './gate.ts';
import { untilHealthy } from './healthcheck.ts';
import type { ContainerEnd, ContainerRequest, ContainerResult, RunningContainer } from './sandbox.ts';
import { removeContainer, type Session } from './session.ts';
import { stoppedFiles } from './stopped-files.ts';
import { watchStorage } from './storage-watch.ts';

/** How long the engine may take to hand over the last output of a container that has ended. */
const drainMs = 10_000;
/** Longer times do not fit a timer. */
const maxTimerMs = 2 ** 31 - 1;

interface Ended {
  end: ContainerEnd;
  exitCode: number | null;
  wallSec: number;
}

/** One container from create to remove; see `Sandbox.run`. */
export async function runContainer<T>(
  session: Session,
  request: ContainerRequest<T>,
): Promise<ContainerResult<T>> {
  const signal = AbortSignal.any([session.closing, ...(request.signal ? [request.signal] : [])]);
  const output = { stdout: captureOutput(request.outputBytes), stderr: captureOutput(request.outputBytes) };
  let container: Dockerode.Container | null = null;
  let ended: Ended = { end: 'aborted', exitCode: null, wallSec: 0 };
  let collected: T | undefined;
  try {
    if (!signal.aborted) {
      await session.watch.ensure();
      const breaks = session.watch.breaks();
      const gate = request.healthcheck ? gateFor(request.command) : null;
      container = await createContainer(session, gate ? { ...request, command: gate.command } : request);
      if (request.files) await layFiles(container, request.files);
      if (!signal.aborted) ended = await live(session, container, request, { gate, output, signal, breaks });
      if (request.collect && ended.end !== 'aborted')
        collected = await collect(container, request.collect, ended.end);
    }
  } finally {
    request.files?.destroy();
    if (container !== null) {
      await removeContainer(session, container.id);
      session.watch.forget(container.id);
    }
  }
  return { ...ended, stdout: output.stdout.result(), stderr: output.stderr.result(), collected };
}

interface LifeOptions {
  gate: Gate | null;
  output: { stdout: OutputCapture; stderr: OutputCapture };
  signal: AbortSignal;
  /** Count of broken connections to the engine before the container was created. */
  breaks: number;
}

/** From start to stop. */
async function live(
  session: Session,
  container: Dockerode.Container,
  request: ContainerRequest<unknown>,
  { gate, output, signal, breaks }: LifeOptions,
): Promise<Ended> {
  const attached = await attachOutput(container, output, request.converse ? 'open' : request.stdin);
  const done = new AbortController();
  try {
    const joins = typeof request.network === 'object' ? request.network.joins : null;
    const refusal = await startContainer(session, container, joins);
    if (refusal !== null) {
      output.stderr.write(Buffer.from(`${refusal.words}\n`));
      return { end: 'exited', exitCode: refusal.exitCode, wallSec: 0 };
    }
    // The engine calls a container ended only when all of its output is taken, even after a kill.
    const stopper = makeStopper(container, done.signal, () => attached.stdio?.discard());
    const onAbort = () => stopper.stop('aborted');
    signal.addEventListener('abort', onAbort, { signal: done.signal });
    if (signal.aborted) onAbort();

    const gone = Promise.race([waitForExit(session, container, breaks), stopper.failed]);
    gone.catch(() => undefined);

    const isHealthy = gate === null || (await passGate(container, request, gate, gone));
    if (!isHealthy) stopper.stop('unhealthy');
    const started = performance.now();
    if (isHealthy) watchBounds(container, request, stopper, done.signal);
    const talk =
      isHealthy && request.converse && attached.stdio
        ? converse(request.converse, { id: container.id, ...attached.stdio }, gone, stopper)
        : undefined;
    talk?.catch(() => undefined);

    let wallSec = 0;
    const [exit, talked] = await Promise.allSettled([
      gone.finally(() => {
        wallSec = (performance.now() - started) / 1000;
      }),
      talk,
    ]);
    if (exit.status === 'rejected') throw exit.reason;
    if (talked.status === 'rejected' && !signal.aborted) throw talked.reason;
    const facts = exit.value;
    const reason = (await stopper.reason()) ?? lateReason(isHealthy, signal);
    done.abort();
    await attached.drained(drainMs);
    const judged = await judgeEnd(session, container, { facts, reason, limits: request.limits });
    return { ...judged, wallSec };
  } finally {
    done.abort();
    attached.close();
  }
}

/** A service that ended before its check passed never let the command begin. */
function lateReason(isHealthy: boolean, signal: AbortSignal): StopReason | null {
  if (isHealthy) return null;
  return signal.aborted ? 'aborted' : 'unhealthy';
}

/** Probes until healthy, then lets the command begin; false when it never got healthy or ended before. */
async function passGate(
  container: Dockerode.Container,
  request: ContainerRequest<unknown>,
  gate: Gate,
  gone: Promise<unknown>,
): Promise<boolean> {
  const { healthcheck } = request;
  if (!healthcheck) return true;
  const ended = new AbortController();
  gone.finally(() => ended.abort()).catch(() => undefined);
  const run = (script: string) => execInContainer(container, script, request, healthcheck.timeoutSec);
  const probe = async () => (await run(healthcheck.command)) === 0;
  return (await untilHealthy(healthcheck, probe, ended.signal)) && (await run(gate.openScript)) === 0;
}

/** Lets somebody talk with a container until they are done, or it is. */
async function converse(
  talk: NonNullable<ContainerRequest<unknown>['converse']>,
  { id, stdin, stdout }: RunningContainer,
  gone: Promise<unknown>,
  stopper: Stopper,
): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  gone.then(end, end);
  try {
    await talk({ id, stdin, stdout }, ended.signal);
  } finally {
    if (!ended.signal.aborted) stopper.stop('done');
  }
}

/** Kills the container at its deadline, or when it has written too much. */
function watchBounds(
  container: Dockerode.Container,
  { limits }: ContainerRequest<unknown>,
  stopper: Stopper,
  done: AbortSignal,
): void {
  const timer = setTimeout(() => stopper.stop('timeout'), Math.min(limits.timeoutSec * 1000, maxTimerMs));
  done.addEventListener('abort', () => clearTimeout(timer));
  void watchStorage({
    measure: async () => (await inspectSized(container)).SizeRw ?? 0,
    limitBytes: limits.storageMb * 1024 * 1024,
    onExceeded: () => stopper.stop('storage'),
    signal: done,
  });
}

/** Hands the stopped container's files to the caller. */
async function collect<T>(
  container: Dockerode.Container,
  work: NonNullable<ContainerRequest<T>['collect']>,
  end: ContainerEnd,
): Promise<T> {
  const files = stoppedFiles(container);
  try {
    return await work(files, end);
  } catch (error) {
    if (files.broken() !== undefined) throw engineError('read the files of a container', error);
    throw error;
  } finally {
    files.end();
  }
}
