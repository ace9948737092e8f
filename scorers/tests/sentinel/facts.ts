import { between, pick, sample } from './random.ts';
import type { RandomBelow } from './sentinel.ts';

/** Something that code can compute, what comes out, and what does not; all three as source text. */
export interface Fact {
  actual: string;
  right: string;
  wrong: string;
  shape: 'scalar' | 'list';
}

/** How a language writes what facts are made of. Words consist of ASCII letters. */
export interface Notation {
  string(text: string): string;
  list(items: readonly string[]): string;
  length(of: string): string;
  upper(of: string): string;
  join(list: string, separator: string): string;
  times(list: string, factor: number): string;
}

/** What the file itself speaks of. */
export interface Stock {
  numbers: readonly number[];
  words: readonly string[];
}

const usualNumbers = [2, 3, 5, 8, 12, 20, 24, 60, 100];
const usualWords = ['first', 'second', 'north', 'alpha', 'green', 'value', 'other', 'item'];

/** Numbers and words of literals and names, as far as they are short and plain. */
export function stockOf(numbers: readonly string[], words: readonly string[]): Stock {
  const plain = numbers.filter((text) => /^[1-9]\d{0,3}$/.test(text)).map(Number);
  const short = words.map((word) => word.toLowerCase()).filter((word) => /^[a-z]{2,12}$/.test(word));
  return {
    numbers: [...new Set([...plain, ...usualNumbers])],
    words: [...new Set([...short, ...usualWords])],
  };
}

/** A fact that has nothing to do with code under test. */
export function makeFact(notation: Notation, stock: Stock, random: RandomBelow): Fact {
  const [a = 2, b = 3] = sample(stock.numbers, 2, random);
  const words = sample(stock.words, 3, random);
  const [word = 'first', , other = 'item'] = words;
  const off = between(1, 9, random);
  const strings = notation.list(words.map(notation.string));
  const scalar = (actual: string, right: number | string, wrong: number | string): Fact => ({
    actual,
    right: typeof right === 'string' ? notation.string(right) : String(right),
    wrong: typeof wrong === 'string' ? notation.string(wrong) : String(wrong),
    shape: 'scalar',
  });
  const kinds: (() => Fact)[] = [
    () => scalar(`${a} + ${b}`, a + b, a + b + off),
    () => scalar(`${a} * ${b}`, a * b, a * b + off),
    () => scalar(notation.length(strings), words.length, words.length + off),
    () => scalar(notation.upper(notation.string(word)), word.toUpperCase(), other.toUpperCase()),
    () => scalar(notation.join(strings, '-'), words.join('-'), words.slice(1).join('-')),
    () => {
      const list = notation.list([String(a), String(b)]);
      const right = notation.list([String(a * off), String(b * off)]);
      const wrong = notation.list([String(a * off), String(b * off + 1)]);
      return { actual: notation.times(list, off), right, wrong, shape: 'list' };
    },
  ];
  const kind = pick(kinds, random);
  return kind === undefined ? scalar(`${a} + ${b}`, a + b, a + b + off) : kind();
}
