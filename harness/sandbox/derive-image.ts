import type Dockerode from 'dockerode';
import { inputError } from '../domain/errors.ts';
import { captureOutput } from './capture.ts';
import { layFiles } from './container-create.ts';
import { waitForExit } from './container-exit.ts';
import { attachOutput } from './container-output.ts';
import { asking } from './engine-errors.ts';
import { type LayerEntry, packLayer } from './layer.ts';
import { removeContainer, type Session, sessionLabels } from './session.ts';

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

/** How long the change of owners may take. */
const chownMs = 10 * 60_000;

/**
 * Makes an image from another: lays files over it, changes owners, sets user and workdir. The change of owners is the
 * only thing that runs, with the image's own `chown`, without network and with no more rights than it needs.
 */
export async function deriveImage(session: Session, derivation: Derivation): Promise<void> {
  const { own, signal, what } = derivation;
  const container = await asking(`prepare the image of ${what}`, () =>
    session.docker.createContainer({
      Image: derivation.from,
      User: '0:0',
      WorkingDir: '/',
      Entrypoint: ['chown', '-hR', `${own?.uid ?? 0}:${own?.gid ?? 0}`, ...(own?.folders ?? [])],
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
  await session.watch.ensure();
  const breaks = session.watch.breaks();
  const output = { stdout: captureOutput(), stderr: captureOutput() };
  const attached = await attachOutput(container, output, undefined);
  const stop = AbortSignal.any([signal, AbortSignal.timeout(chownMs)]);
  // Its removal ends the waiting below as well.
  const kill = () => void container.kill().catch(() => undefined);
  stop.addEventListener('abort', kill, { once: true });
  try {
    await asking(`start a container to prepare the image of ${what}`, () => container.start());
    const { StatusCode } = await waitForExit(session, container, breaks);
    await attached.drained(1000);
    signal.throwIfAborted();
    if (StatusCode !== 0) {
      const words = Buffer.from(output.stderr.result().head).toString('utf8').trim();
      throw inputError(
        `${what}: its workspace could not be given to its user (chown ended with ${StatusCode}): ${words}`,
        {
          fix: 'see that the image holds a working chown (coreutils or busybox)',
        },
      );
    }
  } finally {
    stop.removeEventListener('abort', kill);
    attached.close();
  }
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
