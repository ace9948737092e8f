import type { SyntaxNode } from '@lezer/common';
import { binary, dropElse, negateHead, unary, update } from './python-conditions.ts';
import { isLoopStep, isOnlyExit } from './python-loops.ts';
import { emptied, member, nothing, number, returns, string } from './python-values.ts';
import { type Edit, type Nodes, partsOf, type Rules, replace, swap, textOf } from './syntax.ts';

/** What the program does is the same without them: comments, annotations, docstrings. */
export const inert: Nodes = {
  Comment: true,
  TypeDef: true,
  TypeParamList: true,
  TypeDefinition: true,
  ExpressionStatement: (node) => /^(?:String|ContinuedString)$/.test(node.firstChild?.name ?? ''),
};

/** Code in which a fault proves nothing: wiring, and what is written for people who look for a fault. */
export const arid: Nodes = {
  ...inert,
  ImportStatement: true,
  Decorator: true,
  AssertStatement: true,
  RaiseStatement: true,
  AssignStatement: (node, source) => /^__\w+__\s*=/.test(source.slice(node.from, node.from + 40)),
  BinaryExpression: (node, source) => /^__name__\s*==/.test(source.slice(node.from, node.from + 40)),
  CallExpression: isForPeople,
};

const logging =
  /^(?:(?:self\.)?_?(?:log|logger|logging)\.\w+|warnings\.warn|(?:typing\.)?(?:TypeVar|NewType))$/;
const longestName = 80;

function isForPeople(node: SyntaxNode, source: string): boolean {
  const [callee, list] = partsOf(node);
  if (callee === undefined || callee.to - callee.from > longestName) return false;
  const name = textOf(callee, source);
  if (name === 'print') return list !== undefined && /\bfile=sys\.stderr\b/.test(textOf(list, source));
  return logging.test(name) || /(?:Error|Exception|Warning)$/.test(name);
}

function statement(node: SyntaxNode, source: string): Edit[] {
  const [expression] = partsOf(node);
  const called = expression?.name === 'AwaitExpression' ? partsOf(expression)[1] : expression;
  if (called?.name !== 'CallExpression' || isForPeople(called, source)) return [];
  return replace('drop-call', node, 'pass');
}

function assignment(node: SyntaxNode, source: string): Edit[] {
  const [target, ...others] = partsOf(node).filter((part) => part.name !== 'TypeDef');
  if (target === undefined || !/^(?:Assign|Update)Op$/.test(others[0]?.name ?? '')) return [];
  // A local name that is given no value is hardly ever an oversight.
  if (node.name === 'AssignStatement' && target.name !== 'MemberExpression') return [];
  return isLoopStep(node, target, source) ? [] : replace('drop-assignment', node, 'pass');
}

export const rules: Rules = {
  IfStatement: (node, source) => [...negateHead(node, source), ...dropElse(node, source)],
  WhileStatement: negateHead,
  ConditionalExpression: negateHead,
  Guard: negateHead,
  ComprehensionExpression: negateHead,
  ArrayComprehensionExpression: (node, source) => [...negateHead(node, source), ...emptied('[]')(node)],
  DictionaryComprehensionExpression: (node, source) => [...negateHead(node, source), ...emptied('{}')(node)],
  SetComprehensionExpression: (node, source) => [...negateHead(node, source), ...emptied('set()')(node)],
  ArgList: negateHead,
  BinaryExpression: binary,
  UnaryExpression: unary,
  UpdateStatement: (node, source) => [...update(node, source), ...assignment(node, source)],
  AssignStatement: assignment,
  MemberExpression: member,
  ExpressionStatement: statement,
  ReturnStatement: returns,
  LambdaExpression: returns,
  RaiseStatement: (node) => replace('drop-throw', node, 'pass'),
  BreakStatement: (node, source) => (isOnlyExit(node, source) ? [] : replace('drop-jump', node, 'pass')),
  ContinueStatement: (node) => replace('drop-jump', node, 'pass'),
  ArrayExpression: emptied('[]'),
  DictionaryExpression: emptied('{}'),
  SetExpression: emptied('set()'),
  TupleExpression: emptied('()'),
  Number: number,
  String: string,
  FormatString: string,
  Boolean: (node, source) => swap('flip-boolean', node, source, { True: 'False', False: 'True' }),
  None: nothing,
};
