import type { Scorer } from '../../scorers/scorer.ts';
import type { Candidate } from '../domain/candidate.ts';
import { AssayError } from '../domain/errors.ts';
import { defaultIngestLimits } from '../domain/limits.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { Requirement, Verdict } from '../domain/verdict.ts';
import type { Store } from '../store/store.ts';

/** Whether some control has shown that a requirement of the task's spec can say no. */
export interface RequirementProof extends Pick<Requirement, 'id' | 'kind' | 'says'> {
  scorer: string;
  /** The control that it refused, in words; null: unproven. */
  provenBy: string | null;
  /** True where it has no check at all, so that nothing could prove it. */
  isUnverified: boolean;
}

type Ask = (scorer: Scorer) => Promise<Verdict>;

/** Which requirements are still to be proven. Filled by asking controls, in any order. */
export interface Proofs {
  all(): RequirementProof[];
  /** Scorers that have requirements which nothing has proven yet. */
  open(): readonly Scorer[];
  /** Takes what a scorer says of a control. */
  take(scorer: Scorer, verdict: Verdict, control: string): void;
}

/** What the scorers' verdicts on the base say of their requirements. */
export async function openProofs(scorers: readonly Scorer[], askBase: Ask): Promise<Proofs> {
  const proofs: RequirementProof[] = [];
  for (const scorer of scorers) {
    const { requirements = [] } = await askBase(scorer);
    for (const { id, kind, says, outcome } of requirements)
      proofs.push({
        ...{ id, kind, says, scorer: scorer.name },
        provenBy: outcome === 'fail' ? 'the base unchanged' : null,
        isUnverified: outcome === 'unverified',
      });
  }
  return {
    all: () => proofs,
    open: () =>
      scorers.filter(({ name }) =>
        proofs.some((proof) => proof.scorer === name && proof.provenBy === null && !proof.isUnverified),
      ),
    take(scorer, { requirements = [] }, control) {
      const refused = new Set(requirements.filter(({ outcome }) => outcome === 'fail').map(({ id }) => id));
      for (const proof of proofs)
        if (proof.scorer === scorer.name && proof.provenBy === null && refused.has(proof.id))
          proof.provenBy = control;
    },
  };
}

/** A control that the task brings with it, as a candidate. */
export interface OwnControl {
  scorer: Scorer;
  name: string;
  breaks: readonly string[];
  candidate: Candidate;
}

/** The controls that a task's own files hold, and in words why others of them cannot be made. */
export async function ownControls(
  scorers: readonly Scorer[],
  task: LoadedTask,
  oracle: Candidate,
  store: Pick<Store, 'applyPatch' | 'diff'>,
): Promise<{ made: OwnControl[]; faults: string[] }> {
  const made: OwnControl[] = [];
  const faults: string[] = [];
  for (const scorer of scorers) {
    for (const { name, patch, breaks } of (await scorer.controls?.(task)) ?? []) {
      const applied = await store.applyPatch(oracle.tree, patch, defaultIngestLimits);
      if (!applied.ok) {
        const fix = 'make its patch again, against the workspace as the reference solution leaves it';
        faults.push(`control ${name} cannot be made: ${applied.reason} (fix: ${fix})`);
        continue;
      }
      const { stat } = await store.diff(oracle.base, applied.tree);
      made.push({ scorer, name, breaks, candidate: { ...oracle, tree: applied.tree, diff: stat } });
    }
  }
  return { made, faults };
}

/** What is wrong with a control of the task's own, in words; empty where it breaks what it says. */
export function controlFaults(
  { name, breaks }: Pick<OwnControl, 'name' | 'breaks'>,
  { requirements = [] }: Verdict,
): string[] {
  return breaks.flatMap((id) => {
    const outcome = requirements.find((each) => each.id === id)?.outcome;
    return outcome === 'fail'
      ? []
      : [`control ${name} is to break ${id}, which says ${outcome ?? 'nothing'}`];
  });
}

/** The reason of an input error; anything else is thrown on. */
export function inputReason(error: unknown): string {
  if (error instanceof AssayError && error.kind === 'input') return error.message;
  throw error;
}
