import type { TestFile } from '../../runners/runner.ts';

const code = `export const double = (n) => n * 2;\nexport const join = (...words) => words.join('-');\n`;
const typed = code.replace('(n)', '(n: number): number').replace('...words', '...words: string[]');
const common = code.replaceAll('export const', 'exports.').replaceAll('exports. ', 'exports.');

/** Code under test, beside the test files. */
export const nodeCode: TestFile[] = [
  { path: 'code.mjs', text: code },
  { path: 'code.ts', text: typed },
  { path: 'code.cjs', text: common },
  { path: 'package.json', text: '{ "type": "module" }' },
  {
    path: 'own.mjs',
    text: "import { test } from 'node:test';\nexport const check = (name, fn) => test('own: ' + name, fn);\n",
  },
];

/** Test files for node:test, one for each way in which people write them. */
export const nodeFiles: TestFile[] = [
  {
    path: 'named.test.mjs',
    text: `import assert from 'node:assert';
import { test } from 'node:test';
import { double, join } from './code.mjs';

test('doubles a small number', () => {
  assert.strictEqual(double(4), 8);
});

test('joins two words with a dash', () => {
  const words = ['a', 'b'];
  assert.equal(join(...words), 'a-b');
});

test('fails for a known reason', () => {
  assert.deepStrictEqual(join('a'), 'b');
});
`,
  },
  {
    path: 'groups.test.mjs',
    text: `import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { double } from './code.mjs';

let base;
describe('numbers', () => {
  beforeEach(() => {
    base = 3;
  });

  it('are doubled once', () => {
    assert.equal(double(base), 6);
  });

  describe('of the "greater" kind', () => {
    it('are doubled as well', () => {
      base += 1000;
      assert.deepEqual({ sum: double(base) }, { sum: 2006 });
    });

    it.skip('are left out', () => {});
  });
});

describe('with a file', () => {
  let file;
  before(() => {
    file = 'opened';
  });
  after(() => {
    file = undefined;
  });
  it('reads what was opened', () => {
    assert.equal(file, 'opened');
  });
});
`,
  },
  {
    path: 'default.test.mjs',
    text: `import { deepEqual, strictEqual as same } from 'node:assert'
import test from 'node:test'
import { double, join } from './code.mjs'

test('doubles negative numbers', () => {
  same(double(-4), -8)
})

test.describe('join', () => {
  test.it('takes three words', async () => {
    const result = await Promise.resolve(join('x', 'y', 'z'))
    same(result, "x-y-z")
  })
  test('gives lists nothing', () => { deepEqual([join()], ['']) })
})
`,
  },
  {
    path: 'strict.test.cjs',
    text: `#!/usr/bin/env node
'use strict';
const assert = require('node:assert');
const { test, describe } = require('node:test');
const { double, join } = require('./code.cjs');

test('has a shebang and doubles', function () {
  assert.strictEqual(double(21), 42);
});

describe('strings', function () {
  test('are joined by one dash', function (t) {
    t.diagnostic('note');
    assert.strictEqual(join('north', 'south'), 'north-south', 'message');
  });
});
`,
  },
  {
    path: 'whole.test.cjs',
    text: `const assert = require('node:assert/strict');
const nt = require('node:test');
const { double } = require('./code.cjs');
nt('is called by the name of the module', () => { assert.equal(double(1), 2) })
nt.describe('everything on one line', () => { nt.it('doubles two', () => { assert.equal(double(2), 4) }); });
`,
  },
  {
    path: 'namespace.test.mjs',
    text: `import * as assert from 'node:assert';
import * as runner from 'node:test';
import { join } from './code.mjs';

runner.suite('A namespace', () => {
  runner.test("joins 'quoted' words", () => {
    assert.deepStrictEqual([join("a'b", 'c')], ["a'b-c"]);
  });
});
`,
  },
  {
    path: 'typed.test.ts',
    text: `import assert from 'node:assert/strict';
import { type TestContext, test as check } from 'node:test';
import { double, join } from './code.ts';

interface Row {
  input: number;
  output: number;
}
const rows: readonly Row[] = [{ input: 1, output: 2 }];

check('doubles every row of the table', async (t: TestContext): Promise<void> => {
  for (const { input, output } of rows) assert.equal(double(input), output satisfies number);
  t.diagnostic(join('a'));
});

check('reads a value', { timeout: 5_000 }, () => {
  const value = join('typed', 'value') as string;
  assert.equal(value!, \`typed-value\`);
});
`.replaceAll('\n', '\r\n'),
  },
];
