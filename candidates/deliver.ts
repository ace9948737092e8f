import type { Candidate, Evidence } from '../harness/domain/candidate.ts';
import type { TrialOutcome, TrialResult } from '../harness/domain/trial.ts';
import { keepWhole } from '../harness/store/evidence.ts';
import type { Ingested } from '../harness/store/store.ts';
import { untouchedArtifacts } from './recorded-artifacts.ts';
import type { AttemptContext } from './source.ts';

/** How much of a candidate's diff is kept as text; all of it can be made again from the two trees. */
const maxDiffBytes = 1024 ** 2;

/** How an attempt ended, before its tree is looked at. */
export interface Ending {
  outcome: TrialOutcome;
  reason: string;
  evidence: Evidence[];
  exitCode?: number | null;
  wallSec?: number;
}

/** What is delivered beside the workspace; see `Candidate`. */
export type Beside = Pick<Candidate, 'artifacts' | 'state'>;

/** The result of an attempt that left a tree, or something that was refused as one. */
export async function deliver(
  { store, base }: AttemptContext,
  ingested: Ingested,
  ending: Ending,
  beside: Beside,
): Promise<TrialResult> {
  if (!ingested.ok) {
    const before = ending.outcome === 'delivered' ? '' : `${ending.reason}; `;
    const reason = `${before}nothing could be taken: ${ingested.reason}`;
    return nothing({ ...ending, outcome: 'failed', reason });
  }
  const [{ stat }, diff] = await Promise.all([
    store.diff(base, ingested.tree),
    store.diffText(base, ingested.tree, maxDiffBytes),
  ]);
  const patch = await keepWhole(store, 'diff.patch', diff.text, diff.truncated);
  return {
    ...nothing({ ...ending, evidence: [...ending.evidence, patch] }),
    candidate: { tree: ingested.tree, base, diff: stat, ...beside },
    ignoredFiles: ingested.ignored,
  };
}

/** The result of an attempt that changed nothing: the base itself is its candidate. */
export async function deliverBase(context: AttemptContext, reason: string): Promise<TrialResult> {
  const unchanged = { ok: true, tree: context.base, files: 0, bytes: 0, ignored: 0 } as const;
  const { artifacts, evidence } = await untouchedArtifacts(context);
  return deliver(context, unchanged, { outcome: 'delivered', reason, evidence }, { artifacts, state: null });
}

/** The result of an attempt that left nothing. */
export function nothing(ending: Ending): TrialResult {
  return {
    outcome: ending.outcome,
    reason: ending.reason,
    candidate: null,
    evidence: ending.evidence,
    retryable: false,
    ignoredFiles: 0,
    exitCode: ending.exitCode ?? null,
    wallSec: ending.wallSec ?? 0,
  };
}
