import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import ignore from 'ignore';
import { type Digest, digestOf, sha256 } from '../domain/digest.ts';
import { inputError, type Problem } from '../domain/errors.ts';
import { show } from './place.ts';
import { isWithin, sizeInWords } from './read-file.ts';

const taskFileLimits = { maxFiles: 100_000, maxBytes: 1024 ** 3 };

/** What Harbor's content hash covers; everything else in a task's folder is not the task, but for what is ours. */
const harborFiles = ['task.toml', 'instruction.md', 'README.md'];
const harborFolders = ['environment', 'tests', 'solution', 'steps'];
/** The contract, and the files that it names. */
const ownFiles = ['spec.yaml'];
const ownFolders = ['spec'];
const hashedFiles = [...harborFiles, ...ownFiles];
/** Folders whose every file is part of the task; what lies elsewhere may change without its digest. */
export const hashedFolders: readonly string[] = [...harborFolders, ...ownFolders];
const defaultIgnores = ['__pycache__/', '*.pyc', '.DS_Store', '*.swp', '*.swo', '*~'];

/** Files below this are hashed in one read; larger ones as a stream. */
const wholeReadBytes = 4 * 1024 ** 2;

export interface TaskFile {
  /** Relative to the task's folder, `/`-separated. */
  path: string;
  bytes: number;
  executable: boolean;
  /** Of its content; for a link to a folder or to nothing, of the link itself. */
  sha256: Digest;
  /** Where a symbolic link points, as written; null for a file. */
  link: string | null;
  /** What has no content of its own: an empty folder (in a build context, not in Harbor's hash), a link to no file. */
  bare?: 'folder' | 'link';
}

/** Whether a path is a file with content, or a link to one. */
export function hasFile(files: readonly TaskFile[], path: string): boolean {
  return files.some((file) => file.path === path && file.bare === undefined);
}

/**
 * Every file of the task, sorted by the bytes of its path. Throws AssayError `input` for what cannot be carried
 * faithfully: links that leave the task, devices, names that are not UTF-8, too many or too large.
 */
export async function listTaskFiles(dir: string, file: (path: string) => string): Promise<TaskFile[]> {
  const walk: Walk = {
    dir,
    root: await realpath(dir),
    file,
    found: [],
    problems: [],
    bytes: 0,
    stopped: false,
  };
  for (const name of hashedFiles) if (await exists(join(dir, name))) await visit(walk, name);
  for (const name of hashedFolders) if (await exists(join(dir, name))) await visit(walk, name);
  if (walk.problems.length > 0) {
    throw inputError(`${show(basename(dir))} holds files that cannot be used`, { problems: walk.problems });
  }
  return walk.found.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

interface Walk {
  dir: string;
  root: string;
  file: (path: string) => string;
  found: TaskFile[];
  problems: Problem[];
  bytes: number;
  /** A bound was crossed: nothing more is looked at. */
  stopped: boolean;
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(absent)) !== null;
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

async function visit(walk: Walk, path: string): Promise<void> {
  if (walk.stopped) return;
  const full = join(walk.dir, path);
  // A name that is not UTF-8 is read with replacement characters and then not found.
  const facts = await lstat(full).catch(absent);
  if (facts === null) {
    refuse(walk, path, 'has a name that is not UTF-8', 'rename it');
  } else if (facts.isDirectory()) {
    const names = (await readdir(full)).sort();
    for (const name of names) await visit(walk, `${path}/${name}`);
    if (names.length === 0 && withinBounds(walk, 0)) walk.found.push(emptyFolder(path));
  } else if (facts.isSymbolicLink()) {
    await visitLink(walk, path, full);
  } else if (facts.isFile()) {
    await take(walk, path, { full, bytes: facts.size, executable: (facts.mode & 0o100) !== 0, link: null });
  } else {
    refuse(walk, path, 'is not a regular file', 'remove it, or make it in the Dockerfile');
  }
}

function emptyFolder(path: string): TaskFile {
  return { path, bytes: 0, executable: false, sha256: sha256(''), link: null, bare: 'folder' };
}

async function visitLink(walk: Walk, path: string, full: string): Promise<void> {
  const target = await readlink(full);
  const real = await realpath(full).catch(absent);
  const facts = real === null ? null : await stat(real);
  // A link to nothing is judged by where it points; a linked folder is covered only where its files are hashed.
  const inside = facts?.isFile()
    ? isWithin(walk.root, real ?? '')
    : hashedFolders.some((name) =>
        isWithin(join(walk.root, name), real ?? resolve(walk.root, dirname(path), target)),
      );
  if (!inside) {
    refuse(walk, path, 'is a symbolic link out of the task', 'replace it by a copy of what it points to');
  } else if (facts?.isFile()) {
    await take(walk, path, {
      full,
      bytes: facts.size,
      executable: (facts.mode & 0o100) !== 0,
      link: target,
    });
  } else {
    const digest = sha256(`link:${target}`);
    if (withinBounds(walk, 0))
      walk.found.push({ path, bytes: 0, executable: false, sha256: digest, link: target, bare: 'link' });
  }
}

async function take(
  walk: Walk,
  path: string,
  file: { full: string; bytes: number; executable: boolean; link: string | null },
): Promise<void> {
  if (!withinBounds(walk, file.bytes)) return;
  const digest = await hashFile(file.full, file.bytes);
  walk.found.push({ path, bytes: file.bytes, executable: file.executable, sha256: digest, link: file.link });
}

async function hashFile(path: string, bytes: number): Promise<Digest> {
  if (bytes <= wholeReadBytes) return sha256(await readFile(path));
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

/** Counts a file; false, with one problem for the whole task, once a bound is crossed. */
function withinBounds(walk: Walk, bytes: number): boolean {
  walk.bytes += bytes;
  const { maxFiles, maxBytes } = taskFileLimits;
  if (walk.found.length < maxFiles && walk.bytes <= maxBytes) return true;
  walk.stopped = true;
  refuse(walk, '.', `holds more than ${maxFiles} files or ${sizeInWords(maxBytes)}`, 'make the task smaller');
  return false;
}

function refuse(walk: Walk, path: string, message: string, fix: string): void {
  walk.problems.push({ file: walk.file(path), message, fix });
}

/** Digest of all that a task is: every file, ignored ones too, for they are laid into containers all the same. */
export function contentDigest(files: readonly TaskFile[]): Digest {
  return digestOf(files.map(content));
}

/** Harbor's content hash: the same as `harbor` computes for a task without linked folders; what is ours is not in it. */
export function harborDigest(files: readonly TaskFile[], gitignore: string | null): Digest {
  const rules = ignore({ ignorecase: false }).add(gitignore ?? defaultIgnores);
  const lines = files
    .filter((file) => file.bare !== 'folder' && !isOwn(file.path) && !rules.ignores(file.path))
    .map((file) => `${file.path}\0${file.sha256.slice('sha256:'.length)}\n`);
  return sha256(lines.join(''));
}

function isOwn(path: string): boolean {
  return (
    ownFiles.includes(path) || ownFolders.some((folder) => path === folder || path.startsWith(`${folder}/`))
  );
}

/**
 * Names the image that a build context makes (a folder of the task; null for none). Ignored files count here, because
 * they are in the context: to build once more than needed is harmless, to use a stale image is not.
 */
export function contextDigest(
  files: readonly TaskFile[],
  folder: string | null,
  dockerImage: string | null,
): Digest {
  return digestOf({
    dockerImage,
    files: files.filter((file) => folder !== null && file.path.startsWith(`${folder}/`)).map(content),
  });
}

function content({ path, bare, sha256, executable, link }: TaskFile) {
  return [path, bare ?? sha256, executable, link];
}
