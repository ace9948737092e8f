import type { TestFile } from '../../runners/runner.ts';

/** Code under test, beside the test files. */
export const vitestCode: TestFile[] = [
  {
    path: 'code.ts',
    text: `export const double = (n: number): number => n * 2;
export const join = (...words: string[]): string => words.join('-');
export const later = async <T>(value: T): Promise<T> => value;
`,
  },
  { path: 'code.cjs', text: 'exports.double = (n) => n * 2;\n' },
  { path: 'package.json', text: '{ "type": "module" }' },
  {
    path: 'fixtures.ts',
    text: `import { test as base } from 'vitest';
export const test = base.extend<{ page: string }>({ page: async ({}, use) => { await use('page'); } });
`,
  },
];

/** Test files for Vitest, one for each way in which people write them. */
export const vitestFiles: TestFile[] = [
  {
    path: 'imports.test.ts',
    text: `import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { double, join, later } from './code.ts';

describe('double', () => {
  let spy = vi.fn();
  beforeEach(() => {
    spy = vi.fn(double);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('gives twice the number', () => {
    expect(spy(4)).toBe(8);
    expect(spy).toHaveBeenCalledTimes(1);
  });

  it('keeps \`ticks\` and \\'quotes\\' in names', async () => {
    await expect(later(double(5))).resolves.toEqual(10);
  });

  it('fails for a known reason', () => {
    expect(double(1)).toBe(3);
  });
});

describe('join', () => {
  describe('of several words', () => {
    it('puts dashes between', () => {
      expect({ words: [join('a', 'b')] }).toEqual({ words: ['a-b'] });
    });
    it.todo('is written later');
  });
});
`,
  },
  {
    path: 'alias.test.ts',
    text: `import { expect as that, test as spec } from 'vitest'
import { double } from './code.ts'

spec("doubles under another name", () => {
  that(double(7)).toStrictEqual(14)
})

spec("answers in one expression", () => that(double(8)).toBe(16))
spec("waits in one expression", async () => await that(Promise.resolve(9)).resolves.toBe(9))
spec("gives nothing to wait for", () => void double(2))
`,
  },
  {
    path: 'tables.test.ts',
    text: `import { describe, expect, test } from 'vitest';
import { double, join } from './code.ts';

const table = [
  { input: 1, output: 2 },
  { input: 5, output: 10 },
];

test.each(table)('doubles $input', ({ input, output }) => {
  expect(double(input)).toBe(output);
});

test.each([
  ['a', 'b', 'a-b'],
  ['x', 'y', 'x-y'],
] as const)('joins %s and %s', (a, b, all) => {
  expect(join(a, b)).toBe(all);
});

describe.each([1, 2])('with %i', (n) => {
  test('is declared more than once', () => {
    expect(double(n)).toBe(n + n);
  });
});

test.each\`
  a    | b
  \${1} | \${2}
\`('reads a drawn table', ({ a, b }) => {
  expect(double(a)).toBe(b);
});
`,
  },
  {
    path: 'snapshots.test.ts',
    text: `import { expect, test } from 'vitest';
import { join } from './code.ts';

test('keeps a snapshot in its place', () => {
  expect(join('snap', 'shot')).toMatchInlineSnapshot(\`"snap-shot"\`);
});

test('expects one thing', () => {
  expect.assertions(1);
  expect(join('one')).toBe('one');
});

test('finds a wrong snapshot', () => {
  expect(join('wrong')).toMatchInlineSnapshot(\`"right"\`);
});
`,
  },
  {
    path: 'context.test.ts',
    text: `import { test as base, describe, expect } from 'vitest';
import { join } from './code.ts';

const test = base.extend<{ word: string }>({
  word: async ({ task }, use) => {
    await use(task.name.slice(0, 0) + 'fixture');
  },
});

describe('with fixtures', () => {
  test('gets what it asks for', ({ word }) => {
    expect(join(word, 'b')).toBe('fixture-b');
  });
  test('knows its own name', ({ task, expect }) => {
    expect(task.name.length > 0).toBe(true);
  });
  test('leaves itself out', ({ skip }) => {
    skip();
  });
  test.concurrent('runs beside others', async ({ expect }) => {
    expect(join('c')).toBe('c');
  });
});
`,
  },
];
