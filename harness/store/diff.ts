import type { DiffStat } from '../domain/candidate.ts';
import { gitFailed, gitSettings, runGit } from './git.ts';
import { type ObjectId, toDigest } from './object-id.ts';
import type { Diff, DiffEntry, FileMode } from './store.ts';

/** Everything that could make a diff depend on version or taste is said; of two trees there is one diff. */
const diffTree = [
  ...gitSettings,
  // Larger files are compared as binary: a line diff of them would take minutes and help nobody.
  ...['-c', 'core.bigFileThreshold=32m'],
  'diff-tree',
  '-r',
  '-M50%',
  '-l400',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--diff-algorithm=myers',
  '--indent-heuristic',
  '-O/dev/null',
];

const sameTree: Diff = { stat: { files: 0, added: 0, deleted: 0, lines: 0, binary: 0 }, entries: [] };

/** Diffs kept, and the most changed files that one of them may have. */
const kept = { diffs: 256, entries: 2000 };

/**
 * `diffTrees` that remembers: a candidate is measured when it is delivered and laid out when it is scored, and each
 * git process costs as much as a tenth of a container.
 */
export function rememberDiffs(gitDir: string): (base: ObjectId, tree: ObjectId) => Promise<Diff> {
  const known = new Map<string, Diff>();
  return async (base, tree) => {
    const key = `${base} ${tree}`;
    const diff = known.get(key) ?? (await diffTrees(gitDir, base, tree));
    // Deleted and set again: the map's order is the order of last use.
    known.delete(key);
    if (diff.entries.length <= kept.entries) known.set(key, diff);
    const [oldest] = known.keys();
    if (known.size > kept.diffs && oldest !== undefined) known.delete(oldest);
    return structuredClone(diff);
  };
}

/** Deletions first, then what was written, so that applying them in order is right where a file becomes a folder. */
async function diffTrees(gitDir: string, base: ObjectId, tree: ObjectId): Promise<Diff> {
  if (base === tree) return sameTree;
  const result = await runGit({
    args: [...diffTree, '-z', '--raw', '--numstat', '--no-abbrev', base, tree],
    env: { GIT_DIR: gitDir },
  });
  if (result.code !== 0) throw gitFailed(`comparing ${base} and ${tree}`, result.stderr, gitDir);
  return parseDiff(result.stdout.toString('utf8'));
}

export async function diffText(gitDir: string, base: ObjectId, tree: ObjectId, maxBytes: number) {
  if (base === tree) return { text: Buffer.alloc(0), bytes: 0, truncated: false };
  const result = await runGit({
    args: [
      ...diffTree,
      '-p',
      '-U3',
      '--inter-hunk-context=0',
      '--full-index',
      '--src-prefix=a/',
      '--dst-prefix=b/',
      base,
      tree,
    ],
    env: { GIT_DIR: gitDir },
    keepBytes: maxBytes,
  });
  if (result.code !== 0) throw gitFailed(`comparing ${base} and ${tree}`, result.stderr, gitDir);
  return { text: result.stdout, bytes: result.stdoutBytes, truncated: result.stdoutBytes > maxBytes };
}

/** Reads `--raw --numstat -z`: all raw records, then all counts, each made of NUL-ended fields. */
export function parseDiff(output: string): Diff {
  const fields = output.split('\0');
  const deleted: DiffEntry[] = [];
  const written: DiffEntry[] = [];
  const stat: DiffStat = { files: 0, added: 0, deleted: 0, lines: 0, binary: 0 };
  let at = 0;
  const next = () => fields[at++] ?? '';
  while (at < fields.length - 1) {
    const record = next();
    if (record.startsWith(':')) {
      // `:<old mode> <new mode> <old id> <new id> <status>`
      const [, mode, , id, status = ''] = record.split(' ');
      const path = next();
      const write = (to: string, isNew: boolean, from?: string) =>
        written.push({
          kind: 'written',
          path: to,
          mode: mode as FileMode,
          digest: toDigest(id ?? ''),
          isNew,
          ...(from === undefined ? {} : { from }),
        });
      if (status.startsWith('R')) {
        deleted.push({ kind: 'deleted', path });
        write(next(), true, path);
      } else if (status === 'D') deleted.push({ kind: 'deleted', path });
      else write(path, status === 'A');
      continue;
    }
    // `<added>\t<deleted>\t<path>`, for a rename an empty path and two more fields. A path may hold tabs.
    const [, added = '', removed = '', path] = /^([^\t]*)\t([^\t]*)\t(.*)$/s.exec(record) ?? [];
    if (path === '') at += 2;
    stat.files += 1;
    if (added === '-') stat.binary += 1;
    else {
      stat.added += Number(added);
      stat.deleted += Number(removed);
    }
  }
  stat.lines = stat.added + stat.deleted;
  return { stat, entries: [...deleted, ...written] };
}
