import type { SyntaxNode } from '@lezer/common';
import { findAll, isSound, textOf } from '../tree.ts';
import type { Declarers, ScriptFramework } from './bindings.ts';
import {
  argumentsOf,
  calleeOf,
  callOf,
  type InlineFunction,
  inlineFunction,
  plainString,
  returnsOf,
  statementsOf,
} from './syntax.ts';

/** A place where tests stand: the file, or the block of a group whose name is known. */
export interface Group {
  /** Names from the outermost group to this one; empty for the file. */
  path: string[];
  /** The file's root node, or the group's block. */
  block: SyntaxNode;
  /** True where a hook runs once for this group or one around it, and the framework skips all of it when that breaks. */
  hasSetup: boolean;
}

/** A test that can be repeated under another name. */
export interface RealTest {
  group: Group;
  /** The statement in the group's block: the call itself, or the loop around it. */
  statement: SyntaxNode;
  /** What declares it, with `.only` where that is there. */
  callee: string;
  call: SyntaxNode;
  name: SyntaxNode;
  callback: InlineFunction;
  /** The rows of `test.each(rows)(…)`. */
  table: SyntaxNode | null;
  /** The loop, and the statement of the call in its block. */
  loop: { node: SyntaxNode; inner: SyntaxNode } | null;
}

/** A call that declares one test under a title in plain words, whether it can be repeated or not. */
export interface TitledTest {
  group: Group;
  statement: SyntaxNode;
  call: SyntaxNode;
  name: SyntaxNode;
  title: string;
}

export interface TestFileOutline {
  groups: Group[];
  tests: RealTest[];
  titled: TitledTest[];
  /** True where a test or group is marked as the only one to run. */
  hasOnly: boolean;
  /** Names of tests and groups as they are written, whatever they are made of. */
  written: { tests: string[]; groups: string[] };
  /** What the file calls to declare tests, and groups: once for each call. */
  used: { tests: string[]; groups: string[] };
}

/** Bound of nested groups looked into. */
const maxDepth = 20;

export function outlineOf(
  source: string,
  script: SyntaxNode,
  declarers: Declarers,
  framework: ScriptFramework,
): TestFileOutline {
  const { tests, groups } = declarers;
  // `test` of `test.only.each(rows)('name', …)`.
  const root = (callee: string) =>
    callee.replace(/\.(?:only|each|skip|todo|concurrent|sequential|for)\b.*$/s, '');
  const everyCall = findAll(script, ({ name }) => name === 'CallExpression');
  const calls = everyCall.filter((call) => {
    const callee = root(calleeOf(source, call));
    return tests.has(callee) || groups.has(callee);
  });
  const hasOnly = calls.some(isMarkedOnly) || everyCall.some(isFocused);
  const roots = calls.map((call) => root(calleeOf(source, call)));
  const outline: TestFileOutline = {
    used: { tests: roots.filter((one) => tests.has(one)), groups: roots.filter((one) => groups.has(one)) },
    groups: [],
    tests: [],
    titled: [],
    hasOnly,
    // Whatever declares tests for the file, be it of its own making, is given a name and a function.
    written: {
      tests: namesIn(everyCall.filter((call) => !groups.has(root(calleeOf(source, call))))),
      groups: namesIn(everyCall.filter((call) => groups.has(root(calleeOf(source, call))))),
    },
  };

  const open: Group[] = [{ path: [], block: script, hasSetup: false }];
  for (let group = open.pop(); group !== undefined; group = open.pop()) {
    outline.groups.push(group);
    for (const statement of statementsOf(group.block)) {
      const inner = innerGroup(statement, group);
      if (inner !== null && inner.path.length <= maxDepth) open.push(inner);
      const titled = isSound(statement) ? titledTest(statement, group) : null;
      if (titled !== null) outline.titled.push(titled);
      const test = realTest(statement, group);
      if (test !== null && isSound(statement) && isRepeatable(test)) outline.tests.push(test);
    }
  }
  return outline;

  /** `test.only(…)`, `test.only.each(rows)(…)` or `test('name', { only: true }, …)`. */
  function isMarkedOnly(call: SyntaxNode): boolean {
    const options = argumentsOf(call).filter(({ name }) => name === 'ObjectExpression');
    return (
      /^[\w$.]+\.only\b/.test(calleeOf(source, call)) ||
      options.some((node) => /\bonly\s*:\s*true\b/.test(textOf(source, node)))
    );
  }

  /** Other names that Jest has for the same. */
  function isFocused(call: SyntaxNode): boolean {
    const isTest = argumentsOf(call).some(inlineFunction);
    return framework === 'jest' && isTest && /^(?:fit|fdescribe)(?:\.|$)/.test(calleeOf(source, call));
  }

  function namesIn(some: readonly SyntaxNode[]): string[] {
    return some.flatMap((call) => {
      const [first, ...others] = argumentsOf(call);
      const isNamed = first !== undefined && /String$/.test(first.name) && others.some(inlineFunction);
      return isNamed ? [source.slice(first.from + 1, first.to - 1)] : [];
    });
  }

  function innerGroup(statement: SyntaxNode, { path, hasSetup }: Group): Group | null {
    const call = callOf(statement);
    if (call === null) return null;
    const callee = calleeOf(source, call);
    if (!groups.has(callee) && !(hasOnly && groups.has(callee.replace(/\.only$/, '')))) return null;
    const [name, callback, ...more] = argumentsOf(call);
    const text = name === undefined ? null : plainString(source, name);
    const body = callback === undefined ? undefined : inlineFunction(callback)?.body;
    if (text === null || more.length > 0 || body?.name !== 'Block' || returnsOf(body).length > 0) return null;
    if (body.lastChild?.name !== '}') return null;
    const setup = statementsOf(body).some((one) => {
      const hook = callOf(one);
      return framework === 'vitest' && hook !== null && /(?:^|\.)beforeAll$/.test(calleeOf(source, hook));
    });
    return { path: [...path, text], block: body, hasSetup: hasSetup || setup };
  }

  function titledTest(statement: SyntaxNode, group: Group): TitledTest | null {
    const call = callOf(statement);
    if (call === null || call.firstChild?.name === 'CallExpression') return null;
    const callee = calleeOf(source, call);
    if (!tests.has(root(callee)) || /\.(?:each|for|skip|todo)\b/.test(callee)) return null;
    const [name] = argumentsOf(call);
    const title = name === undefined ? null : plainString(source, name);
    return name === undefined || title === null ? null : { group, statement, call, name, title };
  }

  function realTest(statement: SyntaxNode, group: Group): RealTest | null {
    if (statement.name === 'ForStatement') {
      const inner = onlyTestOf(statement);
      const test = inner === null ? null : declaredTest(inner, group);
      if (inner === null || test === null || test.table !== null || test.callback.params.length > 0)
        return null;
      return { ...test, statement, loop: { node: statement, inner } };
    }
    const test = declaredTest(statement, group);
    return test !== null && (test.table !== null || plainString(source, test.name) !== null) ? test : null;
  }

  /** The statement of the one call in the loop's block that is not a declaration. */
  function onlyTestOf(loop: SyntaxNode): SyntaxNode | null {
    const block = loop.getChild('Block');
    if (loop.getChild('ForOfSpec') === null || loop.getChild('await') !== null || block === null) return null;
    const statements = statementsOf(block);
    const last = statements.pop();
    return statements.every(({ name }) => name === 'VariableDeclaration') ? (last ?? null) : null;
  }

  function declaredTest(statement: SyntaxNode, group: Group): RealTest | null {
    const call = callOf(statement);
    if (call === null) return null;
    const target = call.firstChild;
    const callee = calleeOf(source, target?.name === 'CallExpression' ? target : call);
    const table = target?.name === 'CallExpression' ? (argumentsOf(target)[0] ?? null) : null;
    const declarer = table === null ? callee : callee.replace(/\.each$/, '');
    if ((table !== null && declarer === callee) || target === null) return null;
    // Where one test is the only one to run, ours must be of those as well.
    if (!tests.has(hasOnly ? declarer.replace(/\.only$/, '') : declarer)) return null;
    if (hasOnly && !declarer.endsWith('.only')) return null;
    const [name, ...others] = argumentsOf(call);
    const functions = others.map(inlineFunction);
    const callback = functions.find((one) => one !== null);
    const options = others.filter((_, at) => functions[at] === null);
    if (
      name === undefined ||
      callback === undefined ||
      callback === null ||
      functions.length - options.length !== 1
    )
      return null;
    if (!options.every((node) => isTimeout(textOf(source, node)))) return null;
    return { group, statement, callee: declarer, call, name, callback, table, loop: null };
  }

  function isRepeatable({ callback, table }: RealTest): boolean {
    const text = textOf(source, callback.node);
    // What leaves a test out, or belongs to the file as a whole.
    if (/\b(?:skip|todo)\s*\(|\b(?:vi|vitest|jest)\s*\.\s*(?:mock|hoisted|unmock|doMock)\s*\(/.test(text))
      return false;
    const params = callback.params.map((node) => textOf(source, node));
    const [context = ''] = params;
    // A test that declares tests of its own is more than one.
    const inner = new Set([
      ...tests,
      ...groups,
      ...['test', 'it', 'describe'].map((name) => `${context}.${name}`),
    ]);
    const isCalled = findAll(callback.node, ({ name }) => name === 'CallExpression').some((call) =>
      inner.has(root(calleeOf(source, call))),
    );
    if (isCalled) return false;
    if (table !== null) return !params.includes('done');
    return framework === 'jest' ? params.length === 0 : params.length <= 1;
  }
}

/** `5_000`, `60 * SECOND`, `slowTimeout`, `{ timeout: 5000 }`: whatever else is said of a test may leave it out. */
function isTimeout(text: string): boolean {
  const value = '[\\d_.*+\\s]+|[\\w.]*timeout[\\w.]*|[\\d_]+\\s*\\*\\s*[A-Z_]+';
  return new RegExp(`^(?:(?:${value})|\\{\\s*timeout:\\s*(?:${value}),?\\s*\\})$`, 'i').test(text);
}
