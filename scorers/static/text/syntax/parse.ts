import type { Input, Parser, PartialParse, Tree } from '@lezer/common';
import { parser as javascript } from '@lezer/javascript';
import { parser as python } from '@lezer/python';

/** A language whose syntax is known here. */
export type Language = 'javascript' | 'python';

const typed = javascript.configure({ dialect: 'ts' });
const withTags = javascript.configure({ dialect: 'jsx' });
const typedWithTags = javascript.configure({ dialect: 'ts jsx' });

const parsers: readonly (readonly [RegExp, Language, Parser])[] = [
  [/\.[mc]?ts$/, 'javascript', typed],
  [/\.tsx$/, 'javascript', typedWithTags],
  [/\.([mc]?js|jsx)$/, 'javascript', withTags],
  [/\.pyi?$/, 'python', python],
];

/** Globs of all files whose syntax is known here. */
export const parsedFiles: readonly string[] = ['**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx}', '**/*.{py,pyi}'];

export interface Parsed {
  language: Language;
  /** null where the text is made to hold up the parser. */
  tree: Tree | null;
}

/** Parses a file by its name; null where its language is not known here. */
export function parse(path: string, text: string): Parsed | null {
  const found = parsers.find(([pattern]) => pattern.test(path));
  if (found === undefined) return null;
  const [, language, parser] = found;
  return { language, tree: parseWithin(parser, text, smallBudget + 100 * text.length) };
}

/** What a step costs while the parser looks for a way out of an error, in states that it copies. */
const recoveryCost = 2000;
/** Some small files consist of little but errors. */
const smallBudget = 2_000_000;
/** Of what is open at once, elements of a list included. */
const maxOpen = 60_000;
/** How much of a text is handed to the parser at once, and what it costs to look at a character far ahead. */
const chunkSize = 1024;
const readingCost = 4;

/**
 * The parser is linear in honest text. Where it follows several readings at once it copies all that is open for each of
 * them, which makes nested nonsense quadratic in time and memory; finding a way out of an error costs a lot each time;
 * and where a comment could begin that never ends, it reads to the end of the text each time. All are counted here:
 * honest code stays below 3 a character, or 80 where it is full of what the parser does not know, and texts made for it
 * come to thousands.
 */
function parseWithin(parser: Parser, text: string, budget: number): Tree | null {
  let spent = 0;
  let at = 0;
  const input: Input = {
    length: text.length,
    lineChunks: false,
    chunk(from) {
      if (from > at + 4 * chunkSize) spent += readingCost * chunkSize;
      return text.slice(from, from + chunkSize);
    },
    read: (from, to) => text.slice(from, to),
  };
  const parsing = parser.startParse(input, [], [{ from: 0, to: text.length }]);
  for (;;) {
    const tree = advance(parsing);
    if (tree !== null) return tree === tooDeep ? null : tree;
    at = parsing.parsedPos;
    spent += costOf(parsing);
    if (spent > budget) return null;
  }
}

const tooDeep = Symbol('nested too deeply');

/** One step. Building the tree of a deeply nested text overflows the stack. */
function advance(parsing: PartialParse): Tree | typeof tooDeep | null {
  try {
    return parsing.advance();
  } catch (error) {
    if (error instanceof RangeError) return tooDeep;
    throw error;
  }
}

/** Not part of the parser's declared interface; without it every text counts as too much. */
function costOf(parsing: object): number {
  const stacks: unknown = Reflect.get(parsing, 'stacks');
  const recovering: unknown = Reflect.get(parsing, 'recovering');
  if (!Array.isArray(stacks) || typeof recovering !== 'number') return Number.POSITIVE_INFINITY;
  const sizes = stacks.map((stack: { stack: readonly unknown[] }) => stack.stack.length);
  if (sizes.some((size) => size > maxOpen)) return Number.POSITIVE_INFINITY;
  const copied = sizes.length < 2 ? 0 : sizes.reduce((sum, size) => sum + size, 0);
  return copied + (recovering > 0 ? recoveryCost : 0);
}
