import type { SyntaxNode } from '@lezer/common';
import { operatorOf } from './python-conditions.ts';
import { isLoopStep } from './python-loops.ts';
import { ancestors, before, type Edit, partsOf, replace, textOf } from './syntax.ts';
import * as tables from './tables.ts';

/** Named arguments whose texts are for people, or name what the machine is called and not what is computed. */
const wording = /^(?:description|encoding|epilog|errors|help|metavar|prog|usage)$/;

export function string(node: SyntaxNode, source: string): Edit[] {
  const equals = before(node);
  const name = equals?.name === 'AssignOp' ? before(equals) : null;
  if (name !== null && node.parent?.name === 'ArgList' && wording.test(textOf(name, source))) return [];
  const other = tables.otherString(textOf(node, source));
  return other === null ? [] : replace('change-string', node, other);
}

export function number(node: SyntaxNode, source: string): Edit[] {
  const other = tables.otherNumber(textOf(node, source));
  if (other === null) return [];
  const change = node.parent?.name === 'UpdateStatement' ? node.parent : null;
  const target = change?.firstChild ?? null;
  // A loop that takes no step has no end.
  const stuck = other === '0' && change !== null && target !== null && isLoopStep(change, target, source);
  return replace('change-number', node, stuck ? '2' : other);
}

export function nothing(node: SyntaxNode, source: string): Edit[] {
  if (/^(?:ReturnStatement|LambdaExpression)$/.test(node.parent?.name ?? '')) return [];
  return /^(?:is|is not|==|!=)$/.test(operatorOf(node.parent, source))
    ? []
    : replace('change-null', node, '0');
}

/** True where a list or tuple of names is given values instead of being one. */
function isTarget(node: SyntaxNode): boolean {
  let [child, up]: [SyntaxNode, SyntaxNode | null] = [node, node.parent];
  while (up !== null && /^(?:Array|Parenthesized|Tuple)Expression$/.test(up.name))
    [child, up] = [up, up.parent];
  const ends = up?.name === 'AssignStatement' ? 'AssignOp' : 'in';
  if (up === null || !/^(?:AssignStatement|ForStatement|.*ComprehensionExpression)$/.test(up.name))
    return false;
  const started = ends === 'AssignOp' || before(child)?.name === 'for' || before(child)?.name === ',';
  return started && partsOf(up).some((part) => part.name === ends && part.from >= child.to);
}

export function emptied(empty: string) {
  return (node: SyntaxNode) =>
    partsOf(node).length > 2 && !isTarget(node) ? replace('empty-collection', node, empty) : [];
}

const indexName =
  /^(?:[ijkn]|at|cursor|end|hi|high|idx|index|last|left|lo|low|mid|offset|place|pos|position|right|start|\w*_(?:end|idx|index|offset|pos|start))$/;

/** The places that a subscript names, one further on: of slices all, else those that look like numbers. */
export function member(node: SyntaxNode, source: string): Edit[] {
  const parts = partsOf(node);
  const open = parts.findIndex((part) => part.name === '[');
  if (open < 0) return [];
  const inside = parts.slice(open + 1, -1);
  const sliced = inside.some((part) => part.name === ':');
  return inside.flatMap((index) => {
    const named = index.name === 'VariableName' && (sliced || indexName.test(textOf(index, source)));
    const called = sliced && /^(?:Call|Member)Expression$/.test(index.name);
    // A number in a sum is changed by itself.
    const sum = /^(?:[-+*%]|\/\/)$/.test(operatorOf(index, source)) && index.getChild('Number') === null;
    return named || called || sum ? replace('shift-index', index, `${textOf(index, source)} + 1`) : [];
  });
}

const emptyByType: readonly (readonly [RegExp, string])[] = [
  [/\|\s*None$|^(?:typing\.)?Optional\[/, 'None'],
  [/^str$/, '""'],
  [/^bytes$/, 'b""'],
  [/^(?:int|float|complex)$/, '0'],
  [/^bool$/, 'False'],
  [/^(?:typing\.)?(?:list|List|Sequence|Iterable|Collection|MutableSequence)\b/, '[]'],
  [/^(?:typing\.)?(?:dict|Dict|Mapping|MutableMapping|Counter|OrderedDict)\b/, '{}'],
  [/^(?:typing\.)?(?:tuple|Tuple)\b/, '()'],
  [/^(?:typing\.)?(?:set|Set|frozenset|FrozenSet)\b/, 'set()'],
];

const emptyByLook: Readonly<Record<string, string>> = {
  String: '""',
  FormatString: '""',
  ContinuedString: '""',
  Number: '0',
  ArrayExpression: '[]',
  ArrayComprehensionExpression: '[]',
  DictionaryExpression: '{}',
  DictionaryComprehensionExpression: '{}',
  SetExpression: 'set()',
  SetComprehensionExpression: 'set()',
  TupleExpression: '()',
};

/** A function that returns as if it had found nothing, as far as its type can be seen. */
export function returns(node: SyntaxNode, source: string): Edit[] {
  const parts = partsOf(node);
  const values = node.name === 'LambdaExpression' ? parts.slice(-1) : parts.slice(1);
  const [value, second] = values;
  const end = values.at(-1)?.to;
  if (value === undefined || end === undefined || isInText(node)) return [];
  if (value.name === 'Boolean' || /^(?:None|0|''|""|\[\]|\{\}|\(\)|set\(\))$/.test(textOf(value, source)))
    return [];
  const type = node.name === 'LambdaExpression' ? '' : returnTypeOf(node, source);
  const empty =
    second !== undefined
      ? '()'
      : (emptyByLook[value.name] ??
        emptyByType.find(([pattern]) => pattern.test(type))?.[1] ??
        (isComparison(value, source) ? 'False' : 'None'));
  return [{ operator: 'empty-return', from: value.from, to: end, insert: empty }];
}

/** Quotes in an f-string would end it, before Python 3.12. */
function isInText(node: SyntaxNode): boolean {
  return ancestors(node).some((up) => up.name === 'FormatReplacement');
}

function returnTypeOf(node: SyntaxNode, source: string): string {
  const declared = ancestors(node)
    .find((up) => up.name === 'FunctionDefinition')
    ?.getChild('TypeDef');
  return declared ? textOf(declared, source).slice(0, 200).replace(/^->/, '').trim() : '';
}

function isComparison(node: SyntaxNode, source: string): boolean {
  if (node.name === 'UnaryExpression') return node.firstChild?.name === 'not';
  return /^(?:[<>]=?|[=!]=|(?:not )?in|is(?: not)?)$/.test(operatorOf(node, source));
}
