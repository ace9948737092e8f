import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { infrastructureError } from '../domain/errors.ts';
import { containerSpec } from './container-spec.ts';
import { asking, engineError, engineWords, isNotFound } from './engine-errors.ts';
import type { ContainerRequest } from './sandbox.ts';
import { type Session, sessionLabels } from './session.ts';
import { publicNetwork } from './session-network.ts';

/** Creates the container of a request; it does not run yet. */
export async function createContainer(
  session: Session,
  request: ContainerRequest<unknown>,
): Promise<Dockerode.Container> {
  const network = request.network === 'none' ? 'none' : await publicNetwork(session);
  const volumes = (await declaredVolumes(session, request.image)).filter(
    (path) => !overlap(path, request.workdir),
  );
  const create = () =>
    session.docker.createContainer(
      containerSpec(request, {
        runtime: session.host.runtime,
        hostCpus: session.host.cpus,
        hasInit: session.host.hasInit,
        storageQuota: session.host.storageQuota,
        network,
        volumes,
        labels: sessionLabels(session, request.labels),
      }),
    );
  try {
    return await create();
  } catch (error) {
    if (isNotFound(error)) {
      throw infrastructureError(`the engine has no image ${request.image}: ${engineWords(error)}`, {
        fix: 'do not remove images while a run uses them; start the run again to make it anew',
        cause: error,
        component: 'engine',
      });
    }
    if (!session.host.storageQuota || !/storage-opt|pquota|project quota/i.test(engineWords(error)))
      throw engineError('create a container', error);
    session.host.storageQuota = false;
    return asking('create a container', create);
  }
}

/** Extracts the request's files at `/`. Throws the stream's own error when that is what failed. */
export async function layFiles(container: Dockerode.Container, files: Readable): Promise<void> {
  let broken: unknown;
  files.on('error', (error) => {
    broken ??= error;
  });
  try {
    await container.putArchive(files, { path: '/' });
  } catch (error) {
    if (broken !== undefined) throw broken;
    throw engineError('lay files into a container', error);
  }
}

/** Paths that an image declares as volumes. */
export async function declaredVolumes(session: Session, image: string): Promise<string[]> {
  const info = await asking(`look at the image ${image}`, () => session.docker.getImage(image).inspect());
  return Object.keys(info.Config?.Volumes ?? {});
}

/** True when one path is the other or lies within it. */
export function overlap(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => `${path.replace(/\/+$/, '')}/`) as [string, string];
  return left.startsWith(right) || right.startsWith(left);
}
