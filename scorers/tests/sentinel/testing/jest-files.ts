import type { TestFile } from '../../runners/runner.ts';

/** Test files for Jest, as it runs them without any transformation but for imports. */
export const jestFiles: TestFile[] = [
  {
    path: 'globals.test.js',
    text: `'use strict';

const { double, join } = require('./code.js');

describe('double', () => {
  let base;
  beforeEach(() => {
    base = 2;
  });

  it('doubles what was set before', () => {
    expect(double(base)).toBe(4);
  });

  it('calls back when it is done', (done) => {
    setTimeout(() => {
      expect(double(1)).toBe(2);
      done();
    }, 1);
  });

  it('fails for a known reason', async () => {
    await expect(Promise.resolve(double(2))).resolves.toBe(5);
  });

  xit('is left out', () => {});
});

test.each([
  ['a', 'b', 'a-b'],
  ['c', 'd', 'c-d'],
])('joins %s and %s', (a, b, all) => {
  expect(join(a, b)).toEqual(all);
});

test('has a time limit of its own', () => {
  expect(join('late')).toBe('late');
}, 2000);
`,
  },
  {
    path: 'functions.test.js',
    text: `const { join } = require('./code.js')

describe("join", function () {
  it("puts a dash between words", function () {
    expect(join("one", "two")).toEqual("one-two")
  })

  it("returns a promise of words", function () {
    return Promise.resolve(join("x")).then((word) => expect(word).toBe("x"))
  })

  describe("in depth", function () {
    it("matches part of an object", function () {
      expect({ words: [join("y", "z")], more: 1 }).toMatchObject({ words: ["y-z"] })
    })
  })
})
`,
  },
  {
    path: 'imported.test.js',
    text: `const { describe, expect, jest: mocks, test: check } = require('@jest/globals');
const { double } = require('./code.js');

describe('with a mock', () => {
  check('counts its calls', () => {
    const spy = mocks.fn(double);
    expect([1, 2].map((n) => spy(n))).toStrictEqual([2, 4]);
    expect(spy.mock.calls.length).toBe(2);
  });
});
`,
  },
  {
    path: 'asserts.test.js',
    text: `const assert = require('assert');
const { double } = require('./code.js');

test('compares with assert', () => {
  assert.deepEqual({ n: double(5) }, { n: 10 });
});
test('throws by itself', () => {
  if (double(6) !== 12) throw new Error('no');
});
`,
  },
  {
    path: 'broken-setup.test.js',
    text: `describe('breaks once', () => {
  beforeAll(() => {
    throw new Error('no file');
  });
  test('never begins', () => {
    expect(1 + 1).toBe(2);
  });
});
describe('works', () => {
  test('adds numbers up', () => {
    expect([1, 2].reduce((a, b) => a + b)).toBe(3);
  });
});
`,
  },
  {
    path: 'broken-top.test.js',
    text: `beforeEach(() => {
  throw new Error('nothing works');
});
test('cannot work', () => {
  expect(1 + 1).toBe(2);
});
describe('all of it', () => {
  test('cannot work either', () => {
    expect(2 + 2).toBe(4);
  });
});
`,
  },
  {
    path: 'only.test.js',
    text: `fit('is the one that runs', () => {
  expect('ab'.length).toBe(2);
});
test('is not run', () => {
  expect('ab'.length).toBe(3);
});
`,
  },
];
