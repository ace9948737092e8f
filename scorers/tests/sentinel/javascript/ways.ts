import type { SyntaxNode } from '@lezer/common';
import { findAll } from '../tree.ts';
import { type Bindings, frameworkModules, type ScriptFramework } from './bindings.ts';
import { calleeOf } from './syntax.ts';

/** One way of comparing two values. */
export interface Way {
  /** `call`: `assert.equal(a, b)`; `matcher`: `expect(a).toBe(b)`. */
  form: 'call' | 'matcher';
  /** What is called with the value, of a matcher; empty else. */
  expect: string;
  /** Functions or matchers that compare numbers and strings, and such as compare lists. */
  scalar: readonly string[];
  list: readonly string[];
}

const matchers = { scalar: ['toBe', 'toEqual', 'toStrictEqual'], list: ['toEqual', 'toStrictEqual'] };
const chains = { scalar: ['to.equal', 'to.eql', 'to.deep.equal'], list: ['to.deep.equal', 'to.eql'] };
const asserts = {
  scalar: ['strictEqual', 'equal', 'deepEqual', 'deepStrictEqual'],
  list: ['deepStrictEqual', 'deepEqual'],
};

const assertModule = /^(?:node:)?assert(?:\/strict)?$/;

/** How the file compares values: the way that it uses most; null where it shows none. */
export function wayOf(
  source: string,
  script: SyntaxNode,
  bindings: Bindings,
  framework: ScriptFramework,
): Way | null {
  const callees = findAll(script, ({ name }) => name === 'CallExpression').map((call) =>
    calleeOf(source, call),
  );
  const usesOf = (name: string) =>
    callees.filter(
      (callee) => callee === name || (/^[.(]/.test(callee.slice(name.length)) && callee.startsWith(name)),
    ).length;
  const ways = new Map<Way, number>();
  const own = frameworkModules[framework];
  const named: string[] = [];
  for (const [local, { module, imported }] of bindings.origins) {
    const isAssert = assertModule.test(module);
    if (isAssert && asserts.scalar.includes(imported)) named.push(local);
    if (
      isAssert
        ? ['default', '*', 'strict'].includes(imported)
        : imported === 'assert' && [own, 'chai'].includes(module)
    )
      ways.set(callsOn(local), usesOf(local));
    if (imported === 'expect' && [own, 'expect', '@jest/globals'].includes(module))
      ways.set({ form: 'matcher', expect: local, ...matchers }, usesOf(local));
    if (imported === 'expect' && module === 'chai')
      ways.set({ form: 'matcher', expect: local, ...chains }, usesOf(local));
  }
  if (hasGlobalExpect(callees, bindings, framework))
    ways.set({ form: 'matcher', expect: 'expect', ...matchers }, usesOf('expect'));
  if (framework === 'vitest' && !bindings.definitions.has('assert') && usesOf('assert') > 0)
    ways.set(callsOn('assert'), usesOf('assert'));
  if (named.length > 0) {
    const list = named.filter((local) => asserts.list.includes(bindings.origins.get(local)?.imported ?? ''));
    ways.set(
      { form: 'call', expect: '', scalar: named, list },
      named.reduce((sum, one) => sum + usesOf(one), 0),
    );
  }
  const best = [...ways].sort(([, a], [, b]) => b - a)[0]?.[0];
  return best === undefined ? null : asUsed(best, callees);
}

/** `node:assert` or the like under this name. */
export function callsOn(local: string): Way {
  const on = (names: readonly string[]) => names.map((name) => `${local}.${name}`);
  return { form: 'call', expect: '', scalar: on(asserts.scalar), list: on(asserts.list) };
}

export function matchersOf(local: string): Way {
  return { form: 'matcher', expect: local, ...matchers };
}

/** Globals are seen by their use; Jest has them unless the file imports its own. */
function hasGlobalExpect(
  callees: readonly string[],
  bindings: Bindings,
  framework: ScriptFramework,
): boolean {
  const { definitions, origins } = bindings;
  if (framework === 'node-test' || definitions.has('expect')) return false;
  if (framework === 'jest')
    return ![...origins.values()].some(({ module }) => module === frameworkModules.jest);
  return callees.some((callee) => /^(?:test|it|describe|expect)$/.test(callee) && !definitions.has(callee));
}

/** Each method as often as the file uses it, so that ours are as likely; the first where it uses none. */
function asUsed(way: Way, callees: readonly string[]): Way {
  const used = (names: readonly string[]) => {
    const seen = names.flatMap((name) =>
      callees
        .filter((callee) => (way.form === 'call' ? callee === name : callee.endsWith(`.${name}`)))
        .map(() => name),
    );
    return seen.length > 0 ? seen : names.slice(0, 1);
  };
  return { ...way, scalar: used(way.scalar), list: used(way.list) };
}
