import { infrastructureError } from '../domain/errors.ts';
import { asking } from './engine-errors.ts';
import { removeImage } from './reap.ts';
import type { StoppedFiles } from './sandbox.ts';
import { type Session, sessionLabels } from './session.ts';
import { containerOf } from './stopped-files.ts';

/** See `Sandbox.withSnapshot`. */
export async function withSnapshot<T>(
  session: Session,
  files: StoppedFiles,
  work: (image: string) => Promise<T>,
): Promise<T> {
  const container = containerOf(files);
  const id = await commitImage(session, container.id, { 'assay.image': 'snapshot' }, {});
  try {
    return await work(id);
  } finally {
    await removeImage(session.docker, id, session.log);
  }
}

/** Keeps a container's file system as an image of this session without a name; returns its id. */
export async function commitImage(
  session: Session,
  container: string,
  labels: Readonly<Record<string, string>>,
  /** The engine's settings for containers of it; the container's own where it says nothing. */
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const request = {
    _query: { container, pause: false },
    _body: { ...settings, Labels: { ...sessionLabels(session), ...labels } },
  };
  const answer = (await asking('keep the state of a container', () =>
    session.docker.getContainer(container).commit(request as object),
  )) as { Id?: unknown };
  if (typeof answer.Id !== 'string')
    throw infrastructureError('the engine did not name the image that it made', { component: 'engine' });
  return answer.Id;
}
