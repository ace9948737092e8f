import type { SyntaxNode } from '@lezer/common';
import type { Framework } from '../../../../harness/domain/test-settings.ts';
import { childrenOf, findAll, textOf } from '../tree.ts';

/** Where a name of the file comes from. `imported`: `default` for `require(…)` of a whole module, `*` for a namespace. */
interface Binding {
  module: string;
  imported: string;
}

export interface Bindings {
  /** Names that the file imports or requires at its top. */
  origins: Map<string, Binding>;
  /** How often a name is defined anywhere in the file, imports included. */
  definitions: Map<string, number>;
  /** Names that another is made of: `base` in `const test = base.extend(…)`. */
  extended: Map<string, string>;
  modules: 'esm' | 'cjs' | null;
}

const required = /^\(?(?:await\s+import|require)\(\s*(['"`])([^'"`]+)\1\s*\)\)?((?:\.\w+)*)$/;

export function bindingsOf(source: string, script: SyntaxNode): Bindings {
  const bindings: Bindings = {
    origins: new Map(),
    definitions: new Map(),
    extended: new Map(),
    modules: null,
  };
  for (const node of findAll(script, ({ name }) => name === 'VariableDefinition')) {
    const name = textOf(source, node);
    bindings.definitions.set(name, (bindings.definitions.get(name) ?? 0) + 1);
  }
  let isScript = true;
  for (const statement of childrenOf(script)) {
    if (statement.name === 'ImportDeclaration') readImport(source, statement, bindings);
    if (statement.name === 'VariableDeclaration') readRequires(source, statement, bindings);
    if (statement.name === 'ImportDeclaration' || statement.name === 'ExportDeclaration') isScript = false;
  }
  if (!isScript) bindings.modules = 'esm';
  else if (/\brequire\s*\(/.test(source)) bindings.modules = 'cjs';
  return bindings;
}

function readImport(source: string, statement: SyntaxNode, { origins }: Bindings): void {
  const from = statement.getChild('String');
  if (from === null || statement.getChild('type') !== null) return;
  const module = source.slice(from.from + 1, from.to - 1);
  const namespace = statement.getChild('Star') !== null;
  for (const name of statement.getChildren('VariableDefinition'))
    origins.set(textOf(source, name), { module, imported: namespace ? '*' : 'default' });
  const group = statement.getChild('ImportGroup');
  if (group === null) return;
  for (const specifier of textOf(source, group).slice(1, -1).split(',')) {
    const [, imported, local] = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(specifier) ?? [];
    if (imported !== undefined) origins.set(local ?? imported, { module, imported });
  }
}

function readRequires(source: string, statement: SyntaxNode, { origins, extended }: Bindings): void {
  const parts = childrenOf(statement);
  for (const [at, equals] of parts.entries()) {
    const value = parts[at + 1];
    const target = parts.slice(0, at).findLast(({ name }) => name !== 'TypeAnnotation');
    if (equals.name !== 'Equals' || value === undefined || target === undefined) continue;
    const text = textOf(source, value);
    const [, , module, members = ''] = required.exec(text) ?? [];
    if (target.name === 'VariableDefinition') {
      const base = /^([\w.]+)\.extend\b/.exec(text)?.[1];
      if (base !== undefined) extended.set(textOf(source, target), base);
      if (module !== undefined)
        origins.set(textOf(source, target), { module, imported: members.slice(1) || 'default' });
    }
    if (target.name !== 'ObjectPattern' || module === undefined || members !== '') continue;
    for (const property of target.getChildren('PatternProperty')) {
      const [, imported, local] = /^(\w+)(?:\s*:\s*(\w+))?$/.exec(textOf(source, property)) ?? [];
      if (imported !== undefined) origins.set(local ?? imported, { module, imported });
    }
  }
}

/** What the file calls to declare tests and groups of tests: `test`, `nt.it`, `describe`. */
export interface Declarers {
  tests: ReadonlySet<string>;
  groups: ReadonlySet<string>;
}

export const frameworkModules: Readonly<Record<'vitest' | 'jest' | 'node-test', string>> = {
  vitest: 'vitest',
  jest: '@jest/globals',
  'node-test': 'node:test',
};
export type ScriptFramework = keyof typeof frameworkModules;

export function isScriptFramework(framework: Framework): framework is ScriptFramework {
  return framework in frameworkModules;
}

const testNames = ['test', 'it'];
const groupNames = ['describe', 'suite'];

/** Names that are defined once more elsewhere in the file are left out: which one a call means is not looked into. */
export function declarersOf(
  { origins, definitions, extended }: Bindings,
  framework: ScriptFramework,
): Declarers {
  const tests = new Set<string>();
  const groups = new Set<string>();
  for (const [local, { module, imported }] of origins) {
    if (module !== frameworkModules[framework] || definitions.get(local) !== 1) continue;
    const isWhole = imported === 'default' || imported === '*';
    const isCallable = framework === 'node-test' && imported !== '*';
    if (testNames.includes(imported) || (isCallable && imported === 'default')) tests.add(local);
    if (groupNames.includes(imported)) groups.add(local);
    if (!isWhole && !(framework === 'node-test' && testNames.includes(imported))) continue;
    for (const name of testNames) tests.add(`${local}.${name}`);
    for (const name of groupNames) groups.add(`${local}.${name}`);
  }
  if (framework !== 'node-test') {
    for (const name of testNames) if (!definitions.has(name)) tests.add(name);
    for (const name of framework === 'jest' ? ['describe'] : groupNames)
      if (!definitions.has(name)) groups.add(name);
  }
  for (const [local, base] of extended)
    if (framework === 'vitest' && tests.has(base) && definitions.get(local) === 1) tests.add(local);
  return { tests, groups };
}
