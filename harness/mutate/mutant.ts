import { sha256 } from '../domain/digest.ts';
import { compareText } from '../domain/order.ts';
import type { ChangedFile, FileState } from './changed-file.ts';
import type { Draft } from './draft.ts';
import { hunkMutants } from './hunk-mutants.ts';
import { operatorMutants } from './operator-mutants.ts';
import { isJudged } from './source-files.ts';
import { evenly, spread } from './spread.ts';

export type { ChangedFile } from './changed-file.ts';

/** The oracle with one thing wrong in it. A gate that lets it pass has not looked at that thing. */
export interface Mutant extends Omit<Draft, 'build'> {
  /** Against the oracle's tree, by path; null deletes. */
  changes: Map<string, FileState | null>;
}

/** An oracle has no more; beyond, time and memory would be wasted. */
const maxDrafts = 5000;
/** Of all chosen mutants together. */
const maxBytes = 256 * 1024 ** 2;
/** Programs are read up to so many bytes, smaller ones first. */
const maxReadBytes = 8 * 1024 ** 2;

/**
 * All mutants that there could be of a reference solution, by path and line: each hunk of it left out in turn, and single
 * faults in its lines. `changes` are all paths at which it differs from the base. Tests, documents and lock files are
 * left alone unless there is nothing else.
 */
export function oracleMutants(changes: readonly ChangedFile[]): Draft[] {
  const judged = changes.filter(({ path }) => isJudged(path));
  const files = (judged.length === 0 ? [...changes] : judged).sort((a, b) => compareText(a.path, b.path));
  const hunks = evenly(files.filter(canBeLeftOut(changes)).flatMap(hunkMutants), maxDrafts);
  const small = new Set<ChangedFile>();
  let bytes = 0;
  for (const file of files.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    bytes += sizeOf(file);
    if (bytes <= maxReadBytes) small.add(file);
  }
  const faults = files.filter((file) => small.has(file)).flatMap(operatorMutants);
  return [...hunks, ...evenly(faults, maxDrafts - hunks.length)];
}

/** A deleted file cannot be put back where the oracle has a folder of that name, or a file in its folder's place. */
function canBeLeftOut(changes: readonly ChangedFile[]): (file: ChangedFile) => boolean {
  const present = changes.filter(({ oracle }) => oracle !== null).map(({ path }) => path);
  const files = new Set(present);
  const folders = new Set(present.flatMap(foldersOf));
  return ({ path, oracle }) =>
    oracle !== null || (!folders.has(path) && !foldersOf(path).some((folder) => files.has(folder)));
}

function foldersOf(path: string): string[] {
  const names = path.split('/').slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

function sizeOf({ base, oracle }: ChangedFile): number {
  return (base?.content.length ?? 0) + (oracle?.content.length ?? 0);
}

/**
 * As many of the mutants as the budget allows, in the order in which they are worth trying: left-out hunks first, then
 * faults, spread evenly over lines, kinds of faults and files. Equal seeds choose equal mutants, on every machine. What
 * turns out to be no program is passed over, and so is a second mutant with the same text.
 */
export function chooseMutants(
  all: readonly Draft[],
  { budget, seed }: { budget: number; seed: number | string },
): Mutant[] {
  const mutants: Mutant[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  for (const kind of ['hunk', 'operator']) {
    if (mutants.length >= budget) break;
    for (const draft of spread(
      all.filter((one) => one.kind === kind),
      String(seed),
    )) {
      const state = draft.build();
      if (state === undefined) continue;
      bytes += state?.content.length ?? 0;
      const key = JSON.stringify([draft.path, state?.mode, state && sha256(state.content)]);
      if (seen.has(key)) continue;
      seen.add(key);
      const { build: _, ...mutant } = draft;
      mutants.push({ ...mutant, changes: new Map([[draft.path, state]]) });
      if (mutants.length >= budget || bytes > maxBytes) break;
    }
  }
  return mutants;
}
