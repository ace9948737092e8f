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
  {
    path: 'setup.test.ts',
    text: `import { beforeAll, describe, expect, it } from 'vitest';
import { join } from './code.ts';

describe('opened once', () => {
  let opened = '';
  beforeAll(() => {
    opened = join('open', 'ed');
  });
  it('reads what was opened', () => {
    expect(opened).toBe('open-ed');
  });
});

describe('without any of that', { timeout: 5000 }, () => {
  it('stands in a group with options', () => {
    expect(join('x')).toBe('x');
  });
});

it('stands alone at the end', () => {
  expect(join('y')).toBe('y');
}, 10_000);
`,
  },
  {
    path: 'broken-setup.test.ts',
    text: `import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

describe('a hook that breaks once', () => {
  beforeAll(() => {
    throw new Error('nothing opened');
  });
  it('never begins', () => {
    expect(1 + 1).toBe(2);
  });
});

describe('a hook that breaks each time', () => {
  beforeEach(() => {
    throw new Error('nothing there');
  });
  it('fails before it begins', () => {
    expect(1 + 1).toBe(2);
  });
});

it('is not touched by that', () => {
  expect(2 + 2).toBe(4);
});
`,
  },
  {
    path: 'assert.test.ts',
    text: `import assert from 'node:assert';
import { test } from 'vitest';
import { double } from './code.ts';

test('compares without expect', () => {
  assert.equal(double(3), 6);
  assert.ok(double(1));
});
`,
  },
  {
    path: 'bare.test.ts',
    text: `import { test } from 'vitest';
import { double } from './code.ts';

test('throws what it finds', () => {
  if (double(3) !== 6) throw new Error('not twice');
});
`,
  },
  {
    path: 'chai.test.ts',
    text: `import { expect } from 'chai';
import { describe, it } from 'vitest';
import { double, join } from './code.ts';

describe('chains', function () {
  it('reads like a sentence', function () {
    expect(double(30)).to.equal(60);
  });
  it('goes deep', function () {
    expect([join('a', 'b')]).to.deep.equal(['a-b']);
  });
});
`,
  },
  {
    path: 'view.test.tsx',
    text: `/** @jsxRuntime classic */
/** @jsx h */
import { expect, test } from 'vitest';
import { join } from './code.ts';

const h = <T,>(tag: T, props: Record<string, unknown> | null, ...children: string[]) => ({ tag, ...props, children });

test('draws <b>bold</b> text', () => {
  expect(<b id="x">{join('bold', 'text')}</b>).toEqual({ tag: 'b', id: 'x', children: ['bold-text'] });
});
`,
  },
  {
    path: 'own-test.test.ts',
    text: `import { expect } from 'vitest';
import { test } from './fixtures.ts';

test('takes its test from elsewhere', ({ page }) => {
  expect(page).toBe('page');
});
`,
  },
  {
    path: 'mocked.test.ts',
    text: `import { describe, expect, it, vi } from 'vitest';
import { double } from './code.ts';

vi.mock('./code.ts', () => ({ double: () => 5 }));

describe('mocked code', () => {
  it('gives what the mock gives', () => {
    expect(double(1)).toBe(5);
  });
  it('waits without a clock', async () => {
    vi.useFakeTimers();
    const waited = new Promise((resolve) => setTimeout(resolve, 100_000));
    vi.advanceTimersByTime(100_000);
    await waited;
    vi.useRealTimers();
  });
});
`,
  },
  {
    path: 'required.test.js',
    text: `import { createRequire } from 'node:module';
import { it, expect } from 'vitest';
const require = createRequire(import.meta.url);
const { double } = require('./code.cjs');

it('is JavaScript', () => {
  expect(double(2.5)).toEqual(5);
});
`,
  },
];

/** The same with nothing imported from Vitest; they need its globals. */
export const globalFiles: TestFile[] = [
  {
    path: 'globals.test.ts',
    text: `import { double, join } from './code.ts';

describe('global names', () => {
  it('are just there', () => {
    expect(double(11)).toEqual(22);
  });
  test('of both kinds', () => {
    expect(join('p', 'q')).toBe('p-q');
  });
});
`,
  },
  {
    path: 'only.test.ts',
    text: `describe('marked', () => {
  it.only('is the one to run', () => {
    expect('a'.repeat(3)).toBe('aaa');
  });
  it('is not run', () => {
    expect(1).toBe(2);
  });
});
describe.only('a marked group', () => {
  it('runs in full', () => {
    expect('b'.repeat(2)).toBe('bb');
  });
});
`,
  },
  {
    path: 'asserts.test.js',
    text: `test('uses assert of the framework', () => {
  assert.strictEqual([1, 2].length, 2);
});
`,
  },
];
