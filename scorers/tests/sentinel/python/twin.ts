import type { SyntaxNode } from '@lezer/common';
import { type Edit, editedSlice, indentAt } from '../edit.ts';
import { alterLiteral, isLiteral } from '../literals.ts';
import { pick } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { childrenOf, textOf } from '../tree.ts';
import { endOf, holds, pythonLiterals, statementsOf } from './syntax.ts';
import type { RealTest } from './tests.ts';

/**
 * The definition once more under another name: with one expected value changed into what nothing returns, or with the
 * failing check at its end. Its first line has the original's indentation, as all others have.
 */
export function twinOf(
  source: string,
  test: RealTest,
  name: string,
  step: string,
  failing: () => string,
  random: RandomBelow,
): string | null {
  const statements = statementsOf(test.body);
  const isDocumented = statements[0]?.firstChild?.name === 'String' && statements.length > 1;
  const [first, ...rest] = isDocumented ? statements.slice(1) : statements;
  const last = rest.at(-1) ?? first;
  if (first === undefined || last === undefined) return null;
  const indent = indentAt(source, test.statement.from);
  const isBelow = source.slice(test.body.from, first.from).includes('\n');
  const inner = isBelow ? indentAt(source, first.from) : indent + step;
  const head = editedSlice(source, test.statement.from, test.body.from, [
    { from: test.nameNode.from, to: test.nameNode.to, text: name },
  ]);
  const written = (...lines: string[]) =>
    `${indent}${head}:${lines.map((line) => `\n${inner}${line}`).join('')}`;
  // What may leave before its end is called instead.
  if (holds(test.body, ['ReturnStatement'])) {
    const call = callOf(source, test);
    return call === null ? null : written(call, failing());
  }
  const edits =
    random(8) === 0 ? [] : lastChecks(source, statements).flatMap((one) => alterations(source, one, random));
  const edit = pick(edits, random);
  const body = editedSlice(source, first.from, endOf(source, last), edit === undefined ? [] : [edit]);
  return edit === undefined ? written(body, failing()) : written(body);
}

/** `self.test_words()` or `test_words(fixture=fixture)`; null where a call would not be what the framework does. */
function callOf(source: string, { node, name, decorators, group }: RealTest): string | null {
  const list = node.getChild('ParamList');
  if (list === null || decorators.length > 0) return null;
  const parts = childrenOf(list).filter((part) => !/^(?:[(),]|TypeDef)$/.test(part.name));
  if (parts.some((part) => part.name !== 'VariableName')) return null;
  const params = parts.map((part) => textOf(source, part));
  const self = group.definition === null ? '' : params.shift();
  if (self === undefined) return null;
  const args = params.map((param) => `${param}=${param}`).join(', ');
  return `${node.getChild('async') === null ? '' : 'await '}${self && `${self}.`}${name}(${args})`;
}

/** The checks that a body ends with: what follows another may clean up, without which the process might never end. */
function lastChecks(source: string, statements: readonly SyntaxNode[]): SyntaxNode[] {
  const isCheck = (one: SyntaxNode) =>
    one.name === 'AssertStatement' || /^\w+\.assert\w+\(/.test(textOf(source, one));
  return statements.slice(statements.findLastIndex((one) => !isCheck(one)) + 1);
}

/** Changes of a statement that compares something with a value written out; of those certainly come to. */
function alterations(source: string, statement: SyntaxNode, random: RandomBelow): Edit[] {
  const [left, right] =
    statement.name === 'AssertStatement' ? asserted(source, statement) : compared(source, statement);
  if (left === undefined || right === undefined) return [];
  const [isLeft, isRight] = [isLiteral(left, pythonLiterals), isLiteral(right, pythonLiterals)];
  const edit =
    isLeft === isRight ? null : alterLiteral(source, isLeft ? left : right, pythonLiterals, random);
  return edit === null ? [] : [edit];
}

/** `assert a == b`, and no longer chain. */
function asserted(source: string, statement: SyntaxNode): SyntaxNode[] {
  const comparison = statement.getChild('BinaryExpression');
  if (comparison === null || comparison.prevSibling?.name !== 'assert') return [];
  const [left, operator, right] = childrenOf(comparison);
  if (left === undefined || operator === undefined || right === undefined) return [];
  const isChain = [left, right].some((side) => side.getChild('CompareOp') !== null);
  return textOf(source, operator) === '==' && !isChain ? [left, right] : [];
}

/** `self.assertEqual(a, b)` and its kin. */
function compared(source: string, statement: SyntaxNode): SyntaxNode[] {
  const call = statement.name === 'ExpressionStatement' ? statement.getChild('CallExpression') : null;
  const list = call?.getChild('ArgList');
  const callee = call?.firstChild;
  if (
    !list ||
    !callee ||
    !/^self\.assert(?:Equals?|ListEqual|DictEqual|TupleEqual|MultiLineEqual)$/.test(textOf(source, callee))
  )
    return [];
  const args = childrenOf(list).filter(({ name }) => !/^(?:[(),]|Comment)$/.test(name));
  // Which value an argument by name or a spread one is, is not sorted out.
  return args.slice(0, 3).some(({ name }) => name === 'AssignOp' || name === '*' || name === '**')
    ? []
    : args.slice(0, 2);
}
