import { type Candidate, candidateDigest } from '../domain/candidate.ts';
import { compareText } from '../domain/order.ts';
import { type ChangedFile, chooseMutants, type Mutant, oracleMutants } from '../mutate/mutant.ts';
import { besideWith } from '../store/beside.ts';
import type { Store } from '../store/store.ts';
import type { PreparedTask } from './ports.ts';

/** A mutant as it is scored, beside the tree of the solution that it was made from. */
export interface MutantCandidate {
  mutant: Mutant;
  candidate: Candidate & { oracle: string };
}

/** The mutants of a reference solution that a budget allows, as trees in the store; equal ones once. */
export async function mutantsOf(
  oracle: Candidate,
  store: Store,
  { task, agentImage }: PreparedTask,
  { mutants, seed }: { mutants: number; seed: number },
): Promise<{ chosen: MutantCandidate[]; possible: number }> {
  const all = oracleMutants(await changedFiles(oracle, store));
  const made: MutantCandidate[] = [];
  const seen = new Set([candidateDigest(oracle), oracle.base]);
  for (const mutant of chooseMutants(all, { budget: mutants, seed })) {
    const tree = await store.edit(oracle.tree, mutant.changes);
    const place = { spec: task.spec, workdir: agentImage.workdir };
    const beside = await besideWith(store, oracle, place, mutant.changes);
    // Where only artifacts are judged, a mutant of something else is none.
    if (oracle.artifacts !== null && beside.artifacts === oracle.artifacts) continue;
    const digest = candidateDigest({ tree, ...beside });
    // The base is the nop control, and equal candidates are one.
    if (seen.has(digest)) continue;
    seen.add(digest);
    const { stat } = await store.diff(oracle.base, tree);
    made.push({ mutant, candidate: { ...oracle, ...beside, tree, diff: stat, oracle: oracle.tree } });
  }
  return { chosen: made, possible: all.length };
}

/** What the solution changed, before and after, by path. */
async function changedFiles({ base, tree }: Candidate, store: Store): Promise<ChangedFile[]> {
  const [{ entries }, before] = await Promise.all([store.diff(base, tree), store.listTree(base)]);
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const files = entries.map(async (entry): Promise<ChangedFile> => {
    const was = old.get(entry.path);
    return {
      path: entry.path,
      base: was === undefined ? null : { mode: was.mode, content: await store.readBlob(was.digest) },
      oracle:
        entry.kind === 'deleted' ? null : { mode: entry.mode, content: await store.readBlob(entry.digest) },
    };
  });
  return (await Promise.all(files)).sort((a, b) => compareText(a.path, b.path));
}
