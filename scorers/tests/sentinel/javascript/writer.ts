import type { SyntaxNode } from '@lezer/common';
import { stockOf } from '../facts.ts';
import { freshName, wordsOf } from '../names.ts';
import type { RandomBelow } from '../sentinel.ts';
import { findAll, textOf } from '../tree.ts';
import { writeCheck } from './checks.ts';
import type { Tools } from './imports.ts';
import type { Manner } from './manner.ts';
import type { TestFileOutline } from './tests.ts';

/** What writes names, checks and whole tests like the file's. */
export interface Writer {
  fresh(kind?: 'tests' | 'groups'): string;
  check(side: 'right' | 'wrong'): string;
  quoted(name: string): string;
  /** The name as it stands in the text, in quotes. */
  plain(literal: string, side: 'right' | 'wrong', indent: string): string;
}

export function writerOf(
  source: string,
  { script, outline }: { script: SyntaxNode; outline: TestFileOutline },
  tools: Tools,
  { quote, end, step, heading }: Manner,
  random: RandomBelow,
): Writer {
  const { written } = outline;
  const stock = stockOf(
    findAll(script, ({ name }) => name === 'Number').map((node) => textOf(source, node)),
    written.tests.flatMap((name) => name.split(/[^A-Za-z]+/)),
  );
  const known = new Set<string>();
  const wordsIn = (names: readonly string[]) => names.map((name) => wordsOf(name, /\s+/));
  const words = { tests: wordsIn(written.tests), groups: wordsIn(written.groups) };
  const callee = `${tools.test}${outline.hasOnly ? '.only' : ''}`;
  const check = (side: 'right' | 'wrong') => writeCheck(tools.way, side, quote, stock, random);
  return {
    check,
    fresh: (kind = 'tests') => {
      const isTaken = (name: string) =>
        source.includes(name) || [...known].some((other) => other.includes(name) || name.includes(other));
      const name = freshName(words[kind], (some) => some.join(' '), isTaken, random);
      known.add(name);
      return name;
    },
    quoted: (name) => `${quote}${name}${quote}`,
    plain: (literal, side, indent) =>
      `${callee}(${literal}, ${heading}\n${indent}${step}${check(side)}${end}\n${indent}})${end}`,
  };
}
