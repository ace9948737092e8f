import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { type GitResult, gitSettings, runGit } from './git.ts';
import type { PatchHeaders } from './patch-headers.ts';

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

/** An entry of the small repository's index. `id` is in its own object format, not the store's. */
export interface IndexEntry {
  path: string;
  mode: string;
  id: string;
}

/**
 * A repository that lives for one patch and holds only the files that the patch touches. It has the object format
 * of the patch's index lines, which the store does not have: without it git cannot check binary changes. Git works
 * on its index alone, so that nothing a patch says can reach the file system.
 */
export interface PatchRepository {
  add(path: string, mode: string, content: Uint8Array): Promise<IndexEntry>;
  /** Applies the patch; `code` 0 and the index on standard output, or git's complaint on standard error. */
  apply(patch: Uint8Array): Promise<GitResult>;
  /** Content of an object that the patch made; null when it is larger than `maxBytes`. */
  read(id: string, maxBytes: number): Promise<Buffer | null>;
  remove(): Promise<void>;
}

/** What `apply` answers when the machinery failed rather than the patch. */
export const brokenRepository = 3;

// A small binary patch can ask for any amount of memory and time. KiB and seconds; where the shell cannot bound
// one of them (macOS has no -v) the rest still holds.
const maxMemoryKib = 3 * 1024 ** 2;
const maxCpuSec = 120;
const script = `
  ulimit -v ${maxMemoryKib} 2>/dev/null; ulimit -t ${maxCpuSec} 2>/dev/null
  git "$@" update-index -z --index-info < ../entries || exit ${brokenRepository}
  git apply --cached --whitespace=nowarn ../patch || exit
  exec git "$@" ls-files -s -z
`;

export async function makePatchRepository(
  parent: string,
  objectFormat: PatchHeaders['objectFormat'],
): Promise<PatchRepository> {
  const dir = await mkdtemp(join(parent, 'patch-'));
  const objects = join(dir, 'git', 'objects');
  await Promise.all([
    mkdir(objects, { recursive: true }),
    mkdir(join(dir, 'git', 'refs'), { recursive: true }),
    mkdir(join(dir, 'empty')),
  ]);
  await Promise.all([
    writeFile(join(dir, 'git', 'HEAD'), 'ref: refs/heads/none\n'),
    writeFile(
      join(dir, 'git', 'config'),
      `[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = ${objectFormat}\n`,
    ),
  ]);
  const entries: string[] = [];
  const pathOf = (id: string) => join(objects, id.slice(0, 2), id.slice(2));

  return {
    async add(path, mode, content) {
      const object = Buffer.concat([Buffer.from(`blob ${content.byteLength}\0`), content]);
      const id = createHash(objectFormat).update(object).digest('hex');
      await mkdir(join(objects, id.slice(0, 2)), { recursive: true });
      await writeFile(pathOf(id), await deflateAsync(object, { level: 0 }));
      entries.push(`${mode} ${id}\t${path}\0`);
      return { path, mode, id };
    },
    async apply(patch) {
      await Promise.all([
        writeFile(join(dir, 'patch'), patch),
        writeFile(join(dir, 'entries'), entries.join('')),
      ]);
      return runGit({
        program: '/bin/sh',
        args: ['-c', script, 'sh', ...gitSettings],
        cwd: join(dir, 'empty'),
        env: { GIT_DIR: join(dir, 'git') },
        timeoutSec: 2 * maxCpuSec,
      });
    },
    async read(id, maxBytes) {
      const longestHeader = 32;
      try {
        const object = await inflateAsync(await readFile(pathOf(id)), {
          maxOutputLength: maxBytes + longestHeader,
        });
        const content = object.subarray(object.indexOf(0) + 1);
        return content.length > maxBytes ? null : content;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return null;
        throw error;
      }
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Reads `ls-files -s -z`. Paths that are not UTF-8 come with U+FFFD in them. */
export function parseIndex(output: Buffer): IndexEntry[] {
  const entries: IndexEntry[] = [];
  for (const record of output.toString('utf8').split('\0')) {
    const tab = record.indexOf('\t');
    const [mode, id] = record.slice(0, Math.max(tab, 0)).split(' ');
    if (tab > 0 && mode && id) entries.push({ path: record.slice(tab + 1), mode, id });
  }
  return entries;
}
