import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/python';
import type { LiteralSyntax } from '../literals.ts';
import { above, childrenOf, findAll, textOf } from '../tree.ts';

export function parsePython(source: string): Tree {
  return parser.parse(source);
}

export const pythonLiterals: LiteralSyntax = {
  parts: new Set([
    ...['Number', 'String', 'ContinuedString', 'Escape', 'Boolean', 'None', 'UnaryExpression', 'ArithOp'],
    ...['ArrayExpression', '[', ']', 'DictionaryExpression', 'SetExpression', '{', '}', ':', ','],
    ...['TupleExpression', 'ParenthesizedExpression', '(', ')'],
  ]),
  number: 'Number',
  strings: new Set(['String']),
};

/** A `def`, with the decorators around it. */
export interface Definition {
  name: string;
  /** Of the name in the text. */
  nameNode: SyntaxNode;
  /** The statement, decorators included. */
  statement: SyntaxNode;
  node: SyntaxNode;
  body: SyntaxNode;
  decorators: string[];
}

/** The function or class that a statement defines; null for every other statement. */
export function definitionOf(
  source: string,
  statement: SyntaxNode,
  kind: 'FunctionDefinition' | 'ClassDefinition',
): Definition | null {
  const node = statement.name === 'DecoratedStatement' ? statement.getChild(kind) : statement;
  const nameNode = node?.getChild('VariableName') ?? null;
  const body = node?.getChild('Body') ?? null;
  if (node?.name !== kind || nameNode === null || body === null) return null;
  const decorators = statement.getChildren('Decorator').map((one) => textOf(source, one).trim());
  return { name: textOf(source, nameNode), nameNode, statement, node, body, decorators };
}

/** Statements of a body or of the module. */
export function statementsOf(body: SyntaxNode): SyntaxNode[] {
  return childrenOf(body).filter(({ name }) => name !== ':' && name !== 'Comment' && name !== ';');
}

/** Whether a statement of this kind belongs to this very function, and not to one within it. */
export function holds(body: SyntaxNode, names: readonly string[]): boolean {
  const inner = new Set(['FunctionDefinition', 'LambdaExpression', 'ClassDefinition']);
  return findAll(body, ({ name }) => names.includes(name)).some((statement) => {
    const owner = above(statement, ({ name }) => inner.has(name));
    return owner === null || owner.from <= body.from;
  });
}

/** Where the text of a node ends: a definition's node reaches to the next statement. */
export function endOf(source: string, node: SyntaxNode): number {
  return node.from + textOf(source, node).trimEnd().length;
}
