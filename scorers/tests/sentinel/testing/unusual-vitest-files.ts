import type { TestFile } from '../../runners/runner.ts';

/** Test files for Vitest that are written in less usual ways. */
export const unusualVitestFiles: TestFile[] = [
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

/** Test files with nothing imported from Vitest; they need its globals. */
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
