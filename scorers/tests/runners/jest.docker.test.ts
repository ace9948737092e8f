import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { frameworkTask } from '../../../test/support/node-images.ts';
import { type FrameworkRun, outcomesOf, runFramework } from '../../../test/support/run-framework.ts';
import { jestRunner } from './jest.ts';

let engine: TestEngine;
let image: PreparedImage;

beforeAll(async () => {
  engine = await openTestEngine();
  image = await engine.sandbox.prepare(await frameworkTask('jest'), { user: null });
});

afterAll(async () => {
  await engine?.sandbox.close();
});

const run = (files: FrameworkRun) => runFramework({ sandbox: engine.sandbox, image }, jestRunner, files);

const configOfCandidate = 'throw new Error("a configuration of the candidate was loaded");\n';

describe('honest tests', () => {
  it('run as they are, each with its outcome, and nothing is found tampered with', {
    timeout: 150_000,
  }, async () => {
    const ended = await run({
      limits: { timeoutSec: 120 },
      candidate: {
        'src/add.js': 'exports.add = (a, b) => a + b;\n',
        'src/twice.mjs': 'export const twice = (n) => 2 * n;\n',
        'jest.config.js': configOfCandidate,
        'babel.config.js': configOfCandidate,
        '.babelrc.js': configOfCandidate,
        'package.json': '{"jest": {"setupFiles": ["./evil.js"]}}',
        '.env': 'NODE_OPTIONS=--require=/app/evil.js\n',
      },
      tests: {
        'test/kinds.test.js': `const { add } = require('../src/add');
describe('outer', () => {
  describe('inner', () => {
    it('adds', () => { expect(add(1, 2)).toBe(3); });
    it('fails', () => { expect(add(1, 2)).toBe(4); });
    it.skip('is skipped', () => {});
    it.todo('is to be written');
  });
});
it.each([1, 2])('adds %i', (n) => { expect(add(n, n)).toBe(2 * n); });
it.concurrent('waits', async () => { await new Promise((r) => setTimeout(r, 5)); expect(1).toBe(1); });
it.failing('is known to fail', () => { expect(1).toBe(2); });
it('gives a callback', (done) => { setTimeout(done, 1); });
it('sees no environment of the workspace', () => { expect([process.env.NODE_OPTIONS, process.env.CI]).toEqual([undefined, '1']); });
`,
        'test/retried.test.js': `let count = 0;
jest.retryTimes(2);
it('passes when run again', () => { expect(count++).toBe(1); });
`,
        'test/native.test.mjs': `import { expect, it, jest } from '@jest/globals';
import { twice } from '../src/twice.mjs';
it('is a native module', async () => {
  const fn = jest.fn(twice);
  expect(fn(2)).toBe(4);
  expect(fn).toHaveBeenCalledWith(2);
  expect(import.meta.url).toMatch(/native/);
});
`,
        'test/clocks.test.js': `beforeEach(() => { jest.useFakeTimers(); jest.spyOn(Math, 'random').mockReturnValue(0.5); });
afterEach(() => { jest.restoreAllMocks(); });
it('advances', async () => {
  const waited = new Promise((r) => setTimeout(r, 60_000));
  jest.advanceTimersByTime(60_000);
  await waited;
  jest.setSystemTime(0);
  expect([Date.now(), Math.random()]).toEqual([0, 0.5]);
});
it('spies', () => { jest.spyOn(Date, 'now').mockReturnValue(7); expect(Date.now()).toBe(7); });
`,
        'test/faked.test.js': `jest.useFakeTimers();
jest.setSystemTime(7);
it('stays faked', () => { expect(Date.now()).toBe(7); });
`,
        'test/snapshots.test.js': `it('is as before', () => { expect({ a: 2 }).toMatchSnapshot(); });
it('is other', () => { expect({ a: 3 }).toMatchSnapshot(); });
it('is new', () => { expect({ a: 4 }).toMatchSnapshot(); });
it('is inline', () => { expect('b').toMatchInlineSnapshot('"b"'); });
`,
        'test/equal.test.js': `class Shape { #size = 1; constructor(name) { this.name = name; } get size() { return this.#size; } }
jest.mock('../src/add', () => ({ add: jest.fn(() => 7) }));
const { add } = require('../src/add');
it('compares', async () => {
  expect(add(1, 2)).toBe(7);
  expect(add).toHaveBeenCalledWith(1, 2);
  expect({ a: [1, { b: new Date(0) }], s: new Set([1]) }).toEqual({ a: [1, { b: new Date(0) }], s: new Set([1]) });
  expect({ a: 1, b: 'x', c: { d: 1 } }).toEqual({ a: expect.any(Number), b: expect.stringContaining('x'), c: expect.objectContaining({ d: 1 }) });
  expect(new Shape('a')).toStrictEqual(new Shape('a'));
  expect(new Shape('a')).not.toEqual(new Shape('b'));
  expect(new URLSearchParams('a=1')).toEqual(new URLSearchParams('a=1'));
  expect(new Proxy({ a: { b: 1 } }, {})).toEqual({ a: { b: 1 } });
  expect({ get a() { return { b: 1 }; } }).toMatchObject({ a: { b: 1 } });
  expect([{ a: 1 }]).toContainEqual({ a: 1 });
  expect(() => { throw new TypeError('no way'); }).toThrow('no');
  expect(() => { throw new TypeError('no way'); }).toThrow(TypeError);
  await expect(Promise.reject(new Error('late'))).rejects.toThrow(/late/);
  await expect(Promise.resolve({ a: 1 })).resolves.toEqual({ a: 1 });
  expect.extend({ toBeOdd: (n) => ({ pass: n % 2 === 1, message: () => 'even' }) });
  expect(3).toBeOdd();
});
`,
        'test/hook.test.js':
          "afterAll(() => { throw new Error('from a hook'); });\nit('passes', () => {});\n",
        'test/missing.test.js': "require('../src/missing');\n",
        'test/syntax.test.js': "it('x', () => {\n",
        'test/none.test.js': '',
      },
      fixtures: {
        'test/__snapshots__/snapshots.test.js.snap':
          '// Jest Snapshot v1, https://jestjs.io/docs/snapshot-testing\n\nexports[`is as before 1`] = `\n{\n  "a": 2,\n}\n`;\n\nexports[`is other 1`] = `\n{\n  "a": 2,\n}\n`;\n',
      },
    });
    expect(outcomesOf(ended)).toEqual({
      'test/kinds.test.js > outer > inner > adds': 'pass',
      'test/kinds.test.js > outer > inner > fails': 'fail',
      'test/kinds.test.js > outer > inner > is skipped': 'skipped',
      'test/kinds.test.js > outer > inner > is to be written': 'skipped',
      'test/kinds.test.js > adds 1': 'pass',
      'test/kinds.test.js > adds 2': 'pass',
      'test/kinds.test.js > waits': 'pass',
      'test/kinds.test.js > is known to fail': 'pass',
      'test/kinds.test.js > gives a callback': 'pass',
      'test/kinds.test.js > sees no environment of the workspace': 'pass',
      'test/retried.test.js > passes when run again': 'fail',
      'test/native.test.mjs > is a native module': 'pass',
      'test/clocks.test.js > advances': 'pass',
      'test/clocks.test.js > spies': 'pass',
      'test/faked.test.js > stays faked': 'pass',
      'test/snapshots.test.js > is as before': 'pass',
      'test/snapshots.test.js > is other': 'fail',
      'test/snapshots.test.js > is new': 'fail',
      'test/snapshots.test.js > is inline': 'pass',
      'test/equal.test.js > compares': 'pass',
      'test/hook.test.js > passes': 'pass',
      'test/hook.test.js > unhandled error': 'error',
    });
    expect(ended).toMatchObject({ end: 'exited', exitCode: 0 });
    expect(ended.report).toMatchObject({ exitCode: 1, violations: [] });
    if (ended.report === null || typeof ended.report === 'string') throw new Error('unreachable');
    expect(ended.report.files.filter(({ loaded }) => !loaded)).toEqual([
      {
        path: 'test/missing.test.js',
        loaded: false,
        message: expect.stringContaining("Cannot find module '../src/missing'"),
      },
      { path: 'test/syntax.test.js', loaded: false, message: expect.stringContaining('SyntaxError') },
    ]);
  });

  it('run under a configuration of the task', async () => {
    const ended = await run({
      candidate: { 'src/index.ts': 'export const word: string = "hi";\n' },
      tests: {
        'test/config.test.ts': `import { word } from '@/index';
test('is set up', () => { const all: unknown[] = [word, globalThis.isSetUp, globalThis.isSetUpLater]; expect(all).toEqual(['hi', true, true]); });
`,
      },
      beside: {
        'jest.config.js': `module.exports = async () => ({
  transform: { '\\\\.ts$': '/tests/transform.js' },
  moduleNameMapper: { '^@/(.*)$': '<rootDir>/src/$1' },
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['./setup.js'],
  setupFilesAfterEnv: ['./later.js'],
  testMatch: ['nothing'],
  reporters: ['nothing'],
  bail: 1,
});
`,
        'transform.js': `const { stripTypeScriptTypes } = require('node:module');
module.exports = { process: (text) => ({ code: stripTypeScriptTypes(text) }) };
`,
        'setup.js': 'globalThis.isSetUp = true;\n',
        'later.js': 'beforeAll(() => { globalThis.isSetUpLater = true; });\n',
      },
      config: 'jest.config.js',
    });
    expect(outcomesOf(ended)).toEqual({ 'test/config.test.ts > is set up': 'pass' });
    expect(ended.report).toMatchObject({ exitCode: 0, violations: [] });
  });

  it('may replace what they like where the task says so', async () => {
    const tests = { 'test/a.test.js': "it('a', () => { Date.now = () => 0; });\n" };
    expect((await run({ tests, integrity: false })).report).toMatchObject({ exitCode: 0, violations: [] });
    expect((await run({ tests })).report).toMatchObject({
      violations: ['test/a.test.js: Date.now was replaced'],
    });
  });
});

describe('no report is written', () => {
  it('under a configuration that would run in the reporting process', async () => {
    const ended = await run({
      tests: { 'test/a.test.js': '' },
      beside: { 'jest.config.json': '{"globalSetup": "./setup.js"}' },
      config: 'jest.config.json',
    });
    expect(ended).toMatchObject({ report: null, exitCode: 1 });
    expect(ended.stderr).toContain('globalSetup cannot be used');
  });

  it('without the framework', async () => {
    const ended = await runFramework(
      { sandbox: engine.sandbox, image: { ...image, workdir: '/srv' } },
      jestRunner,
      { tests: { 'a.test.js': '' } },
    );
    expect(ended).toMatchObject({ report: null, exitCode: 1 });
    expect(ended.stderr).toContain('jest is installed neither in /srv nor globally');
  });
});
