import { expect, it } from 'vitest';
import { complexity } from './complexity.ts';

function analyse(path: string, text: string, options = {}) {
  return complexity.analyse(
    { path, text },
    { options: complexity.options.parse(options), suiteFile: () => null },
  );
}

it.each([
  ['nothing', 'a.ts', '', 0, 0],
  ['one function', 'a.ts', 'function f() { return 1; }', 1, 1],
  ['branches', 'a.ts', 'function f(a) { if (a) return 1; else if (a > 1) return 2; return 3; }', 3, 1],
  ['loops', 'a.js', 'for (;;) { while (a) b(); do { c(); } while (d); for (const e of f) g(); }', 4, 0],
  ['a switch', 'a.js', 'switch (a) { case 1: case 2: break; default: b(); }', 2, 0],
  ['a handler', 'a.js', 'try { a(); } catch { b(); } finally { c(); }', 1, 0],
  ['operators', 'a.js', 'x = a && b || c ?? (d ? e : f); y ||= 1; z += 1;', 5, 0],
  [
    'functions of all kinds',
    'a.ts',
    'const a = () => 1; class B { get c() { return 1; } d() {} } const e = { f() {}, g: function () {} };',
    5,
    5,
  ],
  [
    'declarations of types',
    'a.ts',
    'declare function f(): void; interface A { g(): void } type B = () => void; type C = A extends B ? 1 : 2;',
    0,
    0,
  ],
  [
    'branches of Python',
    'a.py',
    'def f(a):\n    if a and not b:\n        pass\n    elif c or d:\n        pass\n    else:\n        pass\n',
    5,
    1,
  ],
  [
    'more of Python',
    'a.py',
    'async def f():\n    for a in b:\n        x = 1 if a else 2\n    try:\n        pass\n    except E:\n        pass\n    return [c for c in d if c], lambda: 1\n',
    7,
    2,
  ],
  ['a match', 'a.py', 'match a:\n    case 1:\n        pass\n    case _:\n        pass\n', 2, 0],
])('counts %s', (_, path, text, expected, functions) => {
  expect(analyse(path, text).measures).toMatchObject({ complexity: expected, functions });
});

const branches = (count: number) => 'if (a) b();\n'.repeat(count);

it('finds functions above the bound, without what is within them', () => {
  const text = `const outer = () => {\n${branches(3)}\n  function inner() {\n${branches(4)}  }\n};\n`;
  const { findings } = analyse('a.ts', text, { max: 4 });
  expect(findings.map(({ startLine, message, level }) => `${startLine} ${level} ${message}`)).toEqual([
    '6 note inner has a cyclomatic complexity of 5, more than 4',
  ]);
  expect(analyse('a.ts', text, { max: 3 }).findings[0]?.message).toContain(
    'outer has a cyclomatic complexity of 4',
  );
  expect(analyse('a.ts', text).findings).toEqual([]);
});

it('names functions as well as it can', () => {
  const python = 'class A:\n    def method(self):\n        return a and b\n\nf = lambda: a and b\n';
  const script =
    'const a: Fn = (x) => x && y;\nclass B { c = () => x && y; d() { return x && y; } }\ng(() => x && y);\n';
  const names = (path: string, text: string) =>
    analyse(path, text, { max: 1 }).findings.map(({ message }) => message.replace(/ has a .*/, ''));
  expect(names('a.py', python)).toEqual(['method', 'a function']);
  expect(names('a.ts', script)).toEqual(['a', 'c', 'd', 'a function']);
});

it('counts lines that are not blank', () => {
  expect(analyse('a.py', '\n  \nx = 1\r\n\r\n# y\n').measures?.lines_of_code).toBe(2);
});

it('still counts where a text cannot be parsed', () => {
  expect(
    analyse('a.ts', 'function f( { if (a && b) return; }\n<<<<<<< x\nif (c) d();').measures?.complexity,
  ).toBeGreaterThan(1);
  const { findings, measures } = analyse('a.tsx', `${'<'.repeat(100_000)}\nif (a) b();`);
  expect(findings.map(({ rule, level }) => `${rule} ${level}`)).toEqual(['not-parsed note']);
  expect(measures).toEqual({ complexity: 1, functions: 0, lines_of_code: 2 });
});

it.each([
  ['functions', '(()=>{'.repeat(30_000)],
  ['operators', `x = a${' && a'.repeat(50_000)};`],
  ['conditions', `x = ${'a ? b : '.repeat(30_000)}c;`],
  ['blank lines', '\n'.repeat(300_000)],
])('comes to an end on many %s', (_, text) => {
  for (const path of ['a.ts', 'a.py'])
    for (const value of Object.values(analyse(path, text).measures ?? {}))
      expect(Number.isFinite(value)).toBe(true);
});
