import type { SyntaxNode } from '@lezer/common';
import { ancestors, partsOf, textOf } from './syntax.ts';

/** The value of an arrow function without braces. */
export function valueOfArrow(node: SyntaxNode): SyntaxNode | undefined {
  const parts = partsOf(node);
  const body = parts[parts.findIndex((part) => part.name === 'Arrow') + 1];
  return body?.name === 'Block' ? undefined : body;
}

const functions =
  /^(?:ArrowFunction|FunctionDeclaration|FunctionExpression|MethodDeclaration|Property|StaticBlock|ClassBody)$/;

/** The declared type of what the function around a node (or the arrow function itself) returns; '' if undeclared. */
export function returnTypeOf(node: SyntaxNode, source: string): string {
  const at = functions.test(node.name) ? node : ancestors(node).find((up) => functions.test(up.name));
  const declared = at?.getChild('TypeAnnotation');
  if (!at || !declared) return '';
  const type = textOf(declared, source).slice(1, 201).trim();
  const promised = /^Promise<(.*)>$/s.exec(type)?.[1];
  return at.getChild('async') === null || promised === undefined ? type : promised.trim();
}

const emptyByType: readonly (readonly [RegExp, string])[] = [
  [/\|\s*null$/, 'null'],
  [/\|\s*undefined$/, 'undefined'],
  [/^string$/, "''"],
  [/^number$/, '0'],
  [/^bigint$/, '0n'],
  [/^boolean$/, 'false'],
  [/(?:\[\]|^\[.*\])$/s, '[]'],
  [/^(?:Readonly)?(?:Array|Iterable)<.*>$/s, '[]'],
  [/^(?:Readonly)?Map<.*>$/s, 'new Map()'],
  [/^(?:Readonly)?Set<.*>$/s, 'new Set()'],
  [/^(?:Partial|Readonly|Record)<.*>$/s, '{}'],
];

const emptyByLook: Readonly<Record<string, string>> = {
  String: "''",
  TemplateString: "''",
  Number: '0',
  ArrayExpression: '[]',
  ObjectExpression: '{}',
};

/** What a function could return that did nothing, as far as its type can be seen; null where it returns that already. */
export function emptyOf(value: SyntaxNode, type: string, source: string): string | null {
  const [inner] = value.name === 'ParenthesizedExpression' ? partsOf(value).slice(1, 2) : [];
  const shown = inner ?? value;
  const text = textOf(shown, source);
  if (shown.name === 'BooleanLiteral' || /^(?:null|undefined|void 0|''|""|``|0|\[\]|\{\})$/.test(text))
    return null;
  const empty =
    emptyByLook[shown.name] ??
    emptyByType.find(([pattern]) => pattern.test(type))?.[1] ??
    (isComparison(shown, source) ? 'false' : 'undefined');
  // A brace after an arrow would open a block.
  return empty === '{}' && value.parent?.name === 'ArrowFunction' ? '({})' : empty;
}

function isComparison(node: SyntaxNode, source: string): boolean {
  const [first, second] = partsOf(node);
  if (node.name === 'UnaryExpression') return first !== undefined && textOf(first, source) === '!';
  return node.name === 'BinaryExpression' && /^(?:CompareOp|in|instanceof)$/.test(second?.name ?? '');
}
