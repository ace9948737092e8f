import type { SyntaxNode } from '@lezer/common';
import type { Edit } from './edit.ts';
import { between, pick } from './random.ts';
import type { RandomBelow } from './sentinel.ts';
import { findAll, textOf } from './tree.ts';

/** Which nodes of a language's syntax write a value out, and which of them can be made another value. */
export interface LiteralSyntax {
  /** All that a value may consist of, punctuation included. */
  parts: ReadonlySet<string>;
  number: string;
  strings: ReadonlySet<string>;
}

/** True where the value stands there in full, so that changing one literal in it changes the value. */
export function isLiteral(node: SyntaxNode, syntax: LiteralSyntax): boolean {
  return findAll(node, ({ name }) => !syntax.parts.has(name)).length === 0;
}

/**
 * Makes the written value one that nothing returns by mistake: a number of five digits in place of one of its numbers, or
 * inside one of its strings. Null where it has neither.
 */
export function alterLiteral(
  source: string,
  node: SyntaxNode,
  syntax: LiteralSyntax,
  random: RandomBelow,
): Edit | null {
  const chosen = pick(
    findAll(node, ({ name }) => name === syntax.number || syntax.strings.has(name)),
    random,
  );
  if (chosen === undefined) return null;
  const number = String(between(10_000, 99_999, random));
  const text = textOf(source, chosen);
  if (chosen.name === syntax.number) {
    if (text.replaceAll('_', '').startsWith(number)) return null;
    return { from: chosen.from, to: chosen.to, text: text.endsWith('n') ? `${number}n` : number };
  }
  const at = chosen.from + placeIn(text, random);
  return { from: at, to: at, text: number };
}

/** Where digits may go into a string's text without becoming part of an escape. */
function placeIn(text: string, random: RandomBelow): number {
  const opening = /^[a-z]*('''|"""|['"`])/i.exec(text)?.[0].length ?? 1;
  const quote = /^[a-z]*('''|"""|['"`])/i.exec(text)?.[1]?.length ?? 1;
  if (!/^[\w '"`.,:;-]*$/.test(text)) return opening;
  return between(opening, Math.max(opening, text.length - quote), random);
}
