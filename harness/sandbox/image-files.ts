import type { IncomingMessage } from 'node:http';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { extract } from 'tar-stream';
import { asking, isNotFound } from './engine-errors.ts';
import type { StoppedFiles } from './sandbox.ts';
import { removeContainer, type Session, sessionLabels } from './session.ts';
import { stoppedFiles } from './stopped-files.ts';

/** See `Sandbox.readImage`. */
export async function readImagePath<T>(
  session: Session,
  image: string,
  path: string,
  consume: (tar: Readable | null) => Promise<T>,
): Promise<T> {
  return withImageFiles(session, image, async (files) => consume(await files.read(path)));
}

/** Opens an image's file system without starting anything of it. */
export async function withImageFiles<T>(
  session: Session,
  image: string,
  work: (files: StoppedFiles, container: Dockerode.Container) => Promise<T>,
): Promise<T> {
  const container = await asking(`open the image ${image}`, () =>
    session.docker.createContainer({
      Image: image,
      // Never run; some images name no command of their own, and without one there is no container.
      Entrypoint: ['/never-started'],
      NetworkDisabled: true,
      Labels: sessionLabels(session),
      HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none', Config: {} } },
    }),
  );
  const files = stoppedFiles(container);
  try {
    return await work(files, container);
  } finally {
    files.end();
    await removeContainer(session, container.id);
  }
}

/** Links followed at most; then it is a circle. */
const maxLinks = 8;

/**
 * Reads one small file, through symbolic links. Returns null when there is none, when it is not a file, or when it is
 * larger than `maxBytes`: an image's content is text of strangers.
 */
export async function readSmallFile(
  files: StoppedFiles,
  path: string,
  maxBytes: number,
): Promise<string | null> {
  let at = path;
  for (let links = 0; links < maxLinks; links++) {
    const tar = await files.read(at);
    if (tar === null) return null;
    const found = await firstEntry(tar, maxBytes);
    if (found.link === null) return found.text;
    at = posix.resolve(posix.dirname(at), found.link);
  }
  return null;
}

async function firstEntry(
  tar: Readable,
  maxBytes: number,
): Promise<{ link: string | null; text: string | null }> {
  const unpacked = extract();
  tar.on('error', (error) => unpacked.destroy(error));
  tar.pipe(unpacked);
  try {
    for await (const entry of unpacked) {
      const { type, linkname, size } = entry.header;
      if (type === 'symlink') return { link: linkname ?? '', text: null };
      if (type !== 'file' || (size ?? 0) > maxBytes) return { link: null, text: null };
      return { link: null, text: (await buffer(entry)).toString('utf8') };
    }
    return { link: null, text: null };
  } finally {
    tar.destroy();
  }
}

/** Bits of the engine's file modes. */
const modeDir = 2 ** 31;
const modeLink = 2 ** 27;

/**
 * Where a folder of a container really is, through a symbolic link. Returns null when there is nothing at the path,
 * `no folder` when it is something else.
 */
export async function resolveFolder(
  container: Dockerode.Container,
  path: string,
): Promise<string | null | 'no folder'> {
  const stat = await pathStat(container, path);
  if (stat === null || (stat.mode & modeDir) !== 0) return stat === null ? null : path;
  if ((stat.mode & modeLink) === 0) return 'no folder';
  // The engine has followed every link already.
  const target = await pathStat(container, stat.linkTarget);
  return target !== null && (target.mode & modeDir) !== 0 ? stat.linkTarget : 'no folder';
}

async function pathStat(
  container: Dockerode.Container,
  path: string,
): Promise<{ mode: number; linkTarget: string } | null> {
  try {
    const answer = (await container.infoArchive({ path })) as unknown as IncomingMessage;
    // An answer that nobody reads holds its connection, and so this process, for the engine's five minutes.
    answer.resume();
    const text = String(answer.headers['x-docker-container-path-stat'] ?? '');
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as { mode: number; linkTarget: string };
  } catch (error) {
    if (isNotFound(error)) return null;
    return asking(`look at ${path} of a container`, () => Promise.reject(error));
  }
}
