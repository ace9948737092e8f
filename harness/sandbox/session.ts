import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { engineWords, isNotFound, isUnreachable, statusOf } from './engine-errors.ts';
import type { EngineHost } from './engine-host.ts';
import type { EngineWatch } from './engine-watch.ts';

/** What all parts of one open sandbox share. */
export interface Session {
  docker: Dockerode;
  id: string;
  /** Label value that says which process the session's containers belong to. */
  owner: string;
  host: EngineHost;
  watch: EngineWatch;
  /** Aborted by `close()`. */
  closing: AbortSignal;
  /** Containers that could not be removed yet, e.g. because the engine was down. */
  leftovers: Set<string>;
  log: (line: string) => void;
}

/** Labels of a container, network or volume of this session; `extra` is prefixed and cannot replace ours. */
export function sessionLabels(
  session: Session,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const prefixed = Object.entries(extra).map(([name, value]) => [`assay.${name}`, value]);
  return {
    ...Object.fromEntries(prefixed),
    assay: '1',
    'assay.session': session.id,
    'assay.owner': session.owner,
  };
}

/**
 * Removes a container with its anonymous volumes, whatever its state. Never throws: what cannot be removed now is kept
 * in the session's leftovers, for `close()` and for the next start's reaping.
 */
export async function removeContainer(session: Session, id: string): Promise<boolean> {
  for (const waitMs of [0, 200, 1000]) {
    await sleep(waitMs);
    try {
      await session.docker.getContainer(id).remove({ force: true, v: true });
      session.leftovers.delete(id);
      return true;
    } catch (error) {
      if (isNotFound(error)) {
        session.leftovers.delete(id);
        return true;
      }
      // 409: someone else is removing it right now; asking again tells when it is gone.
      if (isUnreachable(error) || statusOf(error) === null) break;
      session.log(`container ${id.slice(0, 12)} is not removed yet: ${engineWords(error)}`);
    }
  }
  session.leftovers.add(id);
  return false;
}
