import { inputError } from '../domain/errors.ts';
import { defaultLimits } from '../domain/limits.ts';
import { runContainer } from './container-run.ts';
import type { PreparedImage } from './sandbox.ts';
import type { Session } from './session.ts';

const probed = new WeakMap<Session, Promise<void>>();

/**
 * Makes sure, once per session, that what a container writes can be read when it has stopped. gVisor keeps a
 * container's writes to itself unless told otherwise; every agent's work would then silently be missing. Throws `input`.
 */
export function probeRuntime(session: Session, image: PreparedImage): Promise<void> {
  const known = probed.get(session) ?? probe(session, image);
  probed.set(session, known);
  return known;
}

async function probe(session: Session, image: PreparedImage): Promise<void> {
  const name = '.assay-probe';
  const result = await runContainer(session, {
    image: image.ref,
    command: ['/bin/sh', '-c', `: > ${name}`],
    env: {},
    workdir: image.workdir,
    user: image.user,
    network: 'none',
    limits: { ...defaultLimits, timeoutSec: 60 },
    labels: { role: 'probe' },
    collect: async (files) => {
      const tar = await files.read(`${image.workdir}/${name}`);
      tar?.destroy();
      return tar !== null;
    },
  });
  // Another exit says nothing about the runtime: such an image fails where it is used.
  if (result.exitCode !== 0 || result.collected) return;
  throw inputError(
    `files written under the runtime '${session.host.runtime}' cannot be read when a container has stopped`,
    {
      fix: 'register runsc with "runtimeArgs": ["--overlay2=none"] in the engine\'s daemon.json, or use runc',
    },
  );
}
