import type { SyntaxNode, SyntaxNodeRef, Tree } from '@lezer/common';

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

export function textOf(source: string, node: { from: number; to: number }): string {
  return source.slice(node.from, node.to);
}

/** Every node below and including this one, for which `matches`. */
export function findAll(node: SyntaxNode, matches: (node: SyntaxNodeRef) => boolean): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((below) => {
    if (matches(below)) found.push(below.node);
  });
  return found;
}

/** How many places of the text its parser could make no sense of. */
export function errorsIn(tree: Tree): number {
  return findAll(tree.topNode, ({ type }) => type.isError).length;
}

/** Parsers take some correct text for wrong; what they make of the text around it can still be used. */
export function isSound(node: SyntaxNode): boolean {
  return findAll(node, ({ type }) => type.isError).length === 0;
}

/** The nearest node above for which `matches`. */
export function above(node: SyntaxNode, matches: (node: SyntaxNode) => boolean): SyntaxNode | null {
  let parent = node.parent;
  while (parent !== null && !matches(parent)) parent = parent.parent;
  return parent;
}
