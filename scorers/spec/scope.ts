import { keepContent } from '../../harness/store/evidence.ts';
import type { Diff, TreeEntry } from '../../harness/store/store.ts';
import type { ScoreContext } from '../scorer.ts';
import type { CheckAnswer, CheckTools } from './checks/check.ts';
import type { Scope } from './schema.ts';
import { isBinary, isGeneratedContent, lineCount, loneReturns } from './scope-files.ts';
import { judgeScope, type PartAnswer, type ReadFiles } from './scope-judge.ts';

/** Bounds: changed files whose content is read, bytes beyond which git counts no lines, paths in the evidence. */
const limits = { files: 5000, gitBytes: 32 * 1024 ** 2, paths: 10_000 };

/**
 * Whether a candidate's change stays within a scope: one answer for each part that can say no, with the ids `scope/paths`
 * (`allow` and `deny`), `scope/max_files`, `scope/max_lines`, `scope/generated`, `scope/symlinks`, `scope/modes` and
 * `scope/binaries`. A rename touches both of its paths, and counts as two files. Runs nothing. Throws `input` for a wrong
 * glob, `infrastructure` for the store.
 */
export async function checkScope(scope: Scope, { context }: CheckTools): Promise<CheckAnswer[]> {
  const { store, candidate } = context;
  const [diff, base, tree] = await Promise.all([
    store.diff(candidate.base, candidate.tree),
    store.listTree(candidate.base),
    store.listTree(candidate.tree),
  ]);
  const read = await readChanged(context, diff, base);
  const answers = judgeScope(scope, { diff, base, tree, read });
  const evidence = answers.some(({ paths }) => paths.length > 0)
    ? [await keepContent(store, 'scope.json', shownRefused(answers))]
    : [];
  return answers.map(({ paths, ...answer }) => ({ ...answer, evidence: paths.length > 0 ? evidence : [] }));
}

/** Lines that git does not tell apart, beyond those that were there before. */
async function newReturns(content: Uint8Array, before: (() => Promise<Uint8Array>) | null): Promise<number> {
  const count = loneReturns(content);
  if (count === 0 || before === null) return count;
  return Math.max(0, count - loneReturns(await before()));
}

function shownRefused(answers: readonly PartAnswer[]): string {
  const parts = answers
    .filter(({ paths }) => paths.length > 0)
    .map(({ id, paths }) => [id, { total: paths.length, paths: paths.slice(0, limits.paths) }]);
  return `${JSON.stringify(Object.fromEntries(parts), null, 2)}\n`;
}

/** Reads what changed, before and after, one file at a time. */
async function readChanged(
  { store, signal }: Pick<ScoreContext, 'store' | 'signal'>,
  { entries }: Diff,
  base: readonly TreeEntry[],
): Promise<ReadFiles> {
  const before = new Map(base.map((entry) => [entry.path, entry]));
  const generated = new Set<string>();
  const binary = new Set<string>();
  let uncounted = 0;
  for (const entry of entries.slice(0, limits.files)) {
    signal.throwIfAborted();
    const old = before.get(entry.path);
    const from = entry.kind === 'written' && entry.from !== undefined ? before.get(entry.from) : old;
    const sides = [old, entry.kind === 'written' ? entry : undefined].filter(
      (side) => side !== undefined && side.mode !== '120000',
    );
    const isMoved = entry.kind === 'deleted' || entry.digest === from?.digest;
    for (const digest of new Set(sides.flatMap((side) => (side === undefined ? [] : [side.digest])))) {
      const content = await store.readBlob(digest);
      if (isGeneratedContent(content)) generated.add(entry.path);
      if (isBinary(content)) {
        if (!isMoved) binary.add(entry.path);
        continue;
      }
      if (digest !== from?.digest && digest !== old?.digest)
        uncounted += await newReturns(content, from === undefined ? null : () => store.readBlob(from.digest));
      if (content.length > limits.gitBytes && digest !== from?.digest) uncounted += lineCount(content);
    }
  }
  return { generated, binary, uncounted, unread: Math.max(0, entries.length - limits.files) };
}
