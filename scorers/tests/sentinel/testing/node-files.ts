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
  {
    path: 'throws.test.mjs',
    text: `import { test } from 'node:test';
import { double } from './code.mjs';

test('throws an error of its own', () => {
  if (double(2) !== 4) throw new Error('not doubled');
});
`,
  },
  {
    path: 'throws.test.cjs',
    text: `const { test } = require('node:test');
const { double } = require('./code.cjs');

test('throws without any library', () => {
  if (double(2) !== 4) throw new Error('not doubled');
});
`,
  },
  {
    path: 'tables.test.mjs',
    text: `import assert from 'node:assert';
import { describe, test } from 'node:test';
import { double, join } from './code.mjs';

const CASES = [
  [1, 2],
  [10, 20],
];

for (const [input, output] of CASES) {
  test(\`doubles \${input} to \${output}\`, () => {
    assert.equal(double(input), output);
  });
}

describe('awaited', async () => {
  for (const word of ['a', 'b']) {
    const twice = join(word, word);
    test(\`joins \${word}\`, async () => {
      const twice2 = await join(word, word);
      assert.equal(twice2, twice);
    });
  }
});
await test('is waited for at the top', async (t) => {
  await t.test('part', () => {});
});
await test('joins at the end', () => assert.equal(join('a', 'b'), 'a-b'));
void test('promises nothing', () => Promise.resolve(double(2)).then((four) => assert.equal(four, 4)));
`,
  },
  {
    path: 'returns.test.mjs',
    text: `import assert from 'node:assert';
import { test } from 'node:test';
import { double } from './code.mjs';

test('returns early for small numbers', function (t) {
  if (double(1) < 10) {
    this.seen = t.name;
    return;
  }
  assert.fail('never');
});

test('returns a promise at its end', () => {
  const four = double(2);
  return Promise.resolve(four).then((value) => assert.equal(value, 4));
});

test('breaks after one step', () => {
  assert.equal(double(2), 5);
  assert.equal(double(3), 6);
});
`,
  },
  {
    path: 'only.test.mjs',
    text: `import assert from 'node:assert';
import { describe, test } from 'node:test';
import { double } from './code.mjs';

test.only('is the only one to run', () => {
  assert.equal(double(3), 6);
});
describe('others', () => {
  test('run as well without a flag', () => {
    assert.equal(double(4), 8);
  });
});
`,
  },
  {
    path: 'wrapped.test.mjs',
    text: `import assert from 'node:assert';
import { check } from './own.mjs';
import { double } from './code.mjs';

check('is declared by a helper', () => {
  assert.equal(double(3), 6);
});
`,
  },
  {
    path: 'dynamic.test.mjs',
    text: `const { test } = await import('node:test');
const assert = (await import('node:assert')).default;
test('loads everything late', () => {
  assert.equal(1 + 1, 2);
});
`,
  },
  {
    path: 'shadowed.test.mjs',
    text: `import assert from 'node:assert';
import { test } from 'node:test';

function each(rows, test) {
  for (const row of rows) test(row);
}
test('calls something else that is named test', () => {
  each([1, 2], (row) => assert.ok(row));
});
`,
  },
  {
    path: 'odd.test.mjs',
    text: `import { test, describe } from 'node:test';
import assert from 'node:assert';
describe(\`template
over lines\`, () => {
  test('in a group of two lines', () => { assert.ok(true) });
});
describe('quick', () => {
  if (process.platform === 'none') return;
  test('after a condition', () => assert.ok(true))
})
test('sees its own lines', () => {
  const line = Number(/:(\\d+):\\d+/.exec(new Error('x').stack.split('\\n')[1])[1]);
  assert.equal(line, 12);
}) // the last line has no end`,
  },
];
