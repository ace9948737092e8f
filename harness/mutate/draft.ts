import { sha256 } from '../domain/digest.ts';
import type { FileState } from './changed-file.ts';

/** A mutant that is not written out yet: of thousands only some are chosen. */
export interface Draft {
  /**
   * `<path>:<operator>:<8 hex digits>`; unique among the mutants of an oracle. The digits come from what is changed
   * and the line it stands on, so that a mutant keeps its id when code around it moves.
   */
  id: string;
  /** `hunk`: a part of the reference patch left out. `operator`: the text of a changed line altered. */
  kind: 'hunk' | 'operator';
  operator: string;
  path: string;
  /** 1-based, in the oracle's file; null where the mutant is about the file as a whole. */
  line: number | null;
  /** What was done, on one line. May quote the oracle's text. */
  words: string;
  /** The file as the mutant has it, null for none; undefined where what comes out is no program. */
  build(): FileState | null | undefined;
}

/** Hands out ids of one file's mutants. Equal changes of equal lines are told apart by their order. */
export function openIds(path: string): (operator: string, parts: readonly string[]) => string {
  const seen = new Map<string, number>();
  const taken = new Set<string>();
  return (operator, parts) => {
    const what = JSON.stringify([operator, ...parts]);
    const occurrence = (seen.get(what) ?? 0) + 1;
    seen.set(what, occurrence);
    const digits = sha256(JSON.stringify([path, what, occurrence])).slice('sha256:'.length);
    const idOf = (length: number) => `${path}:${operator}:${digits.slice(0, length)}`;
    let length = 8;
    while (taken.has(idOf(length))) length += 4;
    taken.add(idOf(length));
    return idOf(length);
  };
}

const longest = 60;

/** A piece of a program on one line, for a sentence about it. */
export function quoted(text: string): string {
  const line = text
    .slice(0, 4 * longest)
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...line];
  const short = characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line;
  return short.includes('`') ? `"${short}"` : `\`${short}\``;
}
