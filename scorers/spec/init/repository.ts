import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareText } from '../../../harness/domain/order.ts';
import { languageOf } from '../load/language.ts';
import { type ExportedName, exportedNames } from './exports.ts';

/** What a draft is told of a repository. Paths are relative to it, `/`-separated, sorted. */
export interface Repository {
  files: string[];
  /** By module; of files that are neither tests nor generated. */
  exports: { module: string; names: ExportedName[] }[];
  /** Folder of the image in which the repository lies, where a Dockerfile beside it says so. */
  workdir: string | null;
  /** True where not all was looked at: a bound was reached, or a folder may not be read. */
  isCut: boolean;
}

const limits = { files: 5000, depth: 12, sources: 300, sourceBytes: 256 * 1024 };
const skipped = new Set([
  ...['node_modules', '__pycache__', 'venv', 'env', 'dist', 'build', 'out', 'target', 'coverage', 'vendor'],
]);

/** Looks at a repository without running anything of it and without following links; bounded in files and bytes. */
export async function readRepository(root: string): Promise<Repository> {
  const repository: Repository = { files: [], exports: [], workdir: null, isCut: false };
  await walk(root, '', 0, repository);
  repository.files.sort(compareText);
  const sources = repository.files.filter((path) => languageOf(path) !== null && !isTest(path));
  if (sources.length > limits.sources) repository.isCut = true;
  for (const module of sources.slice(0, limits.sources)) {
    const names = exportedNames(module, await readStart(join(root, module)));
    if (names.length > 0) repository.exports.push({ module, names });
  }
  if (repository.files.includes('Dockerfile')) {
    const text = await readStart(join(root, 'Dockerfile'));
    repository.workdir = /^\s*WORKDIR\s+(\/[\w./-]+)\s*$/im.exec(text)?.[1]?.replace(/\/+$/, '') ?? null;
  }
  return repository;
}

async function walk(root: string, folder: string, depth: number, repository: Repository): Promise<void> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => null);
  // What may not be read is not looked at.
  if (entries === null) {
    repository.isCut = true;
    return;
  }
  for (const entry of entries.sort((a, b) => compareText(a.name, b.name))) {
    if (repository.files.length >= limits.files) {
      repository.isCut = true;
      return;
    }
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    // A name that could not stand in a spec is of no use to a draft of one.
    if (/[\p{Cc}\\]/u.test(entry.name)) continue;
    if (entry.isFile()) repository.files.push(path);
    else if (entry.isDirectory() && !entry.name.startsWith('.') && !skipped.has(entry.name)) {
      if (depth < limits.depth) await walk(root, path, depth + 1, repository);
      else repository.isCut = true;
    }
  }
}

/** The beginning of a file; empty where it cannot be read, which a draft can do without. */
async function readStart(path: string): Promise<string> {
  try {
    // Neither a link nor a pipe that took the file's place is opened.
    await using handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const bytes = Buffer.alloc(limits.sourceBytes);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } catch {
    // A file that went or may not be read is as good as none.
    return '';
  }
}

/** Whether a path is a test by its name or folder. */
export function isTest(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  return (
    /[._-](?:test|spec)s?\.\w+$|^test_.*\.py$|_test\.\w+$|^tests?\.\w+$|^conftest\.py$/.test(name) ||
    parts.slice(0, -1).some((part) => /^(?:tests?|__tests__|specs?|e2e)$/.test(part))
  );
}
