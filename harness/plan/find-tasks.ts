import { glob, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import type { Problem } from '../domain/errors.ts';
import { type PlacedValue, problemAt, show } from './place.ts';

/** More matches than this is a pattern gone astray, e.g. `/**`. */
const maxMatches = 20_000;

export interface FoundTasks {
  /** Absolute paths, sorted, each real folder once. */
  folders: string[];
  problems: Problem[];
  notices: string[];
}

/**
 * The task folders that a suite's `tasks` patterns match. A person wrote the patterns, so they may lead anywhere on
 * the disk. Files and folders without task.toml are passed over; of the folders a notice is given.
 */
export async function findTasks(
  suiteDir: string,
  patterns: readonly string[],
  document: PlacedValue,
): Promise<FoundTasks> {
  const found: FoundTasks = { folders: [], problems: [], notices: [] };
  const byRealPath = new Map<string, string>();
  const single = !Array.isArray((document.value as Record<string, unknown>).tasks);
  for (const [index, pattern] of patterns.entries()) {
    const matches = await matchesOf(suiteDir, pattern);
    const tasks: string[] = [];
    const others: string[] = [];
    for (const folder of matches.slice(0, maxMatches))
      ((await isFile(join(folder, 'task.toml'))) ? tasks : others).push(folder);
    for (const folder of tasks) {
      const real = await realpath(folder);
      if (!byRealPath.has(real)) byRealPath.set(real, folder);
    }
    const place = single ? ['tasks'] : ['tasks', index];
    if (matches.length > maxMatches) {
      const message = `${show(pattern)} matches more than ${maxMatches} folders`;
      found.problems.push(problemAt(document, place, message, 'write a narrower pattern'));
    } else if (tasks.length === 0) {
      const fix = await fixFor(suiteDir, pattern, others);
      found.problems.push(problemAt(document, place, `${show(pattern)} matches no task`, fix));
    } else if (others.length > 0) {
      const names = others.map((folder) => show(relative(suiteDir, folder)));
      const more = names.length > 5 ? `, and ${names.length - 5} more` : '';
      found.notices.push(`not tasks, because they have no task.toml: ${names.slice(0, 5).join(', ')}${more}`);
    }
  }
  found.folders = [...byRealPath.values()].sort();
  return found;
}

async function matchesOf(suiteDir: string, pattern: string): Promise<string[]> {
  // A path that exists is meant as such, even with brackets in its name.
  if (await isFolder(resolve(suiteDir, pattern))) return [resolve(suiteDir, pattern)];
  const matches = new Set<string>();
  for await (const match of glob(pattern, { cwd: suiteDir })) {
    const path = resolve(suiteDir, match);
    if (await isFolder(path)) matches.add(path);
    if (matches.size > maxMatches) break;
  }
  return [...matches].sort();
}

async function fixFor(suiteDir: string, pattern: string, others: readonly string[]): Promise<string> {
  const [folder] = others;
  if (folder === undefined) return 'correct the pattern; it is relative to the folder of suite.yaml';
  for (const name of await readdir(folder)) {
    if (await isFile(join(folder, name, 'task.toml')))
      return `write ${join(pattern, '*')} for the tasks in that folder`;
  }
  const shown = relative(suiteDir, folder) || basename(folder);
  return `a task is a folder with task.toml in it; ${show(shown)} has none`;
}

async function isFolder(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'folder';
}

async function isFile(path: string): Promise<boolean> {
  return (await kindOf(path)) === 'file';
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return 'folder';
    return facts.isFile() ? 'file' : null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== undefined && ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENAMETOOLONG'].includes(code))
      return null;
    throw error;
  }
}
