import type { SyntaxNode } from '@lezer/common';
import { indentAt, lineEnd, lineStart } from '../edit.ts';
import { childrenOf, findAll, isSound, textOf } from '../tree.ts';
import { type Definition, definitionOf, endOf, holds, statementsOf } from './syntax.ts';

export type PythonFramework = 'pytest' | 'unittest';

/** A place where tests stand: the module, or a class that the framework collects. */
export interface Group {
  definition: Definition | null;
  path: string[];
  isTestCase: boolean;
  isAsyncCase: boolean;
  /** True where no class of another file may have tests of the same names. */
  isClosed: boolean;
  /** True where a hook runs once for the class, and the framework leaves all of it out when that breaks. */
  hasSetup: boolean;
}

/** A test that can be repeated under another name. */
export interface RealTest extends Definition {
  group: Group;
}

export interface ModuleOutline {
  groups: Group[];
  tests: RealTest[];
  /** Tests in their place, whether they can be repeated or not. */
  all: RealTest[];
  /** Names of all that is called like a test. */
  testNames: string[];
  classNames: string[];
  /** How the file writes the class that its test cases come from. */
  testCase: string | null;
}

const asyncCase = 'IsolatedAsyncioTestCase';

export function outlineOf(source: string, module: SyntaxNode, framework: PythonFramework): ModuleOutline {
  const statements = statementsOf(module);
  const classes = statements.flatMap((one) => definitionOf(source, one, 'ClassDefinition') ?? []);
  // What stands elsewhere than where it must, the parser has not understood.
  const isInPlace = (statement: SyntaxNode, indent: string) =>
    isSound(statement) && source.slice(lineStart(source, statement.from), statement.from) === indent;
  const byName = new Map(classes.map((one) => [one.name, one]));
  const aliases = testCaseAliases(source, statements);
  const outline: ModuleOutline = {
    groups: [
      { definition: null, path: [], isTestCase: false, isAsyncCase: false, isClosed: true, hasSetup: false },
    ],
    tests: [],
    all: [],
    testNames: [],
    classNames: classes.map(({ name }) => name),
    testCase: null,
  };
  for (const definition of classes) {
    const root = rootOf(definition, 0);
    const isTestCase = root !== null;
    outline.testCase ??= root;
    const isAsyncCase = root?.endsWith(asyncCase) === true;
    const methods = statementsOf(definition.body).flatMap(
      (one) => definitionOf(source, one, 'FunctionDefinition') ?? [],
    );
    const names = methods.map(({ name }) => name);
    if (framework === 'unittest' && !isTestCase) continue;
    if (!isTestCase && (!definition.name.startsWith('Test') || names.includes('__init__'))) continue;
    if (!mayRepeat(definition.decorators) || isReferred(definition) || !endsInPlace(definition)) continue;
    if (/\b__test__\b|\bpytestmark\b.*(?:skip|xfail)|@.*parameterized/.test(textOf(source, definition.node)))
      continue;
    const hasSetup = framework === 'unittest' && names.includes('setUpClass');
    outline.groups.push({
      definition,
      path: [definition.name],
      isTestCase,
      isAsyncCase,
      isClosed: isClosed(definition, 0),
      hasSetup,
    });
  }
  if (framework === 'unittest') outline.groups.shift();
  for (const group of outline.groups) {
    const body = group.definition?.body ?? module;
    const indent = group.definition === null ? '' : indentAt(source, statementsOf(body)[0]?.from ?? 0);
    for (const statement of statementsOf(body)) {
      const definition = definitionOf(source, statement, 'FunctionDefinition');
      if (definition === null || !definition.name.startsWith('test')) continue;
      outline.testNames.push(definition.name);
      if (!isInPlace(statement, indent)) continue;
      outline.all.push({ ...definition, group });
      if (isRepeatable(definition, group)) outline.tests.push({ ...definition, group });
    }
  }
  return outline;

  function isClosed(definition: Definition, depth: number): boolean {
    const list = definition.node.getChild('ArgList');
    const bases = (list === null ? [] : childrenOf(list)).filter(
      ({ name }) => !/^(?:[(),]|Comment)$/.test(name),
    );
    return bases.every((base) => {
      const text = textOf(source, base);
      const local = byName.get(text);
      if (local !== undefined) return local !== definition && depth < 20 && isClosed(local, depth + 1);
      return text === 'object' || isRoot(text);
    });
  }

  function isRoot(text: string): boolean {
    return aliases.has(text) || new RegExp(`^\\w+\\.(?:TestCase|${asyncCase})$`).test(text);
  }

  /** `unittest.TestCase`, as the class or those it derives from in this file name it. */
  function rootOf(definition: Definition, depth: number): string | null {
    const list = definition.node.getChild('ArgList');
    for (const base of list === null || depth > 20 ? [] : childrenOf(list)) {
      const text = textOf(source, base);
      if (isRoot(text)) return text;
      const local = byName.get(text);
      const root = local === undefined || local === definition ? null : rootOf(local, depth + 1);
      if (root !== null) return root;
    }
    return null;
  }

  /** True where the class begins at the margin, and what follows it stands further left than its body. */
  function endsInPlace({ statement, body }: Definition): boolean {
    const [first, last] = [statementsOf(body)[0], statementsOf(body).at(-1)];
    if (first === undefined || last === undefined || lineStart(source, statement.from) !== statement.from)
      return false;
    const after = source.slice(lineEnd(source, endOf(source, last)));
    const indent = /^(?:[ \t]*(?:#.*)?\r?\n)*([ \t]*)\S/.exec(`${after}\n.`)?.[1] ?? '';
    return indent.length < indentAt(source, first.from).length;
  }

  /** A class that others derive from would pass our tests on to them. */
  function isReferred({ name, node }: Definition): boolean {
    return findAll(module, (one) => one.name === 'VariableName').some(
      (one) => textOf(source, one) === name && (one.from < node.from || one.from > node.to),
    );
  }

  function isRepeatable({ name, node, body, decorators }: Definition, group: Group): boolean {
    const text = textOf(source, node);
    if (group.isTestCase && node.getChild('async') !== null && !group.isAsyncCase) return false;
    if (!mayRepeat(decorators) || holds(body, ['YieldStatement', 'YieldExpression'])) return false;
    // What leaves a test out, or makes several of it.
    if (/\b(?:skip|skipTest|skipif|importorskip|xfail|subTest)\s*\(|\b(?:SkipTest|subtests)\b/.test(text))
      return false;
    return name !== 'test_' && statementsOf(body).length > 0;
  }
}

/** Names under which the file knows `unittest.TestCase`. */
function testCaseAliases(source: string, statements: readonly SyntaxNode[]): Set<string> {
  const aliases = new Set<string>();
  for (const statement of statements) {
    if (statement.name !== 'ImportStatement') continue;
    const names = /^from\s+[\w.]+\s+import\s+\(?([\s\S]*)$/.exec(textOf(source, statement))?.[1] ?? '';
    for (const [, name = '', alias] of names.matchAll(/(\w+)(?:\s+as\s+(\w+))?/g))
      if (name === 'TestCase' || name === asyncCase) aliases.add(alias ?? name);
  }
  return aliases;
}

/** Decorators that a copy of the test may have as well: none that leaves it out, renames it or registers it somewhere. */
export function mayRepeat(decorators: readonly string[]): boolean {
  return decorators.every(
    (text) =>
      /^@(?:pytest\.mark\.(?!skip|xfail|flaky)\w+|(?:\w+\.)*patch\b|(?:hypothesis\.)?(?:given|settings|example)\b|staticmethod\b|classmethod\b)/.test(
        text,
      ) && !/\b(?:skip|skipif|xfail)\b/.test(text),
  );
}
