import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import dockerignore from '@balena/dockerignore';
import { inputError, messageOf } from '../domain/errors.ts';

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

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
