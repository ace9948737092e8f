import { between, pick } from './random.ts';
import type { RandomBelow } from './sentinel.ts';

/** Words that would tell what the test is for, and such as nobody would write. */
const telling = /sentinel|assay|^(?=.*\d)[0-9a-f]{8,}$/i;

/** For files that name too few tests to draw from. */
const common = [
  'returns an empty list',
  'handles single values',
  'keeps the given order',
  'rejects missing input',
  'accepts several items',
].map((phrase) => phrase.split(' '));

/** The words of a name that may be used in a new one; markup, placeholders and quotes are none. */
export function wordsOf(name: string, separator: RegExp): string[] {
  return name
    .split(separator)
    .map((word) => word.replace(/[.,:;!?]+$/, ''))
    .filter(
      (word) => /^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u.test(word) && word.length <= 30 && !telling.test(word),
    );
}

/**
 * Words of a name that no test has yet: the beginning of one of the file's names and the end of another. `spell` writes
 * it out; `isTaken` says whether the file knows it already.
 */
export function freshName(
  names: readonly (readonly string[])[],
  spell: (words: readonly string[]) => string,
  isTaken: (name: string) => boolean,
  random: RandomBelow,
): string {
  const usable = names.filter((words) => words.length >= 2);
  const stock = [...usable, ...(usable.length < 3 ? common : [])];
  const partOf = (part: (words: readonly string[], length: number) => readonly string[]) => {
    const words = pick(stock, random) ?? [];
    return part(words, between(1, Math.min(words.length, 5), random));
  };
  for (let attempt = 0; attempt < 200; attempt++) {
    const words = [
      ...partOf((from, length) => from.slice(0, length)),
      ...partOf((from, length) => from.slice(-length)),
    ];
    const name = spell(words);
    const isPlain = new Set(words.map((word) => word.toLowerCase())).size === words.length;
    if (isPlain && words.length >= 3 && words.length <= 9 && !isTaken(name)) return name;
  }
  for (let number = between(2, 9, random); ; number++) {
    const name = spell([...(pick(stock, random) ?? []).slice(0, 6), String(number)]);
    if (!isTaken(name)) return name;
  }
}
