import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { engineError, engineWords, isNotFound, statusOf } from './engine-errors.ts';
import type { StoppedFiles } from './sandbox.ts';

/** A container's files, with what the one who opened them needs to tidy up. */
export interface OpenFiles extends StoppedFiles {
  /** What cut a stream short, if anything did: then a reader's error is the engine's. */
  broken(): unknown;
  /** Closes a stream that was left open. */
  end(): void;
}

/** Reads the file system of a container that does not run. */
export function stoppedFiles(container: Dockerode.Container): OpenFiles {
  let open: Readable | null = null;
  let broken: unknown;
  let ended = false;
  return {
    async read(path) {
      if (!path.startsWith('/') || path.includes('\0'))
        throw new TypeError(`a container's path is absolute, not ${JSON.stringify(path)}`);
      // The engine holds the container's lock until a stream is read: a second one would wait for ever.
      if (open !== null && !open.destroyed && !open.readableEnded)
        throw new TypeError(`read or destroy the stream at hand before asking for ${path}`);
      open = await readArchive(container, path);
      open?.on('error', (error) => {
        if (!ended) broken ??= error;
      });
      return open;
    },
    broken: () => broken,
    end() {
      ended = true;
      open?.destroy();
    },
  };
}

/** The engine's archive of a path; null where there is no such path. */
export async function readArchive(container: Dockerode.Container, path: string): Promise<Readable | null> {
  try {
    const archive = await container.getArchive({ path });
    return archive instanceof Readable ? archive : Readable.from(archive, { objectMode: false });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw engineError(`read ${path} of a container`, error);
  }
}

/** A path through a file or a circle of links leads nowhere: absent, and not a failure of the engine. */
function isAbsent(error: unknown): boolean {
  const words = engineWords(error);
  if (isNotFound(error)) return !/no such container/i.test(words);
  return (
    statusOf(error) !== null &&
    /not a directory|too many (levels of symbolic )?links|file name too long/i.test(words)
  );
}
