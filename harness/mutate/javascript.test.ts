import { describe, expect, it } from 'vitest';
import type { Operator } from './syntax.ts';
import { faultsOf } from './testing.ts';

describe('faults in TypeScript and JavaScript', () => {
  it.each<[Operator, string, string[]]>([
    ['negate-condition', 'if (a) b', ['if (!(a)) b']],
    ['negate-condition', 'if (a < b) c', ['if (a >= b) c']],
    ['negate-condition', 'while (a.b()) c', ['while (!(a.b())) c']],
    ['negate-condition', 'do c; while (a /* x */)', ['do c; while (!(a) /* x */)']],
    ['negate-condition', 'x = a ? 1 : 2', ['x = !(a) ? 1 : 2']],
    ['negate-condition', 'x = a && b', ['x = !(a) && b', 'x = a && !(b)']],
    [
      'negate-condition',
      'if (a && (b || c)) d',
      [
        'if (!(a) && (b || c)) d',
        'if (!(a && (b || c))) d',
        'if (a && !(b || c)) d',
        'if (a && (!(b) || c)) d',
        'if (a && (b || !(c))) d',
      ],
    ],
    ['negate-condition', "x = a || 'default'", ["x = !(a) || 'default'"]],
    // These another kind of fault already turns round.
    ['negate-condition', 'if (!a) b; if (a === b) c; if (a in b) c; if (true) d', []],
    ['shift-boundary', 'x = a < b', ['x = a <= b']],
    ['shift-boundary', 'x = a <= b', ['x = a < b']],
    ['shift-boundary', 'x = a > b', ['x = a >= b']],
    ['shift-boundary', 'x = a >= b', ['x = a > b']],
    ['flip-comparison', 'x = a == b', ['x = a != b']],
    ['flip-comparison', 'x = a != b', ['x = a == b']],
    ['flip-comparison', 'x = a === b', ['x = a !== b']],
    ['flip-comparison', 'x = a !== b', ['x = a === b']],
    ['flip-comparison', "x = 'k' in o", ["x = !('k' in o)"]],
    ['flip-comparison', 'x = e instanceof E', ['x = !(e instanceof E)']],
    ['swap-logic', 'x = a && b', ['x = a || b']],
    ['swap-logic', 'x = a || b', ['x = a && b']],
    ['drop-not', 'x = !a', ['x = a']],
    ['drop-not', 'return!a', ['return a']],
    ['drop-sign', 'x = -a', ['x = a']],
    ['drop-sign', 'x = +a', ['x = a']],
    ['drop-sign', 'x = ~a', ['x = a']],
    ['drop-default', 'x = a ?? b', ['x = a']],
    ['drop-default', 'x = a ?? b ?? c', ['x = a ?? c', 'x = a ?? b']],
    ['drop-optional-chain', 'x = a?.b', ['x = a.b']],
    ['drop-optional-chain', 'x = a?.[0]', ['x = a[0]']],
    ['drop-optional-chain', 'x = a?.(b)', ['x = a(b)']],
    ['swap-arithmetic', 'x = a + b', ['x = a - b']],
    ['swap-arithmetic', 'x = a - b', ['x = a + b']],
    ['swap-arithmetic', 'x = a * b', ['x = a / b']],
    ['swap-arithmetic', 'x = a / b', ['x = a * b']],
    ['swap-arithmetic', 'x = a % b', ['x = a * b']],
    ['swap-arithmetic', 'x = a ** b', ['x = a * b']],
    ['swap-arithmetic', 'x += a', ['x -= a']],
    ['swap-arithmetic', 'x *= a', ['x /= a']],
    ['swap-arithmetic', 'x ||= a', ['x &&= a']],
    ['swap-arithmetic', 'x ??= a', ['x &&= a']],
    ['swap-arithmetic', 'i++', ['i--']],
    ['swap-arithmetic', 'x = --i', ['x = ++i']],
    [
      'swap-arithmetic',
      "x = 'a' + b; x = b + `c`; x += 'd'; x = a+ +b",
      ["x = 'a' + b; x = b + `c`; x += 'd'; x = a- +b"],
    ],
    // Backwards these loops would never end.
    ['swap-arithmetic', 'for (let i = 0; i < n; i++) f(i)', []],
    ['swap-arithmetic', 'while (i < n) { i += 1; j += 1 }', ['while (i < n) { i += 1; j -= 1 }']],
    ['change-number', 'while (i < n) i += 1', ['while (i < n) i += 2']],
    ['drop-assignment', 'do { i++ } while (i < n)', []],
    ['swap-bitwise', 'x = a & b', ['x = a | b']],
    ['swap-bitwise', 'x = a << b', ['x = a >> b']],
    ['swap-bitwise', 'x = a >>> b', ['x = a >> b']],
    ['shift-index', 'x = a[i]', ['x = a[i + 1]']],
    ['shift-index', 'x = a[key]', []],
    ['shift-index', 'x = a[n - m]', ['x = a[n - m + 1]']],
    ['shift-index', 'x = a[n - 1]', []],
    [
      'shift-index',
      'x = s.slice(from, s.length)',
      ['x = s.slice(from + 1, s.length)', 'x = s.slice(from, s.length + 1)'],
    ],
    ['empty-return', 'function f() { return a }', ['function f() { return undefined }']],
    ['empty-return', "function f() { return 'a' }", ["function f() { return '' }"]],
    ['empty-return', 'function f() { return [a] }', ['function f() { return [] }']],
    ['empty-return', 'function f() { return ({ a }) }', ['function f() { return {} }']],
    ['empty-return', 'function f() { return 5 }', ['function f() { return 0 }']],
    ['empty-return', 'function f() { return a < b }', ['function f() { return false }']],
    ['empty-return', 'function f(): string { return g() }', ["function f(): string { return '' }"]],
    ['empty-return', 'function f(): number { return g() }', ['function f(): number { return 0 }']],
    ['empty-return', 'function f(): boolean { return g() }', ['function f(): boolean { return false }']],
    ['empty-return', 'function f(): A | null { return g() }', ['function f(): A | null { return null }']],
    ['empty-return', 'function f(): A[] { return g() }', ['function f(): A[] { return [] }']],
    [
      'empty-return',
      'function f(): Map<A, B> { return g() }',
      ['function f(): Map<A, B> { return new Map() }'],
    ],
    [
      'empty-return',
      'async function f(): Promise<number> { return g() }',
      ['async function f(): Promise<number> { return 0 }'],
    ],
    [
      'empty-return',
      'class A { m(): string { if (a) { return g() } } }',
      ["class A { m(): string { if (a) { return '' } } }"],
    ],
    ['empty-return', 'const f = (a: A): string => a.b', ["const f = (a: A): string => ''"]],
    ['empty-return', 'const f = (a) => ({ a })', ['const f = (a) => ({})']],
    ['empty-return', 'function f() { return } function g() { return null } const h = () => undefined', []],
    ['empty-return', "function f() { return '' } function g() { return [] } const h = () => true", []],
    ['empty-collection', 'x = [1, 2]', ['x = []']],
    ['empty-collection', 'x = { a: b }', ['x = {}']],
    [
      'empty-collection',
      'x = []; x = {}; const [a] = b; const { c } = d; [a, b] = [b, a]',
      ['x = []; x = {}; const [a] = b; const { c } = d; [a, b] = []'],
    ],
    ['change-number', 'x = 0', ['x = 1']],
    ['change-number', 'x = 1', ['x = 0']],
    ['change-number', 'x = 41', ['x = 42']],
    ['change-number', 'x = 0xffn', ['x = 256n']],
    ['change-number', 'x = { 1: 2 }', ['x = { 1: 3 }']],
    ['change-number', 'enum E { A = 5 }', ['enum E { A = 6 }']],
    ['change-string', "x = ''", ["x = 'x'"]],
    ['change-string', 'x = "abc"', ['x = ""']],
    ['change-string', 'x = `a${b}`', ['x = ``']],
    ['change-string', "x = { 'a': 'b' }", ["x = { 'a': '' }"]],
    ['change-string', "export * from 'a'; import b from 'c'; await import('d'); require('e')", []],
    ['change-string', "'use strict'; x", []],
    ['change-null', 'f(null)', ['f(0)']],
    ['change-null', 'x = a === null; function f() { return null }', []],
    ['change-regexp', 'x = /^a[bc]$/g', ['x = /a[bc]$/g', 'x = /^a[bc]/g', 'x = /^a[^bc]$/g']],
    ['change-regexp', 'x = /[^a]\\$/', ['x = /[a]\\$/']],
    ['flip-boolean', 'x = true', ['x = false']],
    ['flip-boolean', 'x = false', ['x = true']],
    ['drop-call', 'f(a);', [';']],
    ['drop-call', 'await f(a)', [';']],
    ['drop-call', 'if (a) f(); else g()', ['if (a) ; else g()', 'if (a) f(); else ;']],
    ['drop-call', 'class A extends B { constructor() { super() } }', []],
    ['drop-assignment', 'this.a = b', [';']],
    ['drop-assignment', 'a[i] = b', [';']],
    ['drop-assignment', 'a += b', [';']],
    ['drop-assignment', 'a = b', []],
    ['drop-throw', 'if (a) throw new Error(`x`)', ['if (a) ;']],
    [
      'drop-jump',
      'for (const a of b) { if (a) continue; break }',
      ['for (const a of b) { if (a) ; break }', 'for (const a of b) { if (a) continue; ; }'],
    ],
    ['drop-jump', 'switch (a) { case b: break; default: c }', ['switch (a) { case b: ; default: c }']],
    ['drop-jump', 'while (true) { break } for (;;) { break }', []],
    ['drop-else', 'if (a) b; else c', ['if (a) b; ']],
    ['drop-else', 'if (a) b; else if (c) d; else e', ['if (a) b; ', 'if (a) b; else if (c) d; ']],
  ])('%s: %s', (operator, source, expected) => {
    expect(faultsOf('a.ts', source, operator)).toEqual(expected);
  });

  it.each([
    ['types', 'type A = { a: "b" | 1 }; interface B { c: false; d?: null }; let x: 5 | "y"'],
    ['casts', 'const x = y as Record<"a", 1>; const z = w satisfies { a: true }'],
    ['type arguments', 'const x = f<"a", 1>'],
    ['ambient declarations', 'declare const x: 1; declare module "y" { const z = 1 }'],
    ['imports and exports', 'import a, { b as c } from "d"; export { a }; export { c } from "e"'],
    ['comments', '// if (a < b) c(1)\n/* return "x" */'],
    ['what is thrown and how it is worded', 'const e = new TypeError(`a ${b + 1}`, { cause: true })'],
    ['logs', 'console.error("a", 1); this.logger.info(a < b); process.emitWarning("x")'],
    ['decorators', '@a("b", 1) class C {}'],
    ['non-null marks', 'const x = y!'],
  ])('are not made in %s', (_, source) => {
    expect(faultsOf('a.ts', source)).toEqual([]);
  });

  it('are made in JSX, between its braces', () => {
    const source = 'const x = <a b="c" d={1}>text {e && <f />}</a>';
    expect(faultsOf('a.jsx', source)).toEqual([
      'const x = <a b="c" d={0}>text {e && <f />}</a>',
      'const x = <a b="c" d={1}>text {!(e) && <f />}</a>',
      'const x = <a b="c" d={1}>text {e || <f />}</a>',
    ]);
    expect(faultsOf('a.tsx', source)).toEqual(faultsOf('a.jsx', source));
  });

  it('leave no second operator where one goes', () => {
    expect(faultsOf('a.js', 'x = a-+b', 'swap-arithmetic')).toEqual(['no program']);
    expect(faultsOf('a.js', 'x = typeof-a', 'drop-sign')).toEqual(['x = typeof a']);
  });
});
