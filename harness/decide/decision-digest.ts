import { type Digest, digestOf } from '../domain/digest.ts';
import type { RunInputs } from '../domain/event.ts';
import { compareText } from '../domain/order.ts';
import type { Selection } from '../domain/selection.ts';

/**
 * Names what a run was asked and what it decided: inputs, bases and selections, no time, image id, path or retry.
 * Equal inputs give an equal digest on every machine whose scorers agree.
 */
export function decisionDigest(
  inputs: RunInputs,
  bases: ReadonlyMap<string, Digest>,
  selections: readonly Selection[],
): Digest {
  const decisions = selections
    .map((selection) => ({
      task: selection.task,
      base: bases.get(selection.task) ?? null,
      // The trial id tells which retry it was, which is the machinery's story; words explain and do not decide.
      winner: selection.winner === null ? null : without(selection.winner, 'trial'),
      proven: selection.gate.proven,
      ranking: selection.ranking.map((row) => without(without(row, 'trial'), 'reason')),
      trace: selection.trace.map((entry) => without(entry, 'words')),
    }))
    .sort((a, b) => compareText(a.task, b.task));
  return digestOf({ inputs, decisions });
}

function without<T extends object, K extends keyof T>(row: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = row;
  return rest;
}
