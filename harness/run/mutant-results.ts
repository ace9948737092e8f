import type { Candidate } from '../domain/candidate.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Mutant } from '../mutate/mutant.ts';
import type { RunPlan, RunPorts } from './ports.ts';

/** What became of one mutant of the reference solution. */
export interface MutantResult extends Pick<Mutant, 'id' | 'kind' | 'operator' | 'path' | 'line' | 'words'> {
  /** `killed`: some gate refused it, as it must. `equivalent`: it passed, and the task says why it may. */
  outcome: 'killed' | 'survived' | 'equivalent';
  /** Which gate refused it and why, or the task's reason. */
  reason: string;
  /** Against the reference solution; empty for killed ones. */
  diff: string;
}

/** Asks the gates one after another until one refuses; null where all passed. */
export async function refusalOf(
  plan: RunPlan,
  ask: (scorer: RunPlan['scorers'][number]) => Promise<Verdict>,
): Promise<string | null> {
  for (const gate of plan.policy.gates) {
    const scorer = plan.scorers.find(({ name }) => name === gate);
    if (scorer === undefined) return `${gate}: never scored`;
    const { outcome, reason } = await ask(scorer);
    if (outcome !== 'pass') return `${gate} ${outcome}: ${reason}`;
  }
  return null;
}

/** How much of a survivor's diff is shown. */
const maxDiffBytes = 16 * 1024;

export async function resultOf(
  { id, kind, operator, path, line, words }: Mutant,
  candidate: Candidate & { oracle: string },
  refusal: string | null,
  task: LoadedTask,
  { store }: RunPorts,
): Promise<MutantResult> {
  const facts = { id, kind, operator, path, line, words };
  if (refusal !== null) return { ...facts, outcome: 'killed', reason: refusal, diff: '' };
  const { text } = await store.diffText(candidate.oracle, candidate.tree, maxDiffBytes);
  const known = task.spec.equivalentMutants.find((each) => each.id === id);
  return {
    ...facts,
    outcome: known === undefined ? 'survived' : 'equivalent',
    reason: known?.reason ?? 'passed every gate',
    diff: text.toString(),
  };
}
