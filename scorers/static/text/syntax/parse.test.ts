import { expect, it } from 'vitest';
import { lineIndex } from './lines.ts';
import { parse } from './parse.ts';

it.each([
  ['a.ts', 'javascript'],
  ['a.mts', 'javascript'],
  ['a.tsx', 'javascript'],
  ['a.cjs', 'javascript'],
  ['a.py', 'python'],
  ['a.pyi', 'python'],
  ['a.go', undefined],
  ['ts', undefined],
])('knows %s as %s', (path, language) => {
  expect(parse(path, '')?.language).toBe(language);
});

const casts = 'const a = <T>b;\nconst c = d as unknown as E;\n';

it('tells casts from tags by the name', () => {
  const isClear = (path: string) => {
    let isWrong = false;
    parse(path, casts)?.tree?.iterate({
      enter({ type }) {
        isWrong ||= type.isError;
      },
    });
    return !isWrong;
  };
  expect([isClear('a.ts'), isClear('a.tsx')]).toEqual([true, false]);
});

const honest = `export function f<T extends object>(a: T, b?: string): number {
  for (const [key, value] of Object.entries(a)) if (key === b || value) return key.length > 3 ? 1 : 2;
  return (async () => (await import('x')).default<T>(a))() as unknown as number;
}
`;

it('parses long honest code', () => {
  expect(parse('a.ts', honest.repeat(500))?.tree).not.toBeNull();
  expect(
    parse('a.py', 'def f(a, b=None):\n    return [x for x in a if x or b]\n\n\n'.repeat(1500))?.tree,
  ).not.toBeNull();
});

// Each takes the parser minutes, or all memory, where nothing bounds it.
const nonsense = [
  '<',
  '({[(<a>',
  'a?(b):c=>',
  'async (a,',
  '"\n',
  'a?b:',
  '<a b={',
  '`${',
  'let a:(b:(',
  '/',
  '/*',
  '<a>',
  '!$ ) ]',
];

const size = 200_000;

it.each(nonsense)('gives up, or comes to an end, on much of %j', (unit) => {
  const text = unit.repeat(Math.ceil(size / unit.length));
  for (const path of ['a.ts', 'a.tsx', 'a.py']) expect(parse(path, text)).not.toBeUndefined();
});

it('says where an offset is', () => {
  const lines = lineIndex('a\r\nbc\n\nd');
  expect([0, 3, 4, 6, 7].map((offset) => lines.at(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 2, column: 1 },
    { line: 2, column: 2 },
    { line: 3, column: 1 },
    { line: 4, column: 1 },
  ]);
});
