import type Dockerode from 'dockerode';
import { captureOutput } from './capture.ts';
import { waitForExit } from './container-exit.ts';
import { attachOutput } from './container-output.ts';
import { asking } from './engine-errors.ts';
import { type Session, sessionLabels } from './session.ts';

/** How long a change of an image may take. */
const maxMs = 10 * 60_000;

/**
 * Creates a container in which an image is changed by a program of its own: as root, without network, with no more
 * rights than it takes to change files and their owners. It does not run yet.
 */
export async function rootContainer(
  session: Session,
  image: string,
  command: readonly string[],
): Promise<Dockerode.Container> {
  return asking(`change the image ${image}`, () =>
    session.docker.createContainer({
      Image: image,
      User: '0:0',
      WorkingDir: '/',
      Entrypoint: [...command],
      Cmd: [],
      Labels: sessionLabels(session),
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        CapAdd: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER'],
        SecurityOpt: ['no-new-privileges'],
        LogConfig: { Type: 'none', Config: {} },
      },
    }),
  );
}

/** Runs such a container to its end. Throws the signal's reason, and `infrastructure`. */
export async function runToEnd(
  session: Session,
  container: Dockerode.Container,
  signal: AbortSignal,
): Promise<{ exitCode: number; stderr: string }> {
  await session.watch.ensure();
  const breaks = session.watch.breaks();
  const output = { stdout: captureOutput(), stderr: captureOutput() };
  const attached = await attachOutput(container, output, undefined);
  const stop = AbortSignal.any([signal, AbortSignal.timeout(maxMs)]);
  // Its removal ends the waiting below as well.
  const kill = () => void container.kill().catch(() => undefined);
  stop.addEventListener('abort', kill, { once: true });
  try {
    await asking('start a container that changes an image', () => container.start());
    const { StatusCode } = await waitForExit(session, container, breaks);
    await attached.drained(1000);
    signal.throwIfAborted();
    const stderr = Buffer.from(output.stderr.result().head).toString('utf8').trim();
    return { exitCode: StatusCode, stderr };
  } finally {
    stop.removeEventListener('abort', kill);
    attached.close();
  }
}
