import type Dockerode from 'dockerode';
import { asking, engineWords, isNotFound, statusOf } from './engine-errors.ts';
import { isDead, parseOwner } from './owner.ts';

type Labels = Record<string, string> | null | undefined;

/**
 * Removes containers, networks, volumes and images whose owner was a process of this machine and no longer lives. Never touches
 * a living session's, another machine's, or what carries no owner of ours. Returns how many containers it removed.
 */
export async function reapDead(docker: Dockerode, log: (line: string) => void): Promise<number> {
  const dead = new Map<string, Promise<boolean>>();
  return removeLabelled(docker, ['assay=1'], log, (labels) => {
    const text = labels?.['assay.owner'] ?? '';
    const owner = parseOwner(text);
    if (owner === null) return Promise.resolve(false);
    const known = dead.get(text) ?? isDead(owner);
    dead.set(text, known);
    return known;
  });
}

/** Removes everything of one session, whatever its state. Returns how many containers it removed. */
export async function removeSession(
  docker: Dockerode,
  session: string,
  log: (line: string) => void,
): Promise<number> {
  return removeLabelled(docker, ['assay=1', `assay.session=${session}`], log, () => Promise.resolve(true));
}

async function removeLabelled(
  docker: Dockerode,
  label: string[],
  log: (line: string) => void,
  chosen: (labels: Labels) => Promise<boolean>,
): Promise<number> {
  const filters = { label };
  const containers = await asking('list containers', () => docker.listContainers({ all: true, filters }));
  let removed = 0;
  for (const { Id, Labels } of containers) {
    if (!(await chosen(Labels))) continue;
    const isGone = await tolerant(log, `container ${Id.slice(0, 12)}`, () =>
      docker.getContainer(Id).remove({ force: true, v: true }),
    );
    if (isGone) removed++;
  }
  // Networks and volumes after the containers that use them.
  const networks = await asking('list networks', () => docker.listNetworks({ filters }));
  for (const { Id, Labels } of networks)
    if (await chosen(Labels))
      await tolerant(log, `network ${Id.slice(0, 12)}`, () => docker.getNetwork(Id).remove());
  const { Volumes } = await asking('list volumes', () => docker.listVolumes({ filters }));
  for (const { Name, Labels } of Volumes ?? [])
    if (await chosen(Labels)) await tolerant(log, `volume ${Name}`, () => docker.getVolume(Name).remove());
  // What is kept across sessions does not carry the label.
  const images = await asking('list images', () => docker.listImages({ all: true, filters }));
  // The youngest first: an image that another was made from cannot go before it.
  for (const { Id, Labels } of images.toSorted((a, b) => b.Created - a.Created))
    if (await chosen(Labels)) await removeImage(docker, Id, log);
  return removed;
}

/** Removes an image that is in nobody's use; one that is gone, or is still in use, is no failure. */
export async function removeImage(
  docker: Dockerode,
  id: string,
  log: (line: string) => void,
): Promise<boolean> {
  return tolerant(log, `image ${id.slice(0, 19)}`, () => docker.getImage(id).remove({ force: true }));
}

/** Another process may be removing the same thing: gone is gone. */
async function tolerant(
  log: (line: string) => void,
  what: string,
  remove: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await remove();
    return true;
  } catch (error) {
    if (isNotFound(error) || statusOf(error) === 409) return false;
    log(`${what} could not be removed: ${engineWords(error)}`);
    return false;
  }
}
