import type { SyntaxNode } from '@lezer/common';
import { isLoopStep } from './python-loops.ts';
import { after, type Edit, leaveOut, partsOf, replace, swap, textOf } from './syntax.ts';
import * as tables from './tables.ts';

/** The operator of a binary expression, `not in` and `is not` in one; '' for everything else. */
export function operatorOf(node: SyntaxNode | null, source: string): string {
  if (node?.name !== 'BinaryExpression') return '';
  return partsOf(node)
    .slice(1, -1)
    .map((token) => textOf(token, source))
    .join(' ');
}

const equalities: Readonly<Record<string, string>> = {
  ...tables.otherEquality,
  in: 'not in',
  'not in': 'in',
  is: 'is not',
  'is not': 'is',
};

const comparisons: Readonly<Record<string, string>> = { ...equalities, ...tables.opposite };

/** The condition turned round, unless another operator makes the same of it. */
function negate(condition: SyntaxNode | undefined, source: string): Edit[] {
  if (condition === undefined || condition.name === 'Boolean') return [];
  const text = textOf(condition, source);
  // Which of them holds is no choice of the program.
  if (/^__name__\s*==|\bTYPE_CHECKING$/.test(text)) return [];
  if (condition.name === 'UnaryExpression' && condition.firstChild?.name === 'not') return [];
  const operator = operatorOf(condition, source);
  // `a < b < c` is no comparison of two.
  if (!Object.hasOwn(comparisons, operatorOf(condition.firstChild, source))) {
    if (Object.hasOwn(equalities, operator)) return [];
    if (Object.hasOwn(tables.opposite, operator))
      return swap('negate-condition', partsOf(condition)[1], source, tables.opposite);
  }
  const space = /\w/.test(source[condition.from - 1] ?? '') ? ' ' : '';
  const inner = condition.name === 'ParenthesizedExpression' ? text : `(${text})`;
  return replace('negate-condition', condition, `${space}not ${inner}`);
}

/** Negates what follows `if`, `elif` and `while`, wherever they stand. */
export function negateHead(node: SyntaxNode, source: string): Edit[] {
  return after(node, ['if', 'elif', 'while']).flatMap((condition) => negate(condition, source));
}

/** Each branch of an `if` but its first. */
export function dropElse(node: SyntaxNode, source: string): Edit[] {
  const parts = partsOf(node);
  return parts.flatMap((word, index) => {
    if (word.name !== 'elif' && word.name !== 'else') return [];
    const body = parts.slice(index).find((part) => part.name === 'Body');
    if (body === undefined) return [];
    // A body takes the line feed with it, on which the next line's indentation depends.
    const end = body.from + textOf(body, source).trimEnd().length;
    return leaveOut('drop-else', word.from, end, source);
  });
}

const texts = new Set(['String', 'FormatString', 'ContinuedString']);
const collections = ['ArrayExpression', 'DictionaryExpression', 'SetExpression', 'TupleExpression'];
const unlikely = new Set([...texts, ...collections, 'Boolean', 'LambdaExpression', 'None', 'Number']);

export function binary(node: SyntaxNode, source: string): Edit[] {
  const parts = partsOf(node);
  const [left, token] = parts;
  const right = parts.at(-1);
  if (left === undefined || token === undefined || right === undefined || parts.length < 3) return [];
  // Which module is the main one is no choice of the program.
  if (textOf(left, source) === '__name__') return [];
  const operator = operatorOf(node, source);
  if (/^(?:and|or)$/.test(operator)) {
    const operands = [left, right].filter(
      (operand) => !unlikely.has(operand.name) && !/^(?:and|or)$/.test(operatorOf(operand, source)),
    );
    return [
      ...swap('swap-logic', token, source, { and: 'or', or: 'and' }),
      ...operands.flatMap((operand) => negate(operand, source)),
    ];
  }
  if (Object.hasOwn(equalities, operator)) {
    const to = parts.at(-2)?.to ?? token.to;
    return [{ operator: 'flip-comparison', from: token.from, to, insert: equalities[operator] ?? '' }];
  }
  if (token.name === 'CompareOp') return swap('shift-boundary', token, source, tables.otherBoundary);
  if (token.name === 'BitOp') return swap('swap-bitwise', token, source, tables.otherBitwise);
  // With texts and lists only some of them mean something: what is left is a TypeError and no likely fault.
  if ([left, right].some((operand) => texts.has(operand.name) || collections.includes(operand.name)))
    return [];
  return swap('swap-arithmetic', token, source, tables.otherArithmetic);
}

export function unary(node: SyntaxNode, source: string): Edit[] {
  const [token, operand] = partsOf(node);
  if (token === undefined || operand === undefined) return [];
  return leaveOut(token.name === 'not' ? 'drop-not' : 'drop-sign', node.from, operand.from, source);
}

export function update(node: SyntaxNode, source: string): Edit[] {
  const [target, token, value] = partsOf(node);
  if (target === undefined || isLoopStep(node, target, source)) return [];
  if (value && (texts.has(value.name) || collections.includes(value.name))) return [];
  return swap('swap-arithmetic', token, source, tables.otherUpdate);
}
