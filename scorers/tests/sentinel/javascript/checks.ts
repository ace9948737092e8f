import type { SyntaxNode } from '@lezer/common';
import type { Edit } from '../edit.ts';
import { type Fact, makeFact, type Notation, type Stock } from '../facts.ts';
import { alterLiteral, isLiteral } from '../literals.ts';
import { pick } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { findAll } from '../tree.ts';
import { argumentsOf, calleeOf, scriptLiterals } from './syntax.ts';
import type { Way } from './ways.ts';

function notation(quote: string): Notation {
  return {
    string: (text) => `${quote}${text}${quote}`,
    list: (items) => `[${items.join(', ')}]`,
    length: (of) => `${of}.length`,
    upper: (of) => `${of}.toUpperCase()`,
    join: (list, separator) => `${list}.join(${quote}${separator}${quote})`,
    times: (list, factor) => `${list}.map((n) => n * ${factor})`,
  };
}

/** A comparison, without semicolon, that holds (`right`) or fails (`wrong`) whatever the code under test does. */
export function writeCheck(
  way: Way,
  side: 'right' | 'wrong',
  quote: string,
  stock: Stock,
  random: RandomBelow,
): string {
  const fact = factFor(way, quote, stock, random);
  const method = pick(fact.shape === 'list' ? way.list : way.scalar, random) ?? '';
  const { actual } = fact;
  return way.form === 'call'
    ? `${method}(${actual}, ${fact[side]})`
    : `${way.expect}(${actual}).${method}(${fact[side]})`;
}

function factFor(way: Way, quote: string, stock: Stock, random: RandomBelow): Fact {
  let fact = makeFact(notation(quote), stock, random);
  while (fact.shape === 'list' && way.list.length === 0) fact = makeFact(notation(quote), stock, random);
  return fact;
}

/**
 * Where the call compares something with a value that is written out: the change that makes it a value which nothing
 * returns. `promised` where the call gives a promise; null where it compares nothing of the kind.
 */
export function alterCheck(
  source: string,
  call: SyntaxNode,
  way: Way,
  random: RandomBelow,
): { edit: Edit; promised: boolean } | null {
  const callee = calleeOf(source, call);
  const args = argumentsOf(call);
  if (way.form === 'call') {
    const edit = way.scalar.includes(callee) ? alterOne(source, args[0], args[1], random) : null;
    return edit === null ? null : { edit, promised: false };
  }
  const inner = findAll(call, ({ name, from }) => name === 'CallExpression' && from === call.from).at(-1);
  if (inner === undefined || args.length !== 1 || calleeOf(source, inner) !== way.expect) return null;
  const values = argumentsOf(inner);
  const [, promise, method = ''] =
    /^\.(resolves\.|rejects\.)?([\w.]+)$/.exec(callee.slice(inner.to - inner.from).replace(/\s+/g, '')) ?? [];
  if (values.length !== 1 || !(way.scalar.includes(method) || way.list.includes(method))) return null;
  const edit = alterOne(source, values[0], args[0], random);
  return edit === null ? null : { edit, promised: promise !== undefined };
}

/** Of what is compared, one must be written out in full and the other must not. */
function alterOne(
  source: string,
  left: SyntaxNode | undefined,
  right: SyntaxNode | undefined,
  random: RandomBelow,
): Edit | null {
  if (left === undefined || right === undefined) return null;
  const [isLeft, isRight] = [isLiteral(left, scriptLiterals), isLiteral(right, scriptLiterals)];
  return isLeft === isRight ? null : alterLiteral(source, isLeft ? left : right, scriptLiterals, random);
}
