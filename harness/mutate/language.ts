import { type Tree, TreeFragment } from '@lezer/common';
import { parser as javascriptParser } from '@lezer/javascript';
import { parser as pythonParser } from '@lezer/python';
import * as javascript from './javascript.ts';
import * as python from './python.ts';
import type { Nodes, Rules } from './syntax.ts';

type Parser = typeof javascriptParser;

/** What can be done to programs of one language. */
export interface Language {
  /** Recovers from errors. */
  parser: Parser;
  /** Throws SyntaxError at the first error. */
  strict: Parser;
  rules: Rules;
  /** Nothing inside of these is altered. */
  arid: Nodes;
  /** Without these the program does the same. */
  inert: Nodes;
}

function language(
  parser: Parser,
  { rules, arid, inert }: Pick<Language, 'rules' | 'arid' | 'inert'>,
): Language {
  return { parser, strict: parser.configure({ strict: true }), rules, arid, inert };
}

const pythonic = language(pythonParser, python);
const plain = language(javascriptParser.configure({ dialect: 'jsx' }), javascript);
const typed = language(javascriptParser.configure({ dialect: 'ts' }), javascript);
const typedJsx = language(javascriptParser.configure({ dialect: 'ts jsx' }), javascript);

const byEnding: Readonly<Record<string, Language>> = {
  py: pythonic,
  js: plain,
  cjs: plain,
  mjs: plain,
  jsx: plain,
  ts: typed,
  cts: typed,
  mts: typed,
  tsx: typedJsx,
};

/** The language of a file by its name, for programs without an ending by their first line; null for all others. */
export function languageOf(path: string, source: string): Language | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ending = name.slice(name.lastIndexOf('.') + 1);
  if (ending !== name) return Object.hasOwn(byEnding, ending) ? (byEnding[ending] ?? null) : null;
  const [, interpreter] =
    /^#!\S*\/(?:env +(?:-S +)?)?(node|python)[\d.]*(?:\s|$)/.exec(source.slice(0, 200)) ?? [];
  return interpreter === undefined ? null : interpreter === 'node' ? plain : pythonic;
}

/** Characters times depth of brackets: a parser's time in the worst case, half a second here. Real files have a tenth. */
const maxWork = 8_000_000;
/** Recovering from errors is slow where there is nothing but errors. */
const maxBroken = 24 * 1024;

export interface Parsed {
  tree: Tree;
  /** Places that the grammar does not know; it misses some rare forms that the languages allow. */
  errors: number;
}

/** null for what would take too long. */
export function parse(source: string, { parser, strict }: Language): Parsed | null {
  if (source.length * depthOf(source) > maxWork) return null;
  const tree = strictly(strict, source);
  if (tree !== null) return { tree, errors: 0 };
  if (source.length > maxBroken) return null;
  const recovered = parser.parse(source);
  return { tree: recovered, errors: errorsOf(recovered).length };
}

/**
 * Whether a text is still as much of a program after `source.slice(from, to)` gave way to `insert`. What the change does
 * not reach is not read again.
 */
export function isStillProgram(
  source: string,
  { tree, errors }: Parsed,
  { from, to, insert }: { from: number; to: number; insert: string },
  { parser, strict }: Language,
): boolean {
  const changed = source.slice(0, from) + insert + source.slice(to);
  const range = { fromA: from, toA: to, fromB: from, toB: from + insert.length };
  const kept = TreeFragment.applyChanges(TreeFragment.addTree(tree), [range]);
  if (errors === 0) return strictly(strict, changed, kept) !== null;
  return errorsOf(parser.parse(changed, kept)).length <= errors;
}

function strictly(parser: Parser, source: string, kept: readonly TreeFragment[] = []): Tree | null {
  try {
    return parser.parse(source, kept);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Offsets of what the grammar does not know. */
export function errorsOf(tree: Tree): number[] {
  const errors: number[] = [];
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) errors.push(node.from);
    },
  });
  return errors;
}

/** How deep brackets nest, at least 1; those in texts and comments count as well. */
function depthOf(source: string): number {
  let [depth, most] = [0, 1];
  for (const [bracket] of source.matchAll(/[([{}\])]/g)) {
    depth = '([{'.includes(bracket) ? depth + 1 : Math.max(0, depth - 1);
    most = Math.max(most, depth);
  }
  return most;
}
