import type { SyntaxNode, SyntaxNodeRef } from '@lezer/common';

/** The kinds of faults that are made, and the order in which one wins where two would make the same text. */
export type Operator =
  | 'negate-condition'
  | 'shift-boundary'
  | 'flip-comparison'
  | 'swap-logic'
  | 'drop-not'
  | 'drop-sign'
  | 'drop-default'
  | 'drop-optional-chain'
  | 'swap-arithmetic'
  | 'swap-bitwise'
  | 'shift-index'
  | 'empty-return'
  | 'empty-collection'
  | 'change-number'
  | 'change-string'
  | 'change-null'
  | 'change-regexp'
  | 'flip-boolean'
  | 'drop-call'
  | 'drop-assignment'
  | 'drop-throw'
  | 'drop-jump'
  | 'drop-else';

/** One fault: the text between two offsets gives way to another. */
export interface Edit {
  operator: Operator;
  from: number;
  to: number;
  insert: string;
}

/** The faults that can be made at one node of a syntax tree. */
type Rule = (node: SyntaxNode, source: string) => Edit[];
export type Rules = Readonly<Record<string, Rule>>;

/** Nodes by name: all of that name, or those for which the function says so. */
export type Nodes = Readonly<Record<string, true | ((node: SyntaxNode, source: string) => boolean)>>;

/** Types go by their group: there are too many of them. */
export function isAmong(nodes: Nodes, node: SyntaxNodeRef, source: string): boolean {
  if (node.type.is('Type')) return true;
  const which = Object.hasOwn(nodes, node.name) ? nodes[node.name] : undefined;
  return which === true || which?.(node.node, source) === true;
}

export function textOf(node: SyntaxNode, source: string): string {
  return source.slice(node.from, node.to);
}

/** The children of a node without the comments between them. */
export function partsOf(node: SyntaxNode): SyntaxNode[] {
  const parts: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (!child.name.endsWith('Comment')) parts.push(child);
  return parts;
}

/** The part before this one, comments left aside. */
export function before(node: SyntaxNode): SyntaxNode | null {
  let found = node.prevSibling;
  while (found?.name.endsWith('Comment')) found = found.prevSibling;
  return found;
}

/** What follows each part of one of these names: `if` → the condition. */
export function after(node: SyntaxNode, names: readonly string[]): SyntaxNode[] {
  const parts = partsOf(node);
  return parts.flatMap((part, index) => {
    const next = parts[index + 1];
    return names.includes(part.name) && next !== undefined ? [next] : [];
  });
}

export function replace(operator: Operator, node: SyntaxNode, insert: string): Edit[] {
  return [{ operator, from: node.from, to: node.to, insert }];
}

/** Swaps a token for what the table has in its place; nothing where it has none. */
export function swap(
  operator: Operator,
  token: SyntaxNode | undefined,
  source: string,
  table: Readonly<Record<string, string>>,
): Edit[] {
  if (token === undefined) return [];
  const text = textOf(token, source);
  return Object.hasOwn(table, text) ? replace(operator, token, table[text] ?? '') : [];
}

/** Leaves out the text up to `to`. What stood before it never grows together with what stands behind it. */
export function leaveOut(operator: Operator, from: number, to: number, source: string): Edit[] {
  const grown = /\w/.test(source[from - 1] ?? '') && /\w/.test(source[to] ?? '');
  return [{ operator, from, to, insert: grown ? ' ' : '' }];
}

/** Ancestors from the inside out up to the enclosing function, and no further than would ever matter. */
export function* ancestors(node: SyntaxNode): Generator<SyntaxNode> {
  let steps = 0;
  for (let up = node.parent; up !== null && steps < 50; up = up.parent, steps += 1) {
    yield up;
    if (/^(?:FunctionDefinition|FunctionDeclaration|MethodDeclaration|ArrowFunction)$/.test(up.name)) return;
    if (/^(?:FunctionExpression|LambdaExpression)$/.test(up.name)) return;
  }
}
