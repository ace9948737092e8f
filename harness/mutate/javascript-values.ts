import type { SyntaxNode } from '@lezer/common';
import { operatorOf } from './javascript-conditions.ts';
import { isLoopStep } from './javascript-loops.ts';
import { after, before, type Edit, partsOf, replace, textOf } from './syntax.ts';
import * as tables from './tables.ts';

const keyed =
  /^(?:EnumBody|ExportDeclaration|ExportGroup|MethodDeclaration|PatternProperty|Property|PropertyDeclaration)$/;

/** Names of properties and modules are written like constants and are none. */
function isName(node: SyntaxNode): boolean {
  return keyed.test(node.parent?.name ?? '') && !/^(?::|Equals)$/.test(before(node)?.name ?? '');
}

export function string(node: SyntaxNode, source: string): Edit[] {
  // A statement of its own is a directive such as 'use strict'.
  const other =
    isName(node) || node.parent?.name === 'ExpressionStatement'
      ? null
      : tables.otherString(textOf(node, source));
  return other === null ? [] : replace('change-string', node, other);
}

export function number(node: SyntaxNode, source: string): Edit[] {
  const other = isName(node) ? null : tables.otherNumber(textOf(node, source));
  if (other === null) return [];
  const change = node.parent?.name === 'AssignmentExpression' ? node.parent : null;
  const target = change?.firstChild ?? null;
  // A loop that takes no step has no end.
  const stuck = other === '0' && change !== null && target !== null && isLoopStep(change, target, source);
  return replace('change-number', node, stuck ? '2' : other);
}

export function nothing(node: SyntaxNode, source: string): Edit[] {
  const at = node.parent;
  if (at === null || /^(?:ReturnStatement|ArrowFunction)$/.test(at.name)) return [];
  return Object.hasOwn(tables.otherEquality, operatorOf(at, source)) ? [] : replace('change-null', node, '0');
}

/** Anchors left out, and the first class of characters turned round. */
export function regexp(node: SyntaxNode, source: string): Edit[] {
  const [, body = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(textOf(node, source)) ?? [];
  const others = new Set([
    body.replace(/^\^/, ''),
    body.replace(/(?<!\\)\$$/, ''),
    body.replace(/(?<!\\)\[\^?/, (open) => (open === '[' ? '[^' : '[')),
  ]);
  return [...others]
    .filter((other) => other !== body && other !== '' && isRegExp(other, flags))
    .flatMap((other) => replace('change-regexp', node, `/${other}/${flags}`));
}

function isRegExp(body: string, flags: string): boolean {
  try {
    return new RegExp(body, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

export function emptied(empty: string) {
  return (node: SyntaxNode) => (partsOf(node).length > 2 ? replace('empty-collection', node, empty) : []);
}

const slicing = /^(?:at|char(?:Code)?At|codePointAt|slice|splice|subarray|substr(?:ing)?|toSpliced|with)$/;
const indexName =
  /^(?:[ijk]|at|cursor|end|high|idx|index|last|left|low|mid|offset|place|pos|position|right|start|\w*(?:Idx|Index|Offset|Pos|Position|_idx|_index|_pos))$/;

function shift(index: SyntaxNode, source: string): Edit[] {
  const simple = /^(?:VariableName|MemberExpression|CallExpression)$/.test(index.name);
  const sum = /^[-+*/%]$/.test(operatorOf(index, source));
  // A number in it is changed by itself.
  if (!simple && (!sum || index.getChild('Number') !== null)) return [];
  return replace('shift-index', index, `${textOf(index, source)} + 1`);
}

export function member(node: SyntaxNode, source: string): Edit[] {
  const [index] = after(node, ['[']);
  if (index === undefined) return [];
  const named = index.name === 'VariableName' && indexName.test(textOf(index, source));
  return named || index.name === 'BinaryExpression' ? shift(index, source) : [];
}

export function call(node: SyntaxNode, source: string): Edit[] {
  const name = node.firstChild?.getChild('PropertyName') ?? null;
  const list = node.getChild('ArgList');
  if (name === null || list === null || !slicing.test(textOf(name, source))) return [];
  return partsOf(list).flatMap((argument) => shift(argument, source));
}
