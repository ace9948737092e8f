import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ContextFile } from './build-context.ts';
import { packing, putEntry } from './tar-pack.ts';

/** The Dockerfile's name in a packed context: the engine reads it and takes it out again before it builds. */
export const dockerfileName = '.assay.Dockerfile';

/**
 * The tar of a build context, byte for byte the same for the same files: fixed times and owners, sorted. The Dockerfile
 * to use goes in under a name of ours, and the engine is told to hide it, so that `COPY . .` copies what the author
 * wrote. With `under`, the files lie in that folder and none of them means anything to the engine.
 */
export function packContext(
  dir: string,
  files: readonly ContextFile[],
  dockerfile: string,
  { under = '' }: { under?: string } = {},
): Readable {
  return packing(async (packed) => {
    const isIgnoreFile = ({ path, type }: ContextFile) =>
      under === '' && path === '.dockerignore' && type === 'file';
    // The engine hides what its .dockerignore names, of these two files only.
    const own = files.some(isIgnoreFile)
      ? await readFile(join(dir, '.dockerignore'), 'utf8')
      : '.dockerignore';
    await putEntry(packed, { name: '.dockerignore', mode: 0o644 }, `${own}\n${dockerfileName}\n`);
    await putEntry(packed, { name: dockerfileName, mode: 0o644 }, dockerfile);
    const prefix = under === '' ? '' : `${under}/`;
    for (const file of files) {
      if (isIgnoreFile(file)) continue;
      const header = { name: prefix + file.path, mode: file.mode };
      if (file.type === 'dir') await putEntry(packed, { ...header, type: 'directory' });
      else if (file.type === 'link')
        await putEntry(packed, { ...header, type: 'symlink', linkname: file.linkTarget });
      else await putEntry(packed, { ...header, size: file.size }, createReadStream(join(dir, file.path)));
    }
  });
}
