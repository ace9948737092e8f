import type { SyntaxNode } from '@lezer/common';
import { type Edit, editedSlice, indentAt } from '../edit.ts';
import { pick } from '../random.ts';
import type { RandomBelow } from '../sentinel.ts';
import { childrenOf, textOf } from '../tree.ts';
import { alterCheck } from './checks.ts';
import { calleeOf, callOf, type InlineFunction, returnsOf, statementsOf } from './syntax.ts';
import type { RealTest } from './tests.ts';
import type { Way } from './ways.ts';

export interface TwinStyle {
  source: string;
  way: Way;
  /** `;` or nothing. */
  end: string;
  step: string;
  /** A fresh check that fails, without its end. */
  failing: () => string;
  random: RandomBelow;
}

/**
 * A statement that declares a test under the name (a literal, in quotes) which does what `test` does and fails whatever
 * the code under test does: one of its comparisons expects what nothing returns, or a comparison that never holds
 * follows at its end. Null where the test has no place for one.
 */
export function twinOf(test: RealTest, name: string, style: TwinStyle): string | null {
  const { source, random } = style;
  const written = test.loop === null ? test.callback : null;
  const altered = written === null || random(8) === 0 ? null : alteredCallback(written, style);
  const callback =
    altered ?? (written === null ? loopCallback(test, style) : appendedCallback(written, test, style));
  if (callback === null) return null;
  const { statement, table } = test;
  const outer = test.loop === null ? statement : test.loop.inner;
  const edits: Edit[] = [
    { from: test.name.from, to: test.name.to, text: name },
    { from: test.callback.node.from, to: test.callback.node.to, text: callback },
  ];
  if (table !== null) {
    const row = oneRow(source, table, random);
    if (row === null) return null;
    edits.push({ from: table.from, to: table.to, text: row });
  }
  return editedSlice(source, outer.from, outer.to, edits);
}

/** One row of a table, so that one test comes of it; null where it has none. */
function oneRow(source: string, table: SyntaxNode, random: RandomBelow): string | null {
  const isConst = /\bas\s+const$/.test(textOf(source, table)) && table.firstChild?.name === 'ArrayExpression';
  const list = (isConst ? table.firstChild : null) ?? table;
  const isList = list.name === 'ArrayExpression' && list.getChild('Spread') === null;
  const rows = isList
    ? childrenOf(list).filter(({ name }) => !/^(?:[[\],]|LineComment|BlockComment)$/.test(name))
    : [];
  const row = pick(rows, random);
  if (row !== undefined) return `[${textOf(source, row)}]`;
  if (isList) return null;
  const text = textOf(source, table);
  return `${/^[\w.]+$/.test(text) ? text : `(${text})`}.slice(0, 1)`;
}

/** The same function with one expectation changed, among those that are certainly come to. */
function alteredCallback({ node, body }: InlineFunction, style: TwinStyle): string | null {
  const { source, way, random } = style;
  if (body.name === 'Block' && returnsOf(body).length > 0) return null;
  const checked = (call: SyntaxNode | null, awaited: boolean): Edit[] => {
    const altered = call === null ? null : alterCheck(source, call, way, random);
    return altered === null || (altered.promised && !awaited) ? [] : [altered.edit];
  };
  const edits =
    body.name === 'Block'
      ? lastChecksOf(body, style).flatMap((one) =>
          checked(callOf(one), one.firstChild?.name === 'AwaitExpression'),
        )
      : checked(body.name === 'AwaitExpression' ? body.getChild('CallExpression') : body, true);
  const edit = pick(edits, random);
  return edit === undefined ? null : editedSlice(source, node.from, node.to, [edit]);
}

/** The checks that a block ends with: what follows another may clean up, without which the process might never end. */
function lastChecksOf(block: SyntaxNode, { source, way }: TwinStyle): SyntaxNode[] {
  const tools = new Set(['expect', 'assert', way.expect, ...way.scalar.map((name) => name.split('.')[0])]);
  const statements = statementsOf(block);
  const isCheck = (statement: SyntaxNode) => {
    const call = callOf(statement);
    return call !== null && tools.has(/^[\w$]+/.exec(calleeOf(source, call))?.[0]);
  };
  return statements.slice(statements.findLastIndex((statement) => !isCheck(statement)) + 1);
}

/** The same function with a failing check at its end; around it, where it may return before. */
function appendedCallback(callback: InlineFunction, test: RealTest, style: TwinStyle): string | null {
  const { source } = style;
  const { node, body, isAsync } = callback;
  if (body.name !== 'Block') {
    const [before, after] = [source.slice(node.from, body.from), source.slice(body.to, node.to)];
    // Parentheses around an object or a sequence stay what they are.
    if (/\($/.test(before.trimEnd()) || after.trim() !== '') return wrappedCallback(callback, test, style);
    const isCheck =
      body.name === 'CallExpression' && alterCheck(source, body, style.way, () => 0)?.promised === false;
    const text = textOf(source, body);
    const first =
      isCheck || body.name === 'AwaitExpression'
        ? text
        : `await ${body.name === 'CallExpression' ? text : `(${text})`}`;
    return `${isAsync || isCheck ? '' : 'async '}${before}${blockOf([first, style.failing()], test, style)}`;
  }
  const returns = returnsOf(body);
  if (returns.length === 0) return editedSlice(source, node.from, node.to, [atEndOf(body, style)]);
  const [only, ...more] = returns;
  const promise = only?.getChild('CallExpression');
  const isLast = only !== undefined && only.from === statementsOf(body).at(-1)?.from;
  if (!isLast || more.length > 0 || !promise) return wrappedCallback(callback, test, style);
  // What was handed to the framework to wait for is waited for here.
  const keyword = { from: only.from, to: only.from + 'return'.length, text: 'await' };
  return (isAsync ? '' : 'async ') + editedSlice(source, node.from, node.to, [keyword, atEndOf(body, style)]);
}

/** Inserts a failing check before the block's closing brace. */
function atEndOf(block: SyntaxNode, { source, end, step, failing }: TwinStyle): Edit {
  const brace = block.to - 1;
  const last = statementsOf(block).at(-1);
  const lineBefore = source.slice(source.lastIndexOf('\n', brace - 1) + 1, brace);
  if (lineBefore.trim() === '') {
    const at = brace - lineBefore.length;
    const indent = last === undefined ? lineBefore + step : indentAt(source, last.from);
    return { from: at, to: at, text: `${indent}${failing()}${end}\n` };
  }
  const separator = last === undefined || textOf(source, last).endsWith(';') ? '' : ';';
  const at = brace - (/\s*$/.exec(lineBefore)?.[0].length ?? 0);
  return { from: at, to: at, text: `${separator} ${failing()}${end}${at === brace ? ' ' : ''}` };
}

function blockOf(lines: readonly string[], test: RealTest, { source, end, step }: TwinStyle): string {
  const indent = indentAt(source, test.statement.from);
  return `{\n${lines.map((line) => `${indent}${step}${line}${end}\n`).join('')}${indent}}`;
}

/** A function that calls the original with what it was given, and fails afterwards. */
function wrappedCallback({ node, params }: InlineFunction, test: RealTest, style: TwinStyle): string | null {
  const { source } = style;
  if (params.some(({ name }) => name !== 'VariableDefinition')) return null;
  const names = params.map((param) => textOf(source, param)).join(', ');
  const isArrow = node.name === 'ArrowFunction';
  const call = `await (${textOf(source, node)})${isArrow ? `(${names})` : `.call(this${names && `, ${names}`})`}`;
  return `${isArrow ? `async (${names}) =>` : `async function (${names})`} ${blockOf([call, style.failing()], test, style)}`;
}

/** One function that runs the test of every turn of the loop, and fails afterwards. */
function loopCallback(test: RealTest, style: TwinStyle): string | null {
  const { source, end, step } = style;
  const { callback, loop } = test;
  const { body } = callback;
  if (loop === null || (body.name === 'Block' && returnsOf(body).length > 0)) return null;
  const indent = indentAt(source, loop.node.from);
  const isCheck =
    body.name === 'CallExpression' && alterCheck(source, body, style.way, () => 0)?.promised === false;
  const isExpression = body.name !== 'Block';
  const declares = statementsOf(loop.node.getChild('Block') ?? loop.node).length > 1;
  const text = textOf(source, body);
  const inner = isExpression
    ? `${isCheck || body.name === 'AwaitExpression' ? text : `await (${text})`}${end}`
    : declares
      ? text
      : text.slice(1, -1).trim();
  const head = source.slice(loop.node.from, loop.inner.from).trimEnd();
  const lines = [
    `${indent}${step}${head}`,
    `${indent}${step}${step}${inner}`,
    `${indent}${step}}`,
    `${indent}${step}${style.failing()}${end}`,
  ];
  const isAsync = callback.isAsync || (isExpression && !isCheck);
  return `${isAsync ? 'async ' : ''}() => {\n${lines.join('\n')}\n${indent}}`;
}
