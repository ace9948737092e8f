import type { SyntaxNode } from '@lezer/common';
import { binary, dropElse, negate, negateHead, postfix, unary, update } from './javascript-conditions.ts';
import { isLoopStep, isOnlyExit } from './javascript-loops.ts';
import { emptyOf, returnTypeOf, valueOfArrow } from './javascript-returns.ts';
import { call, emptied, member, nothing, number, regexp, string } from './javascript-values.ts';
import { type Edit, type Nodes, partsOf, type Rules, replace, swap, textOf } from './syntax.ts';

/** What the program does is the same without them: comments, and types, which are erased before it runs. */
export const inert: Nodes = {
  LineComment: true,
  BlockComment: true,
  Hashbang: true,
  TypeAnnotation: true,
  TypeParamList: true,
  TypeArgList: true,
  TypePredicate: true,
  TypeAliasDeclaration: true,
  InterfaceDeclaration: true,
  AmbientDeclaration: true,
  ImportDeclaration: (node) => partsOf(node)[1]?.name === 'type',
};

/**
 * Code in which a fault proves nothing: wiring, and what is written for people who look for a fault ("arid nodes",
 * Petrović and Ivanković, "State of Mutation Testing at Google", ICSE-SEIP 2018).
 */
export const arid: Nodes = {
  ...inert,
  ImportDeclaration: true,
  DynamicImport: true,
  Decorator: true,
  ThrowStatement: true,
  CallExpression: isForPeople,
  NewExpression: isForPeople,
};

const logging =
  /^(?:console\.(?:debug|error|info|trace|warn)|(?:this\.)?#?(?:log|logger|logging)\.\w+|process\.emitWarning|require)$/;
const longestName = 80;

function isForPeople(node: SyntaxNode, source: string): boolean {
  const callee = partsOf(node)[node.name === 'NewExpression' ? 1 : 0];
  if (callee === undefined || callee.to - callee.from > longestName) return false;
  const name = textOf(callee, source);
  return logging.test(name) || /(?:Error|Exception|Warning)$/.test(name);
}

function statement(node: SyntaxNode, source: string): Edit[] {
  const [expression] = partsOf(node);
  if (expression === undefined) return [];
  const [first, second] = partsOf(expression);
  switch (expression.name) {
    case 'AwaitExpression':
      return second && isForPeople(second, source) ? [] : replace('drop-call', node, ';');
    case 'CallExpression':
    case 'NewExpression':
      // Without super() no object of the class could be made at all.
      return first?.name === 'super' || isForPeople(expression, source)
        ? []
        : replace('drop-call', node, ';');
    case 'AssignmentExpression':
    case 'PostfixExpression':
      // A local name that is given no value is hardly ever an oversight.
      if (first === undefined || (first.name !== 'MemberExpression' && second?.name === 'Equals')) return [];
      return isLoopStep(expression, first, source) ? [] : replace('drop-assignment', node, ';');
    default:
      return [];
  }
}

function returns(node: SyntaxNode, value: SyntaxNode | undefined, source: string): Edit[] {
  if (value === undefined || value.name === ';') return [];
  const empty = emptyOf(value, returnTypeOf(node, source), source);
  return empty === null ? [] : replace('empty-return', value, empty);
}

export const rules: Rules = {
  IfStatement: (node, source) => [...negateHead(node, source), ...dropElse(node, source)],
  WhileStatement: negateHead,
  DoStatement: negateHead,
  ConditionalExpression: (node, source) => negate(partsOf(node)[0], source),
  BinaryExpression: binary,
  UnaryExpression: unary,
  PostfixExpression: postfix,
  AssignmentExpression: update,
  MemberExpression: member,
  CallExpression: call,
  ExpressionStatement: statement,
  ReturnStatement: (node, source) => returns(node, partsOf(node)[1], source),
  ArrowFunction: (node, source) => returns(node, valueOfArrow(node), source),
  ThrowStatement: (node) => replace('drop-throw', node, ';'),
  BreakStatement: (node, source) => (isOnlyExit(node, source) ? [] : replace('drop-jump', node, ';')),
  ContinueStatement: (node) => replace('drop-jump', node, ';'),
  '?.': (node, source) => replace('drop-optional-chain', node, /[[(]/.test(source[node.to] ?? '') ? '' : '.'),
  ArrayExpression: emptied('[]'),
  ObjectExpression: emptied('{}'),
  Number: number,
  String: string,
  TemplateString: string,
  BooleanLiteral: (node, source) => swap('flip-boolean', node, source, { true: 'false', false: 'true' }),
  null: nothing,
  RegExp: regexp,
};
