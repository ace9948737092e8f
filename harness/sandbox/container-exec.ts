import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { asking, statusOf } from './engine-errors.ts';
import type { ContainerRequest } from './sandbox.ts';

/**
 * Runs a shell command inside a running container, as its user and in its workdir. Returns the exit code; null when it
 * did not end within the time, or when the container is gone. Its output is dropped.
 */
export async function execInContainer(
  container: Dockerode.Container,
  script: string,
  request: Pick<ContainerRequest<unknown>, 'user' | 'workdir'>,
  timeoutSec: number,
): Promise<number | null> {
  const options = {
    Cmd: ['/bin/sh', '-c', script],
    User: `${request.user.uid}:${request.user.gid}`,
    WorkingDir: request.workdir,
    AttachStdout: true,
    AttachStderr: true,
  };
  try {
    const exec = await container.exec(options);
    const output = await exec.start({ Detach: false, Tty: false });
    output.resume();
    const late = new AbortController();
    const ended = finished(output).catch(() => undefined);
    const isLate = sleep(timeoutSec * 1000, true, { signal: late.signal }).catch(() => false);
    const timedOut = await Promise.race([ended.then(() => false), isLate]);
    late.abort();
    output.destroy();
    return timedOut ? null : await exitCodeOf(exec);
  } catch (error) {
    // 404 and 409: the container has stopped meanwhile.
    if (statusOf(error) === 404 || statusOf(error) === 409) return null;
    return asking('run a command in a container', () => Promise.reject(error));
  }
}

async function exitCodeOf(exec: Dockerode.Exec): Promise<number | null> {
  // Its output may end a moment before its code is known.
  for (let tries = 0; tries < 20; tries++) {
    const state = await exec.inspect();
    if (!state.Running) return state.ExitCode;
    await sleep(50);
  }
  return null;
}
