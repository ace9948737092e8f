import { randomUUID } from 'node:crypto';
import { inputError } from '../domain/errors.ts';
import { layFiles } from './container-create.ts';
import { asking } from './engine-errors.ts';
import { packLayer } from './layer.ts';
import { removeImage } from './reap.ts';
import { rootContainer, runToEnd } from './root-container.ts';
import type { ContainerState, PreparedImage } from './sandbox.ts';
import { removeContainer, type Session } from './session.ts';
import { commitImage } from './snapshot.ts';

/** Images of states that a session holds. */
export interface StateImages {
  /** See `Sandbox.withState`. */
  use<T>(
    image: PreparedImage,
    state: ContainerState,
    work: (restored: PreparedImage) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
}

/** How many images that nobody uses now are kept: a second look at a candidate comes soon or not at all. */
const keptIdle = 4;

interface Held {
  ref: Promise<string>;
  users: number;
}

export function stateImages(session: Session): StateImages {
  /** In the order of last use. */
  const held = new Map<string, Held>();

  const take = (key: string, make: () => Promise<string>): Held => {
    const found = held.get(key) ?? { ref: make(), users: 0 };
    held.delete(key);
    held.set(key, found);
    found.users++;
    return found;
  };

  const giveBack = async (entry: Held): Promise<void> => {
    entry.users--;
    const idle = [...held].filter(([, { users }]) => users === 0);
    for (const [key, { ref }] of idle.slice(0, Math.max(0, idle.length - keptIdle))) {
      held.delete(key);
      await removeImage(session.docker, await ref, session.log);
    }
  };

  return {
    async use(image, state, work, signal) {
      signal?.throwIfAborted();
      const key = `${image.ref} ${state.key}`;
      const entry = take(key, () => restore(session, image, state, stopOf(session, signal)));
      const ref = await entry.ref.catch((error: unknown) => {
        // What could not be made is made anew for the next who asks.
        if (held.get(key) === entry) held.delete(key);
        throw error;
      });
      try {
        return await work({ ...image, ref });
      } finally {
        await giveBack(entry);
      }
    },
  };
}

/** Makes the image: deletions while nothing but the image itself is there, then the state's files, and no run of it. */
async function restore(
  session: Session,
  image: PreparedImage,
  state: ContainerState,
  stop: AbortSignal,
): Promise<string> {
  const { Config: config } = await asking(`look at the image ${image.ref}`, () =>
    session.docker.getImage(image.ref).inspect(),
  );
  const script = `/.assay-${randomUUID()}`;
  const container = await rootContainer(session, image.ref, ['/bin/sh', script]);
  const files = state.files();
  const end = () => files.destroy(stop.reason instanceof Error ? stop.reason : new Error('stopped'));
  stop.addEventListener('abort', end, { once: true });
  try {
    if (state.deletions.length > 0) {
      const content = deletionScript(state.deletions);
      await layFiles(container, packLayer([{ path: script, type: 'file', content }]));
      const { exitCode, stderr } = await runToEnd(session, container, stop);
      if (exitCode !== 0) {
        throw inputError(
          `what was deleted cannot be deleted from the image (sh ended with ${exitCode}): ${stderr}`,
        );
      }
    }
    await layFiles(container, files);
    stop.throwIfAborted();
    return await commitImage(
      session,
      container.id,
      { 'assay.image': 'state' },
      {
        User: `${image.user.uid}:${image.user.gid}`,
        WorkingDir: image.workdir,
        Entrypoint: [config?.Entrypoint ?? []].flat(),
        Cmd: config?.Cmd ?? [],
      },
    );
  } finally {
    stop.removeEventListener('abort', end);
    files.destroy();
    await removeContainer(session, container.id);
  }
}

/** Whoever asks first may also stop it; those who wait with them then see the same end. */
function stopOf({ closing }: Session, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? closing : AbortSignal.any([closing, signal]);
}

/** Keeps every command's arguments far below what any system takes. */
const batchCharacters = 32_768;
/** What a shell and `rm` may themselves be made of. */
const system = /^\/(usr\/)?(local\/)?(s?bin|lib[^/]*)(\/|$)|^\/(usr|etc)$|^\/etc\/ld\.so/;

/**
 * A POSIX shell script that deletes the paths, and at last itself. What the system's own programs may need goes last, in
 * one command: the candidate may have deleted the very `rm` that does it.
 */
export function deletionScript(paths: readonly string[]): string {
  for (const path of paths) {
    const parts = path.split('/').slice(1);
    const isPlain = path.startsWith('/') && parts.every((part) => !['', '.', '..'].includes(part));
    if (!isPlain || path.includes('\0')) throw new TypeError(`not a path to delete: ${JSON.stringify(path)}`);
  }
  const words = (some: readonly string[]) => some.map((path) => `'${path.replaceAll("'", "'\\''")}'`);
  const last = words(paths.filter((path) => system.test(path)));
  const lines: string[] = [];
  let line = '';
  for (const word of words(paths.filter((path) => !system.test(path)))) {
    line += ` ${word}`;
    if (line.length < batchCharacters) continue;
    lines.push(line);
    line = '';
  }
  if (line !== '') lines.push(line);
  const commands = lines.map((each) => `rm -rf --${each} || exit 1\n`);
  return `${commands.join('')}exec rm -rf -- ${[...last, '"$0"'].join(' ')}\n`;
}
