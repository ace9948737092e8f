import type { FileState } from './changed-file.ts';
import { operatorMutants } from './operator-mutants.ts';
import type { Operator } from './syntax.ts';

/** A plain file of that text. */
export function plain(text: string): FileState {
  return { mode: '100644', content: Buffer.from(text) };
}

/** What the faults of one kind (of all kinds by default) make of a program of which every line is new. */
export function faultsOf(path: string, source: string, operator?: Operator): string[] {
  return operatorMutants({ path, base: null, oracle: plain(source) })
    .filter((draft) => operator === undefined || draft.operator === operator)
    .map((draft) => draft.build()?.content.toString() ?? 'no program');
}
