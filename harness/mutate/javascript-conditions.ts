import type { SyntaxNode } from '@lezer/common';
import { isLoopStep } from './javascript-loops.ts';
import { type Edit, leaveOut, partsOf, replace, swap, textOf } from './syntax.ts';
import * as tables from './tables.ts';

/** The operator of a binary expression; '' for everything else. */
export function operatorOf(node: SyntaxNode, source: string): string {
  const token = partsOf(node)[1];
  return node.name !== 'BinaryExpression' || token === undefined ? '' : textOf(token, source);
}

/** The condition turned round, unless another operator makes the same of it. */
export function negate(condition: SyntaxNode | undefined, source: string): Edit[] {
  if (condition === undefined || condition.name === 'BooleanLiteral') return [];
  const [first, token] = partsOf(condition);
  if (condition.name === 'UnaryExpression' && first && textOf(first, source) === '!') return [];
  const operator = operatorOf(condition, source);
  if (Object.hasOwn(tables.otherEquality, operator) || /^in(?:stanceof)?$/.test(operator)) return [];
  if (Object.hasOwn(tables.opposite, operator))
    return swap('negate-condition', token, source, tables.opposite);
  const text = textOf(condition, source);
  return replace(
    'negate-condition',
    condition,
    condition.name === 'ParenthesizedExpression' ? `!${text}` : `!(${text})`,
  );
}

/** Negates what stands in the parentheses of `if`, `while` and `do`. */
export function negateHead(node: SyntaxNode, source: string): Edit[] {
  const head = node.getChild('ParenthesizedExpression');
  return head === null ? [] : negate(partsOf(head)[1], source);
}

export function dropElse(node: SyntaxNode, source: string): Edit[] {
  const word = node.getChild('else');
  return word === null ? [] : leaveOut('drop-else', word.from, node.to, source);
}

const texts = new Set(['String', 'TemplateString']);
/** True or false by their look alone: as operands they are defaults and no conditions. */
const constants = new Set([
  'ArrayExpression',
  'ArrowFunction',
  'BooleanLiteral',
  'FunctionExpression',
  'null',
]);
const defaults = new Set([
  ...texts,
  ...constants,
  'JSXElement',
  'NewExpression',
  'Number',
  'ObjectExpression',
]);

export function binary(node: SyntaxNode, source: string): Edit[] {
  const [left, token, right] = partsOf(node);
  if (left === undefined || token === undefined || right === undefined) return [];
  switch (token.name) {
    case 'CompareOp':
      return [
        ...swap('shift-boundary', token, source, tables.otherBoundary),
        ...swap('flip-comparison', token, source, tables.otherEquality),
      ];
    case 'in':
    case 'instanceof':
      return replace('flip-comparison', node, `!(${textOf(node, source)})`);
    case 'ArithOp':
      // The sum of texts is a text: a difference would be NaN and no likely fault.
      if (textOf(token, source) === '+' && (texts.has(left.name) || texts.has(right.name))) return [];
      return swap('swap-arithmetic', token, source, tables.otherArithmetic);
    case 'BitOp':
      return swap('swap-bitwise', token, source, tables.otherBitwise);
    case 'LogicOp':
      return logic(left, token, right, source);
    default:
      return [];
  }
}

function logic(left: SyntaxNode, token: SyntaxNode, right: SyntaxNode, source: string): Edit[] {
  // Another operator in its place would need parentheses: JavaScript does not let `??` stand beside them.
  if (textOf(token, source) === '??') return leaveOut('drop-default', left.to, right.to, source);
  const operands = [left, right].filter(
    (operand) => !defaults.has(operand.name) && !/^(?:&&|\|\|)$/.test(operatorOf(operand, source)),
  );
  return [
    ...swap('swap-logic', token, source, { '&&': '||', '||': '&&' }),
    ...operands.flatMap((operand) => negate(operand, source)),
  ];
}

export function unary(node: SyntaxNode, source: string): Edit[] {
  const [token, operand] = partsOf(node);
  if (token === undefined || operand === undefined) return [];
  const operator = textOf(token, source);
  if (operator === '!') return leaveOut('drop-not', node.from, operand.from, source);
  if (/^[-+~]$/.test(operator)) return leaveOut('drop-sign', node.from, operand.from, source);
  return isLoopStep(node, operand, source) ? [] : swap('swap-arithmetic', token, source, tables.otherStep);
}

export function postfix(node: SyntaxNode, source: string): Edit[] {
  const [operand, token] = partsOf(node);
  if (operand === undefined || isLoopStep(node, operand, source)) return [];
  return swap('swap-arithmetic', token, source, tables.otherStep);
}

export function update(node: SyntaxNode, source: string): Edit[] {
  const [target, token, value] = partsOf(node);
  if (token?.name !== 'UpdateOp' || target === undefined || isLoopStep(node, target, source)) return [];
  if (textOf(token, source) === '+=' && value && texts.has(value.name)) return [];
  return swap('swap-arithmetic', token, source, tables.otherUpdate);
}
