import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { infrastructureError } from '../domain/errors.ts';
import { containerSpec, type SpecContext } from './container-spec.ts';
import { engineError, engineWords, isNotFound } from './engine-errors.ts';
import type { ContainerRequest } from './sandbox.ts';
import { type Session, sessionLabels } from './session.ts';
import { publicNetwork } from './session-network.ts';

/** Creates the container of a request; it does not run yet. */
export async function createContainer(
  session: Session,
  request: ContainerRequest<unknown>,
): Promise<Dockerode.Container> {
  const { docker, host } = session;
  const network = await networkOf(session, request.network);
  const labels = sessionLabels(session, request.labels);
  try {
    const declared = await declaredVolumes(session, request.image);
    // Everything lies in `/`: a command that runs there has no workspace to hide.
    const hides = (path: string) => request.workdir !== '/' && overlap(path, request.workdir);
    const volumes = declared.filter((path) => !hides(path));
    const create = () => docker.createContainer(containerSpec(request, { host, network, volumes, labels }));
    try {
      return await create();
    } catch (error) {
      if (!host.storageQuota || !/storage-opt|quota/i.test(engineWords(error))) throw error;
      host.storageQuota = false;
      return await create();
    }
  } catch (error) {
    if (!isNotFound(error) || !/image/i.test(engineWords(error)))
      throw engineError('create a container', error);
    throw infrastructureError(`the engine has no image ${request.image}: ${engineWords(error)}`, {
      fix: 'do not remove images while a run uses them; start the run again to make it anew',
      cause: error,
    });
  }
}

async function networkOf(
  session: Session,
  network: ContainerRequest<unknown>['network'],
): Promise<SpecContext['network']> {
  if (typeof network === 'object') return `container:${network.joins}`;
  return network === 'none' ? 'none' : publicNetwork(session);
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

const volumesOf = new WeakMap<Session, Map<string, string[]>>();

/** Paths that an image declares as volumes; asked once per image and session. */
async function declaredVolumes(session: Session, image: string): Promise<string[]> {
  const known = volumesOf.get(session) ?? new Map<string, string[]>();
  volumesOf.set(session, known);
  const found = known.get(image);
  if (found !== undefined) return found;
  const info = await session.docker.getImage(image).inspect();
  const volumes = Object.keys(info.Config?.Volumes ?? {});
  known.set(image, volumes);
  return volumes;
}

/** True when one path is the other or lies within it. */
export function overlap(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => `${path.replace(/\/+$/, '')}/`) as [string, string];
  return left.startsWith(right) || right.startsWith(left);
}
