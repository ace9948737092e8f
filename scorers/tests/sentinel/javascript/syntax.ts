import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/javascript';
import type { LiteralSyntax } from '../literals.ts';
import { above, childrenOf, errorsIn, findAll, textOf } from '../tree.ts';

/** The tree of a JavaScript or TypeScript file, read as its ending says; JavaScript with types in it as TypeScript. */
export function parseScript(source: string, path: string): Tree {
  const typed = /\.[mc]?tsx?$/.test(path);
  const jsx = /\.(?:tsx|[mc]?jsx?)$/.test(path);
  const dialect = [...(typed ? ['ts'] : []), ...(jsx ? ['jsx'] : [])].join(' ');
  const tree = parser.configure({ dialect }).parse(source);
  if (typed || errorsIn(tree) === 0) return tree;
  const asTyped = parser.configure({ dialect: `ts ${dialect}` }).parse(source);
  return errorsIn(asTyped) < errorsIn(tree) ? asTyped : tree;
}

export const scriptLiterals: LiteralSyntax = {
  parts: new Set([
    ...[
      'Number',
      'String',
      'TemplateString',
      'Escape',
      'BooleanLiteral',
      'null',
      'UnaryExpression',
      'ArithOp',
    ],
    ...[
      'ArrayExpression',
      '[',
      ']',
      'ObjectExpression',
      '{',
      '}',
      'Property',
      'PropertyDefinition',
      ':',
      ',',
    ],
  ]),
  number: 'Number',
  strings: new Set(['String', 'TemplateString']),
};

/** What a string without substitutions says; null for anything else, and where it holds more than plain characters. */
export function plainString(source: string, node: SyntaxNode): string | null {
  if (node.name !== 'String' && node.name !== 'TemplateString') return null;
  if (node.getChild('Interpolation') !== null) return null;
  const raw = source.slice(node.from + 1, node.to - 1);
  const text = raw.replace(/\\(['"`\\$])/g, '$1');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: frameworks write these into names each in their own way
  return /\\(?!['"`\\$])/.test(raw.replaceAll('\\\\', '')) || /[\x00-\x1f\x7f]/.test(raw) ? null : text;
}

/** Arguments of a call, without punctuation and comments. */
export function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  const list = call.getChild('ArgList');
  return list === null
    ? []
    : childrenOf(list).filter(({ name }) => !/^(?:[(),]|LineComment|BlockComment)$/.test(name));
}

/** What is called, as text. */
export function calleeOf(source: string, call: SyntaxNode): string {
  return call.firstChild === null ? '' : textOf(source, call.firstChild);
}

/** Statements of a block or of the file. */
export function statementsOf(block: SyntaxNode): SyntaxNode[] {
  return childrenOf(block).filter(({ name }) => !/^(?:[{}]|LineComment|BlockComment)$/.test(name));
}

/** The call that a statement consists of, awaited or not; null for every other statement. */
export function callOf(statement: SyntaxNode): SyntaxNode | null {
  if (statement.name !== 'ExpressionStatement') return null;
  const expression = statement.firstChild;
  if (expression?.name === 'CallExpression') return expression;
  if (expression?.name === 'AwaitExpression') return expression.getChild('CallExpression');
  if (expression?.name === 'UnaryExpression' && expression.getChild('void') !== null)
    return expression.getChild('CallExpression');
  return null;
}

/** A function written in place. */
export interface InlineFunction {
  node: SyntaxNode;
  /** Block, or the expression of an arrow function. */
  body: SyntaxNode;
  params: SyntaxNode[];
  isAsync: boolean;
}

/** Null for what is no function written in place, and for generators. */
export function inlineFunction(node: SyntaxNode): InlineFunction | null {
  if (node.name !== 'ArrowFunction' && node.name !== 'FunctionExpression') return null;
  if (node.getChild('Star') !== null) return null;
  const body = node.lastChild;
  if (body === null) return null;
  const list = node.getChild('ParamList');
  const bare = list === null ? node.getChild('VariableDefinition') : null;
  const params = list === null ? (bare === null ? [] : [bare]) : paramsOf(list);
  return { node, body, params, isAsync: node.getChild('async') !== null };
}

function paramsOf(list: SyntaxNode): SyntaxNode[] {
  const patterns = new Set(['VariableDefinition', 'ObjectPattern', 'ArrayPattern', 'Spread', 'this']);
  return childrenOf(list).filter(({ name }) => patterns.has(name));
}

const functions = new Set([
  ...[
    'ArrowFunction',
    'FunctionExpression',
    'FunctionDeclaration',
    'MethodDeclaration',
    'Property',
    'StaticBlock',
  ],
]);

/** Every `return` that leaves this very block's function. */
export function returnsOf(block: SyntaxNode): SyntaxNode[] {
  return findAll(block, ({ name }) => name === 'ReturnStatement').filter((statement) => {
    const owner = above(
      statement,
      ({ name, parent }) => name === 'Block' && functions.has(parent?.name ?? ''),
    );
    return owner === null || owner.from <= block.from;
  });
}
