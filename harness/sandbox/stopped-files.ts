import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { readChanges } from './container-changes.ts';
import { engineError, engineWords, isNotFound, statusOf } from './engine-errors.ts';
import type { StoppedFiles } from './sandbox.ts';

/** A container's files, with what the one who opened them needs to tidy up. */
export interface OpenFiles extends StoppedFiles {
  /** What cut a stream short, if anything did: then a reader's error is the engine's. */
  broken(): unknown;
  /** Closes a stream that was left open. */
  end(): void;
}

const containers = new WeakMap<StoppedFiles, Dockerode.Container>();

/** The container behind files that are open. Throws TypeError for others. */
export function containerOf(files: StoppedFiles): Dockerode.Container {
  const container = containers.get(files);
  if (container === undefined) throw new TypeError('these are not the open files of a container');
  return container;
}

/** Reads the file system of a container that does not run. */
export function stoppedFiles(container: Dockerode.Container): OpenFiles {
  let open: Readable | null = null;
  let broken: unknown;
  let last: Promise<unknown> = Promise.resolve();

  const openNext = async (path: string): Promise<Readable | null> => {
    // The engine holds the container's lock until a stream is read: beside an open one, the next would wait for ever.
    const before = open;
    open = null;
    before?.destroy(new Error(`closed, as ${path} was asked for before this was read`));
    const stream = await readArchive(container, path);
    open = stream;
    stream?.on('error', (error) => {
      if (open === stream) broken ??= error;
    });
    return stream;
  };

  const files: OpenFiles = {
    read(path) {
      if (!path.startsWith('/') || path.includes('\0'))
        return Promise.reject(new TypeError(`a container's path is absolute, not ${JSON.stringify(path)}`));
      const next = last.then(() => openNext(path));
      last = next.catch(() => undefined);
      return next;
    },
    changes(most) {
      const found = last.then(() => {
        // For the same lock.
        open?.destroy(new Error('closed, as the changes were asked for before this was read'));
        open = null;
        return readChanges(container, most);
      });
      last = found.catch(() => undefined);
      return found;
    },
    broken: () => broken,
    end() {
      const stream = open;
      open = null;
      stream?.destroy();
      containers.delete(files);
    },
  };
  containers.set(files, container);
  return files;
}

/** The engine's archive of a path; null where there is no such path. */
async function readArchive(container: Dockerode.Container, path: string): Promise<Readable | null> {
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
