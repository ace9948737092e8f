import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChecksBench, openChecksBench } from './command-testing.ts';
import { runExportChecks } from './export.ts';
import { type ExportCase, expectExports } from './testing/export-cases.ts';

const image = 'node:24-bookworm-slim';
let bench: ChecksBench;
beforeAll(async () => {
  bench = await openChecksBench(image, {
    'src/slug.ts': 'export const base = 1;\n',
    'src/types.ts': 'export interface Options { separator?: string; maxLength?: number }\n',
  });
});
afterAll(() => bench?.close());

const text = { signature: '(text: string) => string' };
const body = '{ return text; }';

describe('TypeScript', () => {
  const cases: ExportCase[] = [
    ['the same function', `export function slug(text: string): string ${body}`, text, 'pass'],
    ['an arrow under another name', `const a = (t: string) => t; export { a as slug };`, text, 'pass'],
    ['any value, where no type is asked for', 'export const slug = 1;', {}, 'pass'],
    [
      'another return type',
      `export function slug(text: string): number { return 1; }`,
      text,
      'fail',
      /\(text: string\) => number, not \(text: string\) => string/,
    ],
    ['another parameter', `export function slug(text: number): string { return ''; }`, text, 'fail'],
    ['one more parameter', `export function slug(text: string, more: string): string ${body}`, text, 'fail'],
    [
      'one more that is optional',
      `export function slug(text: string, more?: string): string ${body}`,
      text,
      'fail',
    ],
    [
      'the same, where it only has to fit',
      `export function slug(text: string, more?: string): string ${body}`,
      { ...text, match: 'assignable' },
      'pass',
    ],
    [
      'a narrower parameter does not fit',
      `export function slug(text: 'a'): string ${body}`,
      { ...text, match: 'assignable' },
      'fail',
    ],
    [
      'nothing of that name',
      `export function slugs(text: string): string ${body}`,
      text,
      'fail',
      /does not export slug/,
    ],
    [
      'a name that is not exported',
      `function slug(text: string): string ${body} export {};`,
      text,
      'fail',
      /does not export slug/,
    ],
    ['any returned', 'export function slug(text: string): any { return text; }', text, 'fail', /any/],
    ['any taken', `export function slug(text: any): string ${body}`, text, 'fail', /any/],
    ['any as a whole', 'export const slug: any = 1;', text, 'fail', /any/],
    [
      'any inside',
      'export const slug = (text: string): { a: any[] } => ({ a: [text] });',
      { signature: '(text: string) => { a: string[] }' },
      'fail',
      /any/,
    ],
    [
      'any that is asked for',
      'export const slug = (text: any): string => text;',
      { signature: '(text: any) => string' },
      'pass',
    ],
    [
      'any elsewhere than asked for',
      'export const slug = (text: any): any => text;',
      { signature: '(text: any) => string' },
      'fail',
      /any/,
    ],
    ['never', 'export const slug: never = 1 as never;', { ...text, match: 'assignable' }, 'fail', /never/],
    [
      'the same by an intersection',
      'export const slug: { a: 1 } & { b: 2 } = { a: 1, b: 2 };',
      { signature: '{ a: 1; b: 2 }' },
      'pass',
    ],
    [
      'what libraries declare is not the candidate’s any',
      'export const slug = async (u: URL): Promise<Map<string, Date>> => new Map([[u.href, new Date()]]);',
      { signature: '(u: URL) => Promise<Map<string, Date>>' },
      'pass',
    ],
    [
      'a generic function',
      'export function slug<T>(items: readonly T[]): T | undefined { return items[0]; }',
      { signature: '<U>(list: readonly U[]) => U | undefined' },
      'pass',
    ],
    [
      'a type of another module',
      `import type { Options } from './types.ts'; export const slug = (text: string, options: Options): string => text + options.separator;`,
      {
        signature: '(text: string, options: Options) => string',
        preamble: "import type { Options } from './src/types.ts';",
      },
      'pass',
    ],
    [
      'a class that can be made',
      'export class slug { private cache: any; constructor(readonly text: string) {} }',
      { signature: 'new (text: string) => { readonly text: string }', match: 'assignable' },
      'pass',
    ],
    [
      'an interface',
      'export interface slug { text: string; size?: number }',
      { kind: 'type', signature: '{ text: string; size?: number }' },
      'pass',
    ],
    [
      'another interface',
      'export interface slug { text: string }',
      { kind: 'type', signature: '{ text: number }' },
      'fail',
      /not \{ text: number/,
    ],
    ['a value where a type is asked for', 'export const slug = 1;', { kind: 'type' }, 'fail', /no type/],
    ['a type where a value is asked for', 'export type slug = string;', {}, 'fail', /type only/],
    [
      'a value that is exported as a type',
      `function slug(text: string): string ${body} export type { slug };`,
      text,
      'fail',
      /type only/,
    ],
    [
      'a value that is declared and not there',
      'export declare function slug(text: string): string;',
      text,
      'fail',
      /not there/,
    ],
    ['an overload without a body', 'export function slug(text: string): string;', text, 'fail', /not there/],
    [
      'a default export',
      `export default function (text: string): string ${body}`,
      { ...text, name: 'default' },
      'pass',
    ],
    ['what comes from nowhere', `export { slug } from './nowhere.ts';`, text, 'unknown', /cannot be found/],
    ['what may come from nowhere', `export * from 'no-such-package';`, text, 'unknown', /cannot be found/],
    [
      'a type of a package that is not there',
      `import type { A } from 'no-such-package'; export const slug = (text: string): A => text as unknown as A;`,
      text,
      'unknown',
      /no-such-package/,
    ],
    [
      'what does not parse',
      'export function slug(text: string): string {{{',
      text,
      'unknown',
      /does not parse/,
    ],
    [
      'a signature that is none',
      `export function slug(text: string): string ${body}`,
      { signature: '(text: ' },
      'unknown',
      /signature cannot be used/,
    ],
    [
      'a signature of unknown names',
      `export function slug(text: string): string ${body}`,
      { signature: '(text: Nope) => string' },
      'unknown',
      /Nope/,
    ],
  ];

  it('exports are compared as types', async () => expectExports(bench, cases, '.ts'));

  const hostile: ExportCase[] = [
    [
      '@ts-nocheck changes no type',
      '// @ts-nocheck\nexport function slug(text: string): number { return text; }',
      text,
      'fail',
    ],
    [
      'nor do errors hidden by it',
      '// @ts-nocheck\nexport function slug(text) { return text; }',
      text,
      'fail',
      /any/,
    ],
    [
      'global types do not replace ours',
      'declare global { type Record<K, V> = any; interface Promise<T> { a: any } type Wanted = any }\nexport const slug = (text: string): Promise<number> => Promise.resolve(1);',
      { signature: '(text: string) => Promise<string>' },
      'unknown',
      /global declarations/,
    ],
    [
      'nor stand in for names that the spec lacks',
      'declare global { type Wanted = (text: string) => number }\nexport const slug = (text: string): number => 1;',
      { signature: 'Wanted' },
      'unknown',
      /Wanted/,
    ],
    [
      'names of ours mean nothing in the module',
      'export type Equal<A, B> = true; type __AssayExpected = number; export const slug = 1;',
      text,
      'fail',
    ],
    [
      'the standard library cannot be turned off',
      '/// <reference no-default-lib="true"/>\nexport const slug = (text: string): number[] => [1];',
      { signature: '(text: string) => string[]' },
      'fail',
    ],
    [
      'and large ones',
      `type A = 0|1|2|3|4|5|6|7|8|9; type B = \`\${A}\${A}\${A}\${A}\`; export const slug = null as unknown as { [K in B]: { [L in B]: () => any } };`,
      { signature: '{ "0000": number }', match: 'assignable' },
      'fail',
    ],
    [
      'a value that only a declaration file tells of',
      "export { slug } from './declared.js';",
      text,
      'unknown',
      /declaration file/,
    ],
    [
      'a module that is only declared',
      "declare module './ghost.js' { export function slug(text: string): string }\nexport { slug } from './ghost.js';",
      text,
      'unknown',
    ],
    [
      'global declarations that change what the signature means',
      'declare global { interface RequestInit { mine: string } }\nexport const slug = (init: { mine: string }): string => init.mine;',
      { signature: '(init: RequestInit) => string', match: 'assignable' },
      'unknown',
      /global declarations/,
    ],
    [
      'messages of one line',
      `export const slug = 'a\\u001b[31m\\n\\u202e' as const;`,
      { signature: 'number' },
      'fail',
      /^[^\n]*$/,
    ],
  ];

  it('nothing in a module changes how it is compared', async () =>
    expectExports(bench, hostile, '.ts', {
      'src/declared.d.ts': 'export declare function slug(text: string): string;\n',
    }));

  const asked = (name: string) => ({
    id: name,
    given: { module: `src/${name}.ts`, name: 'slug', match: 'equal', kind: 'value', ...text } as const,
  });

  it('types without an end end the comparison', async () => {
    const endless = `type D = 0|1|2|3|4|5|6|7|8|9; type N = \`\${D}\${D}\${D}\${D}\`;
      type F<A extends N, B extends N> = A extends \`\${infer X}\${infer R}\` ? B extends \`\${X}\${infer S}\` ? [A, B, R, S] : [B, A] : never;
      export const slug: (text: string) => { [A in N]: { [B in N]: F<A, B> } }[N][N] = null as never;`;
    const files = { 'src/endless.ts': endless };
    const answers = await bench.ask({
      run: runExportChecks,
      files,
      checks: [asked('endless')],
      timeoutSec: 8,
    });
    expect(answers.endless?.outcome).toBe('unknown');
    expect(answers.endless?.message).toMatch(/did not end within|crashed/);
  });

  it('what the compiler cannot bear ends the comparison of its module alone', async () => {
    const bomb = `type S<A extends string> = \`\${A}\${A}\`; type T<A extends string> = S<S<S<S<S<S<A>>>>>>;
      export const slug: T<T<T<T<T<T<'a'>>>>>> = null as never;`;
    const answers = await bench.ask({
      run: runExportChecks,
      files: {
        'src/bomb.ts': bomb,
        'src/honest.ts': 'export const slug = (text: string): string => text;\n',
      },
      checks: [asked('bomb'), asked('honest')],
      timeoutSec: 120,
    });
    expect(answers.bomb?.outcome).toBe('unknown');
    expect(answers.honest).toMatchObject({ outcome: 'pass', message: '' });
  });

  it('a module that is not there is told, and a declaration beside the source does not count', async () => {
    const answers = await bench.ask({
      run: runExportChecks,
      files: {
        'src/lies.ts': 'export const slug = 1;\n',
        'src/lies.d.ts': 'export declare function slug(text: string): string;\n',
        'src/plain.js': 'export const slug = 1;\n',
        'src/plain.d.ts': 'export declare function slug(text: string): string;\n',
        'src/folder.ts/index.ts': 'export const slug = 1;\n',
        'src/link.ts': { link: '../tsconfig.json' },
        'src/data.json': '{}',
        'tsconfig.json': '{ "compilerOptions": { "strict": false, "paths": { "*": ["./nowhere/*"] } } }',
      },
      checks: ['lies.ts', 'plain.js', 'folder.ts', 'none.ts', 'link.ts', 'data.json'].map((name) => ({
        id: name,
        given: { module: `src/${name}`, name: 'slug', match: 'equal', kind: 'value', ...text },
      })),
    });
    const outcomes = Object.entries(answers).map(([id, { outcome }]) => [id, outcome]);
    expect(Object.fromEntries(outcomes)).toEqual({
      'lies.ts': 'fail',
      'plain.js': 'fail',
      'folder.ts': 'fail',
      'none.ts': 'fail',
      'link.ts': 'unknown',
      'data.json': 'unknown',
    });
    expect(answers['none.ts']?.message).toBe('there is no src/none.ts');
    expect(answers['lies.ts']?.evidence['lies.ts.txt']).toContain('expected: (text: string) => string');
  });
});

describe('JavaScript', () => {
  const jsdoc = '/** @param {string} text @returns {string} */\n';
  const cases: ExportCase[] = [
    ['JSDoc that says the same', `${jsdoc}export function slug(text) ${body}`, text, 'pass'],
    [
      'JSDoc that says otherwise',
      '/** @param {string} text @returns {number} */\nexport function slug(text) { return 1; }',
      text,
      'fail',
    ],
    [
      'JSDoc with an optional parameter',
      '/** @param {string} text @param {{ a?: number }} [more] */\nexport const slug = (text, { a = 1 } = {}) => text + a;',
      { signature: '(text: string, more?: { a?: number }) => string' },
      'pass',
    ],
    ['no JSDoc', `export function slug(text) ${body}`, text, 'unknown', /JSDoc/],
    [
      'no JSDoc, and something else all the same',
      'export function slug(text) { return text.length + 1 > 2; }',
      text,
      'fail',
      /boolean/,
    ],
    ['no function at all', 'export const slug = 5;', text, 'fail'],
    ['CommonJS', `${jsdoc}function slug(text) ${body}\nmodule.exports = { slug };`, text, 'pass'],
    ['CommonJS, one by one', `${jsdoc}exports.slug = function (text) ${body}`, text, 'pass'],
    [
      'a name that is not exported',
      `${jsdoc}function slug(text) ${body}\nmodule.exports = {};`,
      text,
      'fail',
      /does not export/,
    ],
    ['no type asked for', 'export class slug {}', {}, 'pass'],
    [
      'types in JavaScript',
      'export function slug(text: string): string { return text; }',
      text,
      'unknown',
      /does not parse/,
    ],
    ['types not checked', `// @ts-nocheck\n${jsdoc}export function slug(text) { return 5; }`, text, 'pass'],
  ];

  it('exports are compared by their JSDoc', async () => expectExports(bench, cases, '.js'));
});
