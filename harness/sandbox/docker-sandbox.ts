import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { infrastructureError, inputError } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';
import { ensureBaseImage } from './base-images.ts';
import { ping } from './connect.ts';
import { runContainer } from './container-run.ts';
import { engineWords } from './engine-errors.ts';
import { readEngineHost } from './engine-host.ts';
import { watchEngine } from './engine-watch.ts';
import { readImagePath, withImageFiles } from './image-files.ts';
import { currentOwner, formatOwner } from './owner.ts';
import { prepareTask } from './prepare-task.ts';
import { reapDead, removeSession } from './reap.ts';
import { stateImages } from './restore-image.ts';
import { probeRuntime } from './runtime-probe.ts';
import type { ContainerRequest, PreparedImage, PrepareOptions, Sandbox } from './sandbox.ts';
import { removeContainer, type Session } from './session.ts';
import { sharedWork } from './shared-work.ts';
import { withSnapshot } from './snapshot.ts';
import type { EnsureBase, TaskImage } from './task-image.ts';
import { userOf } from './users-of-image.ts';

export interface DockerSandboxOptions {
  docker: Dockerode;
  /** null: the engine's default. */
  runtime: 'runc' | 'runsc' | null;
  /** Labels everything of this session; letters, digits, `_`, `.` and `-`. */
  session: string;
  /** How base images are found; by default from the engine, a mirror, a registry, or Debian packages. */
  ensureBase?: EnsureBase;
  /** What happens in the background and stops nothing. */
  log?: (line: string) => void;
}

/**
 * Opens the sandbox on an engine of Docker's API, 1.41 or newer. Throws `infrastructure` when the engine does not
 * answer, `input` when it lacks the runtime.
 */
export async function openDockerSandbox(options: DockerSandboxOptions): Promise<Sandbox> {
  const { docker, ensureBase = ensureBaseImage, log = () => undefined } = options;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(options.session))
    throw inputError(`a session cannot be called ${JSON.stringify(options.session)}`);
  const closing = new AbortController();
  const session: Session = {
    docker,
    id: options.session,
    owner: formatOwner(await currentOwner()),
    host: await readEngineHost(docker, options.runtime),
    watch: watchEngine(docker, options.session),
    closing: closing.signal,
    leftovers: new Set(),
    log,
  };
  const { unenforced } = session.host;
  if (unenforced.length > 0)
    log(`the container engine does not bound ${unenforced.join(', ')} (see docker info)`);
  const running = new Set<Promise<unknown>>();
  const preparing = sharedWork<PreparedImage>(closing.signal);
  const building = sharedWork<TaskImage>(closing.signal);
  const states = stateImages(session);

  /** What is under way must have settled before `close` takes stock. */
  const tracked = <T>(work: Promise<T>): Promise<T> => {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    running.add(settled);
    void settled.then(() => running.delete(settled));
    return work;
  };

  const prepare = async (task: LoadedTask, request: PrepareOptions) => {
    const image = await prepareTask({ session, ensureBase, building, preparing }, task, request);
    if (session.host.runtime === 'runsc') await probeRuntime(session, image);
    return image;
  };

  return {
    facts: async () => ({ version: session.host.version, runtime: session.host.runtime }),
    prepare: (task, request) => tracked(prepare(task, request)),
    readImage: (image, path, consume) => tracked(readImagePath(session, image, path, consume)),
    openImage: (image, work) => tracked(withImageFiles(session, image, work)),
    userOf: (image, user) => tracked(userOf(session, image, user)),
    withSnapshot: (files, work) => tracked(withSnapshot(session, files, work)),
    withState: (image, state, work, signal) => tracked(states.use(image, state, work, signal)),
    run: <T = undefined>(request: ContainerRequest<T>) => tracked(runContainer(session, request)),
    reap: () => reapDead(docker, log),
    async ready(timeoutMs) {
      await untilAnswering(docker, timeoutMs);
      for (const id of session.leftovers) await removeContainer(session, id);
    },
    async close() {
      closing.abort();
      await Promise.all(running);
      session.watch.close();
      await removeSession(docker, session.id, log);
    },
  };
}

async function untilAnswering(docker: Dockerode, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = deadline - performance.now();
    try {
      await ping(docker, Math.max(1, Math.min(left, 2000)));
      return;
    } catch (error) {
      if (left <= 200) {
        throw infrastructureError(
          `the container engine did not answer within ${timeoutMs / 1000} s: ${engineWords(error)}`,
          {
            fix: 'start it (assay doctor says what is wrong), then resume the run',
            cause: error,
            component: 'engine',
          },
        );
      }
    }
    await sleep(200);
  }
}
