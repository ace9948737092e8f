import type Dockerode from 'dockerode';
import { inputError } from '../domain/errors.ts';
import { layFiles } from './container-create.ts';
import { asking } from './engine-errors.ts';
import { type LayerEntry, packLayer } from './layer.ts';
import { rootContainer, runToEnd } from './root-container.ts';
import { removeContainer, type Session } from './session.ts';

export interface Derivation {
  from: string;
  tag: string;
  layer: readonly LayerEntry[];
  /** Folders that are to belong, with all that is in them, to somebody; null for none. */
  own: { uid: number; gid: number; folders: readonly string[] } | null;
  config: {
    user: string;
    workdir: string;
    entrypoint: string | string[] | null | undefined;
    cmd: string[] | null | undefined;
  };
  /** What it is for, in words. */
  what: string;
  signal: AbortSignal;
}

/**
 * Makes an image from another: lays files over it, changes owners, sets user and workdir. The change of owners is the
 * only thing that runs, with the image's own `chown`, without network and with no more rights than it needs.
 */
export async function deriveImage(session: Session, derivation: Derivation): Promise<void> {
  const { own, signal, what } = derivation;
  const command = ['chown', '-hR', `${own?.uid ?? 0}:${own?.gid ?? 0}`, ...(own?.folders ?? [])];
  const container = await rootContainer(session, derivation.from, command);
  try {
    await layFiles(container, packLayer(derivation.layer));
    if (own !== null) await changeOwners(session, container, derivation);
    signal.throwIfAborted();
    await asking(`keep the image of ${what}`, () =>
      container.commit(commitOptions(container.id, derivation)),
    );
  } finally {
    await removeContainer(session, container.id);
  }
}

async function changeOwners(
  session: Session,
  container: Dockerode.Container,
  { what, signal }: Derivation,
): Promise<void> {
  const { exitCode, stderr } = await runToEnd(session, container, signal);
  if (exitCode === 0) return;
  throw inputError(
    `${what}: its workspace could not be given to its user (chown ended with ${exitCode}): ${stderr}`,
    {
      fix: 'see that the image holds a working chown (coreutils or busybox)',
    },
  );
}

/**
 * The commit takes over the container's settings, so what was set only for the change of owners is set back. Labels can
 * only be emptied: as `assay=1` they would make other people's containers of this image look like ours.
 */
function commitOptions(container: string, { tag, config }: Derivation): object {
  const [repo, name] = tag.split(':');
  const settings = {
    User: config.user,
    WorkingDir: config.workdir,
    Entrypoint: [config.entrypoint ?? []].flat(),
    Cmd: config.cmd ?? [],
    Labels: { assay: '', 'assay.session': '', 'assay.owner': '', 'assay.image': 'prepared' },
  };
  return { _query: { container, repo, tag: name, pause: false }, _body: settings };
}
