import { keepContent } from '../../../harness/store/evidence.ts';
import { bounded } from '../../text.ts';
import type { CheckAnswer, CheckTools } from '../checks/check.ts';
import type { Dependencies } from '../schema.ts';
import { collectFiles } from './collect.ts';
import { compareDependencies } from './compare.ts';
import { judgeDependencies, type PartAnswer } from './judge.ts';
import { knownOrigins, sourceFault } from './sources.ts';

/**
 * Whether what a candidate changes about its dependencies is within a policy, by the manifests and locks of both trees,
 * which are read as data. One answer for each part: `dependencies/add`, `update`, `remove`, `licences` (where the policy
 * names some), `install_scripts`, and `lock`: that locks agree with their manifests, and that packages come from where
 * the base's come from, with hashes. A lock or manifest that the candidate has made unreadable fails `lock` and leaves
 * the other parts unknown; so do files that are not read here. Throws `infrastructure` for the store.
 */
export async function checkDependencies(
  policy: Dependencies,
  { context }: CheckTools,
): Promise<CheckAnswer[]> {
  const { store, candidate } = context;
  const [diff, base, tree] = await Promise.all([
    store.diff(candidate.base, candidate.tree),
    store.listTree(candidate.base),
    store.listTree(candidate.tree),
  ]);
  const { manifests, locks, vendored, faults, unread } = await collectFiles(context, diff, base, tree);
  const changes = compareDependencies(manifests, locks);
  const known = knownOrigins(locks.map(({ before }) => before));
  const isHashless = ({ before }: (typeof locks)[number]) =>
    before !== null && before.locked.length > 0 && before.locked.every(({ hashes }) => hashes.length === 0);
  const hashless = new Set(locks.filter(isHashless).map(({ path }) => path));
  const foreign = changes.packages.flatMap(
    (each) => sourceFault(each, known, !hashless.has(each.path)) ?? [],
  );
  const answers = judgeDependencies(policy, {
    ...changes,
    faults: [...new Set([...faults, ...changes.faults, ...foreign])],
    vendored,
    unread: [...new Set(unread)],
  });
  const told = answers.filter(({ items }) => items.length > 0);
  const evidence = told.length > 0 ? [await keepContent(store, 'dependencies.json', inFull(told))] : [];
  return answers.map(({ items, ...answer }) => ({ ...answer, evidence: items.length > 0 ? evidence : [] }));
}

const kept = { items: 2000, characters: 500 };

function inFull(answers: readonly PartAnswer[]): string {
  const parts = answers.map(({ id, outcome, items }) => [
    id,
    {
      outcome,
      total: items.length,
      items: items.slice(0, kept.items).map((each) => bounded(each, kept.characters)),
    },
  ]);
  return `${JSON.stringify(Object.fromEntries(parts), null, 2)}\n`;
}
