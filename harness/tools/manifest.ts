import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import PQueue from 'p-queue';
import { z } from 'zod';
import { infrastructureError } from '../domain/errors.ts';

const FileEntry = z.strictObject({
  path: z.string(),
  bytes: z.number().int().min(0),
  sha256: z.string(),
  executable: z.boolean(),
});
const LinkEntry = z.strictObject({ path: z.string(), link: z.string() });

/** Every file and link of an installation, by path. */
export const Manifest = z.strictObject({
  version: z.literal(1),
  entries: z.array(z.union([FileEntry, LinkEntry])),
});
export type Manifest = z.infer<typeof Manifest>;

/** Hashing waits for the disk most of the time. */
const concurrency = 16;

/**
 * Writes down what a folder holds, after making it readable by everyone and writable by its owner alone. Throws
 * `infrastructure` for a link that leads out of the folder and for what is neither file, folder nor link.
 */
export async function sealFolder(root: string): Promise<Manifest> {
  const found = await walk(root);
  for (const { path, kind, mode } of found) {
    if (kind === 'other') throw infrastructureError(`the installed ${path} is neither file, folder nor link`);
    if (kind === 'link') continue;
    const wanted = kind === 'folder' || (mode & 0o111) !== 0 ? 0o755 : 0o644;
    if (mode !== wanted) await chmod(join(root, path), wanted);
  }
  const entries = await describe(root, await walk(root));
  for (const entry of entries) {
    if ('link' in entry && !staysInside(entry.path, entry.link)) {
      throw infrastructureError(`the installed link ${entry.path} leads out of its folder`);
    }
  }
  return { version: 1, entries };
}

/** How a folder differs from what was written down, in words; null when it does not. */
export async function differenceFrom(root: string, manifest: Manifest): Promise<string | null> {
  const found = await walk(root);
  const wanted = new Map(manifest.entries.map((entry) => [entry.path, entry]));
  const present = found.filter(({ kind }) => kind !== 'folder');
  for (const { path, kind, mode } of found) {
    const entry = wanted.get(path);
    if (kind === 'folder' ? mode !== 0o755 : entry === undefined) return `${path} is not as it was installed`;
    if (entry === undefined || 'link' in entry) continue;
    if (mode !== (entry.executable ? 0o755 : 0o644)) return `${path} has another mode`;
  }
  if (present.length !== manifest.entries.length) return 'files are missing';
  const entries = await describe(root, found);
  const changed = entries.find((entry) => JSON.stringify(entry) !== JSON.stringify(wanted.get(entry.path)));
  return changed === undefined ? null : `${changed.path} was changed`;
}

interface Found {
  path: string;
  kind: 'file' | 'folder' | 'link' | 'other';
  mode: number;
  bytes: number;
}

/** Everything below a folder, and the folder itself as the empty path; sorted. */
async function walk(root: string): Promise<Found[]> {
  const listed = await readdir(root, { recursive: true });
  const queue = new PQueue({ concurrency });
  return queue.addAll(
    ['', ...listed.sort()].map((path) => async () => {
      const stats = await lstat(join(root, path));
      const kind = stats.isFile()
        ? 'file'
        : stats.isDirectory()
          ? 'folder'
          : stats.isSymbolicLink()
            ? 'link'
            : 'other';
      return { path, kind, mode: stats.mode & 0o7777, bytes: stats.size } as const;
    }),
  );
}

async function describe(root: string, found: readonly Found[]): Promise<Manifest['entries']> {
  const queue = new PQueue({ concurrency });
  const described = await queue.addAll(
    found.map(({ path, kind, mode, bytes }) => async () => {
      const file = join(root, path);
      if (kind === 'link') return { path, link: await readlink(file) };
      if (kind !== 'file') return null;
      return { path, bytes, sha256: await digestFile(file, bytes), executable: (mode & 0o111) !== 0 };
    }),
  );
  return described.filter((entry) => entry !== null);
}

async function digestFile(file: string, bytes: number): Promise<string> {
  // Most files are small, and a stream costs more than reading one.
  if (bytes < 1024 ** 2)
    return createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 ** 2 })) hash.update(chunk);
  return hash.digest('hex');
}

function staysInside(path: string, link: string): boolean {
  if (posix.isAbsolute(link)) return false;
  const target = posix.normalize(posix.join(posix.dirname(path), link));
  return target !== '..' && !target.startsWith('../');
}
