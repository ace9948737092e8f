import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import dockerignore from '@balena/dockerignore';
import { pack } from 'tar-stream';
import { inputError, messageOf } from '../domain/errors.ts';
import { layerTime } from './layer.ts';

export interface ContextFile {
  /** Relative to the context, `/`-separated. */
  path: string;
  type: 'file' | 'dir' | 'link';
  mode: number;
  size: number;
  linkTarget: string;
}

/**
 * Files of a build context in a fixed order, without what `.dockerignore` leaves out. Throws `input` for what an image
 * cannot be built from: sockets, devices, unreadable files.
 */
export async function listContext(dir: string, options: { honourIgnore: boolean }): Promise<ContextFile[]> {
  const patterns = options.honourIgnore
    ? await readFile(join(dir, '.dockerignore'), 'utf8').catch(() => '')
    : '';
  const ignore = dockerignore.default({ ignorecase: false }).add(patterns);
  // With an exception among the patterns, a left-out folder may still hold what is wanted.
  const hasExceptions = /^\s*!/m.test(patterns);
  const found: ContextFile[] = [];

  const visit = async (relative: string): Promise<void> => {
    for (const name of (await readdir(join(dir, relative))).sort(byBytes)) {
      const path = relative === '' ? name : `${relative}/${name}`;
      const stat = await lstat(join(dir, path));
      const isIgnored = patterns !== '' && ignore.ignores(path);
      if (stat.isDirectory()) {
        if (!isIgnored) found.push({ path, type: 'dir', mode: 0o755, size: 0, linkTarget: '' });
        if (!isIgnored || hasExceptions) await visit(path);
        continue;
      }
      if (isIgnored) continue;
      if (stat.isSymbolicLink()) {
        found.push({ path, type: 'link', mode: 0o777, size: 0, linkTarget: await readlink(join(dir, path)) });
      } else if (stat.isFile()) {
        // Only the bit that version control keeps, so that a checkout's umask changes nothing.
        found.push({
          path,
          type: 'file',
          mode: stat.mode & 0o100 ? 0o755 : 0o644,
          size: stat.size,
          linkTarget: '',
        });
      } else {
        throw inputError(`${join(dir, path)} is neither a file nor a folder nor a link`, {
          fix: 'remove it',
        });
      }
    }
  };
  try {
    await visit('');
  } catch (error) {
    throw inputError(`the build context ${dir} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return found;
}

/** Names that the engine reads and takes out again before it builds. */
export const dockerfileName = '.assay.Dockerfile';

/**
 * The tar of a context, byte for byte the same for the same files: fixed times and owners, sorted. The Dockerfile to
 * use goes in under a name of ours, and the engine is told to hide it, so that `COPY . .` copies what the author wrote.
 */
export function packContext(dir: string, files: readonly ContextFile[], dockerfile: string): Readable {
  const packed = pack();
  void fill(packed, dir, files, dockerfile).catch((error: unknown) => {
    packed.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return Readable.from(packed, { objectMode: false });
}

async function fill(
  packed: ReturnType<typeof pack>,
  dir: string,
  files: readonly ContextFile[],
  dockerfile: string,
): Promise<void> {
  const common = { uid: 0, gid: 0, mtime: layerTime };
  const put = (name: string, text: string) =>
    new Promise<void>((resolve, reject) => {
      packed.entry({ ...common, name, mode: 0o644 }, text, (error) => (error ? reject(error) : resolve()));
    });
  const ignoreFile = files.find((file) => file.path === '.dockerignore' && file.type === 'file');
  const ownIgnore = ignoreFile ? await readFile(join(dir, '.dockerignore'), 'utf8') : '.dockerignore';
  await put('.dockerignore', `${ownIgnore}\n${dockerfileName}\n`);
  await put(dockerfileName, dockerfile);
  for (const file of files) {
    if (file === ignoreFile || file.path === dockerfileName) continue;
    const header = { ...common, name: file.path, mode: file.mode };
    if (file.type === 'file') {
      await new Promise<void>((resolve, reject) => {
        const entry = packed.entry({ ...header, size: file.size }, (error) =>
          error ? reject(error) : resolve(),
        );
        const content = createReadStream(join(dir, file.path));
        content.on('error', (error) => entry.destroy(error));
        content.pipe(entry);
      });
    } else {
      await new Promise<void>((resolve, reject) => {
        const done = (error?: Error | null) => (error ? reject(error) : resolve());
        if (file.type === 'dir') packed.entry({ ...header, type: 'directory' }, done);
        else packed.entry({ ...header, type: 'symlink', linkname: file.linkTarget }, done);
      });
    }
  }
  packed.finalize();
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
