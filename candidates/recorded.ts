import type { TrialResult } from '../harness/domain/trial.ts';
import { keepWhole } from '../harness/store/evidence.ts';
import { deliver, deliverBase, nothing } from './deliver.ts';
import { patchedArtifacts } from './recorded-artifacts.ts';
import type { AttemptContext } from './source.ts';

/** How much of a patch that was refused is kept. */
const maxRefusedBytes = 1024 ** 2;

/** The candidate that a recorded patch makes of the base. One that does not apply is kept as evidence. */
export async function applyRecorded(context: AttemptContext, patch: Uint8Array): Promise<TrialResult> {
  context.signal.throwIfAborted();
  if (patch.length < 1024 && Buffer.from(patch).toString('latin1').trim() === '')
    return deliverBase(context, 'recorded as an empty patch: the base, unchanged');
  const applied = await context.store.applyPatch(context.base, patch, context.ingest.limits);
  const ending = { outcome: 'delivered', reason: 'recorded patch, applied to the base' } as const;
  if (applied.ok) {
    const { artifacts, evidence, words } = await patchedArtifacts(context, applied.tree);
    const reason = words === null ? ending.reason : `${ending.reason}; ${words}`;
    // A patch says nothing about what lies outside of the workspace.
    return deliver(context, applied, { ...ending, reason, evidence }, { artifacts, state: null });
  }
  const kept = patch.subarray(0, maxRefusedBytes);
  const evidence = [await keepWhole(context.store, 'refused.patch', kept, kept.length < patch.length)];
  return deliver(context, applied, { ...ending, evidence }, { artifacts: null, state: null });
}

/** A recorded competitor that has nothing for this task. */
export function notRecorded(reason: string): TrialResult {
  return nothing({ outcome: 'failed', reason, evidence: [] });
}
