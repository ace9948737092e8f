import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { inputError } from '../domain/errors.ts';

/** Where one run lives: `<store>/runs/<run>/`. */
export interface RunPlace {
  run: string;
  dir: string;
  journal: string;
}

/** Sorts by time, names the suite, and is free of clashes between processes. */
export function newRunId(suite: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${suite}-${randomBytes(3).toString('hex')}`;
}

export function placeOf(store: string, run: string): RunPlace {
  const dir = join(store, 'runs', run);
  return { run, dir, journal: join(dir, 'journal.jsonl') };
}

/** Ids of the runs in a store, oldest first. Folders without a journal are not runs. */
export async function listRunIds(store: string): Promise<string[]> {
  const root = join(store, 'runs');
  if (!existsSync(root)) return [];
  const names = await readdir(root);
  return names.filter((name) => existsSync(join(root, name, 'journal.jsonl'))).sort();
}

/**
 * Finds the run that a person means: its id, the beginning or end of it, `latest`, or a path to its folder or journal.
 * Throws `input` when there is none or more than one.
 */
export async function findRun(store: string, wanted: string): Promise<RunPlace> {
  const byPath = placeFromPath(wanted);
  if (byPath !== null) return byPath;
  const ids = await listRunIds(store);
  if (wanted === 'latest') {
    const latest = ids.at(-1);
    if (latest === undefined) throw noRun(store, wanted, ids);
    return placeOf(store, latest);
  }
  const found = ids.includes(wanted)
    ? [wanted]
    : ids.filter((id) => id.startsWith(wanted) || id.endsWith(wanted));
  const [only, ...more] = found;
  if (only === undefined || wanted === '') throw noRun(store, wanted, ids);
  if (more.length > 0) {
    throw inputError(
      `${JSON.stringify(wanted)} may be any of ${found.length} runs: ${found.slice(0, 5).join(', ')}`,
      {
        fix: 'give more of the id',
      },
    );
  }
  return placeOf(store, only);
}

function placeFromPath(wanted: string): RunPlace | null {
  if (!wanted.includes('/') || !existsSync(wanted)) return null;
  const path = resolve(wanted);
  const dir = statSync(path).isDirectory() ? path : dirname(path);
  const journal = join(dir, 'journal.jsonl');
  if (!existsSync(journal))
    throw inputError(`${wanted} holds no journal.jsonl`, { fix: 'name the folder of a run' });
  return { run: basename(dir), dir, journal };
}

function noRun(store: string, wanted: string, ids: readonly string[]) {
  return inputError(`there is no run ${JSON.stringify(wanted)} in ${store}`, {
    fix:
      ids.length > 0
        ? `\`assay runs\` lists the ${ids.length} that are there; the last is ${ids.at(-1)}`
        : 'start one with `assay run SUITE`; --out names another store',
  });
}
