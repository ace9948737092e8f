import type { RandomBelow } from './sentinel.ts';

/** More would cost more time; fewer would make it a good guess which of the real tests are repeated. */
export const maxTwins = 3;

/** Sentinels that must fail under the names of real tests that have others: each costs the time of the test it repeats. */
export const maxDecoys = 7;

/** Bound of the tests of one file that get another name. */
export const maxRenamed = 400;

/** Sentinels that must fail where none repeats a real test. */
export const plainCount = 2;

/** What to try, best first. `end`: sentinels go to the end of the file. `blind`: likewise, and it is not even read. */
export type Attempt = 'twin' | 'plain' | 'end' | 'blind';

/** A file's new text, and the full names of the tests of ours in it. */
export interface Planting {
  text: string;
  mustPass: string[][];
  mustFail: string[][];
  /** Tests that were there before, by their names in the new text and in the old. */
  renamed: { from: string[]; to: string[] }[];
}

/** What a text amounts to, to be compared with what it was before. */
export interface Survey {
  /** Places that make no sense. */
  errors: number;
  /** Full names of the tests that stand in the text for themselves, in plain words. */
  names: string[][];
}

/** What planting needs to know of one language and framework. */
export interface Language {
  survey(text: string): Survey;
  /**
   * Null where the file offers no place for this kind; `end` and `blind` always give something. `swap`: the file's tests
   * get fresh names, and some sentinels get theirs.
   */
  plant(text: string, attempt: Attempt, swap: boolean, random: RandomBelow): Planting | null;
}
