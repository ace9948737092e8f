import type { SyntaxNode } from '@lezer/common';
import { makeFact, type Notation, type Stock } from '../facts.ts';
import type { RandomBelow } from '../sentinel.ts';
import { findAll, textOf } from '../tree.ts';

const notation = (quote: string): Notation => ({
  string: (text) => `${quote}${text}${quote}`,
  list: (items) => `[${items.join(', ')}]`,
  length: (of) => `len(${of})`,
  upper: (of) => `${of}.upper()`,
  join: (list, separator) => `${quote}${separator}${quote}.join(${list})`,
  times: (list, factor) => `[n * ${factor} for n in ${list}]`,
});

/** The quote that the file's strings mostly begin with. */
export function quoteOf(source: string, module: SyntaxNode): string {
  const strings = findAll(module, ({ name }) => name === 'String').map((node) => source[node.from]);
  const double = strings.filter((first) => first === '"').length;
  return double * 2 > strings.length ? '"' : "'";
}

/**
 * A statement that holds (`right`) or fails (`wrong`) whatever the code under test does. `self`: the test case that does
 * the comparing, where the file leaves it to that.
 */
export function writeCheck(
  self: string | null,
  side: 'right' | 'wrong',
  quote: string,
  stock: Stock,
  random: RandomBelow,
): string {
  const fact = makeFact(notation(quote), stock, random);
  return self === null
    ? `assert ${fact.actual} == ${fact[side]}`
    : `${self}.assertEqual(${fact.actual}, ${fact[side]})`;
}

/** The first parameter of a method; null where it has none. */
export function selfOf(source: string, definition: SyntaxNode): string | null {
  const name = definition.getChild('ParamList')?.getChild('VariableName');
  return name ? textOf(source, name) : null;
}
