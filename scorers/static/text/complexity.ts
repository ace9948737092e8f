import type { SyntaxNode, SyntaxNodeRef, Tree } from '@lezer/common';
import { z } from 'zod';
import type { Finding } from '../../../harness/domain/finding.ts';
import { boundedLine } from '../../text.ts';
import type { TextTool } from '../text-tool.ts';
import { type LineIndex, lineIndex } from './syntax/lines.ts';
import { type Language, parse, parsedFiles } from './syntax/parse.ts';

const options = z.strictObject({
  /** A function above it is a finding. */
  max: z.number().int().min(1).default(15),
});

/**
 * Cyclomatic complexity (McCabe, "A Complexity Measure", 1976) of JavaScript, TypeScript and Python: of a function 1 and
 * its decisions, without those of functions within it. Decisions are branches, loops, cases, handlers, conditional
 * expressions and logical operators. Measures: `complexity`, the sum over functions and what stands outside of them;
 * `functions`; `lines_of_code`, lines that are not blank.
 */
export const complexity: TextTool<typeof options> = {
  name: 'complexity',
  revision: 1,
  options,
  files: () => parsedFiles,
  suits: () => true,
  analyse({ path, text }, { options: { max } }) {
    const lines_of_code = text.match(/\S[^\n]*/g)?.length ?? 0;
    const parsed = parse(path, text);
    if (parsed === null || parsed.tree === null) {
      const findings = parsed === null ? [] : [notParsed(path)];
      return { findings, measures: { complexity: roughDecisions(text), functions: 0, lines_of_code } };
    }
    const { functions, decisions } = count(parsed.tree, parsed.language, text);
    const tooComplex = functions.filter((one) => one.decisions + 1 > max);
    const lines = lineIndex(text);
    return {
      findings: tooComplex.map((one) => findingOf(one, path, text, lines, max)),
      measures: { complexity: functions.length + decisions, functions: functions.length, lines_of_code },
    };
  },
};

interface CountedFunction {
  node: SyntaxNode;
  decisions: number;
}

/** All functions, and all decisions in and outside of them. */
function count(
  tree: Tree,
  language: Language,
  text: string,
): { functions: CountedFunction[]; decisions: number } {
  const { isFunction, isDecision } = languages[language];
  const functions: CountedFunction[] = [];
  const open: CountedFunction[] = [];
  let decisions = 0;
  tree.iterate({
    enter(ref) {
      if (isFunction.has(ref.name) && hasBody(ref.node)) {
        const one = { node: ref.node, decisions: 0 };
        functions.push(one);
        open.push(one);
      } else if (isDecision(ref, text)) {
        decisions += 1;
        const current = open.at(-1);
        if (current !== undefined) current.decisions += 1;
      }
    },
    leave(ref) {
      const current = open.at(-1);
      if (current?.node.from === ref.from && current.node.to === ref.to && current.node.name === ref.name)
        open.pop();
    },
  });
  return { functions, decisions };
}

interface Syntax {
  isFunction: ReadonlySet<string>;
  isDecision(node: SyntaxNodeRef, text: string): boolean;
}

const keywords = {
  javascript: new Set(['if', 'for', 'while', 'case', 'catch']),
  python: new Set(['if', 'elif', 'for', 'while', 'except', 'case', 'and', 'or']),
};
const assignments = new Set(['&&=', '||=', '??=']);

const languages: Readonly<Record<Language, Syntax>> = {
  javascript: {
    // A method of an object literal is a `Property` with parameters.
    isFunction: new Set([
      ...['FunctionDeclaration', 'FunctionExpression', 'ArrowFunction', 'MethodDeclaration', 'Property'],
    ]),
    isDecision(ref, text) {
      const { name, from, to } = ref;
      if (name === 'UpdateOp') return assignments.has(text.slice(from, to));
      if (name !== 'LogicOp') return keywords.javascript.has(name);
      // Types are not run, and of `?` and `:` one is enough.
      return text.slice(from, to) !== ':' && ref.node.parent?.name !== 'ConditionalType';
    },
  },
  python: {
    isFunction: new Set(['FunctionDefinition', 'LambdaExpression']),
    isDecision: ({ name }) => keywords.python.has(name),
  },
};

/** Signatures without one are declarations of types. */
function hasBody(node: SyntaxNode): boolean {
  if (node.name === 'Property') return node.getChild('ParamList') !== null && node.getChild('Block') !== null;
  const isSignature = node.name === 'FunctionDeclaration' || node.name === 'MethodDeclaration';
  return !isSignature || node.getChild('Block') !== null;
}

function findingOf(
  { node, decisions }: CountedFunction,
  path: string,
  text: string,
  lines: LineIndex,
  max: number,
): Finding {
  const start = lines.at(node.from);
  return {
    tool: 'complexity',
    rule: 'complex-function',
    level: 'note',
    message: `${nameOf(node, text)} has a cyclomatic complexity of ${decisions + 1}, more than ${max}`,
    path,
    startLine: start.line,
    startColumn: start.column,
    endLine: null,
    endColumn: null,
    security: null,
  };
}

/** The name that it is defined by, or that it is assigned to. */
function nameOf(node: SyntaxNode, text: string): string {
  const own = definitions.map((name) => node.getChild(name)).find((child) => child !== null);
  let named = own ?? (node.name === 'FunctionDefinition' ? node.getChild('VariableName') : null);
  // `name = (…) => …`: two siblings before it, with a type in between at most.
  for (let before = node.prevSibling, steps = 0; named === null && before !== null && steps < 4; steps++) {
    if (definitions.includes(before.name)) named = before;
    before = before.prevSibling;
  }
  return named === null ? 'a function' : boundedLine(text.slice(named.from, named.to), 80);
}

const definitions = ['VariableDefinition', 'PropertyDefinition'];

function notParsed(path: string): Finding {
  return {
    tool: 'complexity',
    rule: 'not-parsed',
    level: 'note',
    message: 'the text is nested or broken beyond what is parsed: its complexity is counted by words alone',
    path,
    startLine: null,
    startColumn: null,
    endLine: null,
    endColumn: null,
    security: null,
  };
}

function roughDecisions(text: string): number {
  return text.match(/\b(?:if|elif|for|while|case|catch|except)\b|&&|\|\||\?\?/g)?.length ?? 0;
}
