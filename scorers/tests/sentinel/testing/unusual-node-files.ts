import type { TestFile } from '../../runners/runner.ts';

/** Test files for node:test that are written in less usual ways. */
export const unusualNodeFiles: TestFile[] = [
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
