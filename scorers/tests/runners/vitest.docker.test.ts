import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { frameworkTask } from '../../../test/support/node-images.ts';
import { type FrameworkRun, outcomesOf, runFramework } from '../../../test/support/run-framework.ts';
import { vitestRunner } from './vitest.ts';

let engine: TestEngine;
let image: PreparedImage;

beforeAll(async () => {
  engine = await openTestEngine();
  image = await engine.sandbox.prepare(await frameworkTask('vitest'), { user: null });
});

afterAll(async () => {
  await engine?.sandbox.close();
});

const run = (files: FrameworkRun) => runFramework({ sandbox: engine.sandbox, image }, vitestRunner, files);

const source = {
  'src/add.ts': 'export const add = (a: number, b: number): number => a + b;\n',
  'src/legacy.cjs': 'module.exports = { twice: (n) => 2 * n };\n',
};

const configOfCandidate = 'throw new Error("a configuration of the candidate was loaded");\n';

describe('honest tests', () => {
  it('run as they are, each with its outcome, and nothing is found tampered with', {
    timeout: 150_000,
  }, async () => {
    const ended = await run({
      limits: { timeoutSec: 120 },
      candidate: {
        ...source,
        'vitest.config.ts': configOfCandidate,
        'vite.config.ts': configOfCandidate,
        'vitest.workspace.ts': configOfCandidate,
        'postcss.config.cjs': configOfCandidate,
        '.env': 'NODE_OPTIONS=--require=/app/evil.cjs\nVITE_FROM_ENV=1\n',
        'package.json': '{"type": "module", "vitest": {"setupFiles": ["./evil.ts"]}}',
      },
      tests: {
        'test/kinds.test.ts': `import { describe, expect, it } from 'vitest';
import { add } from '../src/add';
import legacy from '../src/legacy.cjs';
describe('outer', () => {
  describe('inner', () => {
    it('adds', () => { expect(add(1, 2)).toBe(3); });
    it('fails', () => { expect(add(1, 2)).toBe(4); });
    it.skip('is skipped', () => {});
    it.todo('is to be written');
  });
});
it.each([1, 2])('doubles %i', (n: number) => { expect(legacy.twice(n)).toBe(2 * n); });
it.concurrent('waits', async ({ expect }) => { await new Promise((r) => setTimeout(r, 5)); expect(1).toBe(1); });
it.fails('is known to fail', () => { expect(1).toBe(2); });
it('passes when run again', { retry: 1 }, ({ task }) => { expect(task.result.retryCount).toBe(1); });
it('sees no environment of the workspace', () => {
  expect([import.meta.env.VITE_FROM_ENV, process.env.NODE_OPTIONS, process.env.CI]).toEqual([undefined, undefined, '1']);
});
`,
        'test/clocks.test.ts': `import { afterEach, beforeEach, expect, it, vi } from 'vitest';
beforeEach(() => { vi.useFakeTimers(); vi.spyOn(Math, 'random').mockReturnValue(0.5); });
afterEach(() => { vi.restoreAllMocks(); });
it('advances', async () => {
  const waited = new Promise((r) => setTimeout(r, 60_000));
  vi.advanceTimersByTime(60_000);
  await waited;
  vi.setSystemTime(0);
  expect([Date.now(), Math.random()]).toEqual([0, 0.5]);
});
it('spies', () => { vi.spyOn(Date, 'now').mockReturnValue(7); expect(Date.now()).toBe(7); });
`,
        'test/faked.test.ts': `import { expect, it, vi } from 'vitest';
vi.useFakeTimers();
vi.setSystemTime(7);
it('stays faked', () => { expect(Date.now()).toBe(7); });
`,
        'test/mocked.test.ts': `import { expect, it, vi } from 'vitest';
vi.setSystemTime(7);
it('stays mocked', () => { expect(new Date().getTime()).toBe(7); });
`,
        'test/late.test.ts': `import { it } from 'vitest';
it('passes', () => { setTimeout(() => { throw new Error('too late'); }, 5); });
it('waits', () => new Promise((resolve) => setTimeout(resolve, 100)));
`,
        'test/snapshots.test.ts': `import { expect, it } from 'vitest';
it('is as before', () => { expect({ a: 2 }).toMatchSnapshot(); });
it('is other', () => { expect({ a: 3 }).toMatchSnapshot(); });
it('is new', () => { expect({ a: 4 }).toMatchSnapshot(); });
it('is inline', () => {
  expect({ a: 1 }).toMatchInlineSnapshot(\`
    {
      "a": 1,
    }
  \`);
  expect('b').toMatchInlineSnapshot('"b"');
});
`,
        'test/equal.test.ts': `import { expect, it, vi } from 'vitest';
class Shape { #size = 1; constructor(public name: string) {} get size() { return this.#size; } }
it('compares', async () => {
  expect({ a: [1, { b: new Date(0) }], s: new Set([1]) }).toEqual({ a: [1, { b: new Date(0) }], s: new Set([1]) });
  expect({ a: 1, b: 'x', c: { d: 1 } }).toEqual({ a: expect.any(Number), b: expect.stringContaining('x'), c: expect.objectContaining({ d: 1 }) });
  expect(new Shape('a')).toStrictEqual(new Shape('a'));
  expect(new Shape('a')).not.toEqual(new Shape('b'));
  expect(new URLSearchParams('a=1')).toEqual(new URLSearchParams('a=1'));
  expect(new Proxy({ a: { b: 1 } }, {})).toEqual({ a: { b: 1 } });
  expect({ get a() { return { b: 1 }; } }).toMatchObject({ a: { b: 1 } });
  expect([{ a: 1 }]).toContainEqual({ a: 1 });
  expect('abc').toMatch(/b/);
  expect(() => { throw new TypeError('no way'); }).toThrow('no');
  expect(() => { throw new TypeError('no way'); }).toThrow(TypeError);
  await expect(Promise.reject(new Error('late'))).rejects.toThrow(/late/);
  await expect(Promise.resolve({ a: 1 })).resolves.toEqual({ a: 1 });
  await expect.poll(() => ({ a: 1 })).toEqual({ a: 1 });
  const fn = vi.fn((x) => ({ x }));
  fn({ a: 1 });
  expect(fn).toHaveBeenCalledWith({ a: 1 });
  expect(fn).toHaveReturnedWith({ x: { a: 1 } });
  expect.extend({ toBeOdd: (n) => ({ pass: n % 2 === 1, message: () => 'even' }) });
  expect(3).toBeOdd();
});
`,
        'test/none.test.ts': 'export {};\n',
        'test/missing.test.ts': 'import "../src/missing";\n',
        'test/syntax.test.ts': 'it("x", () => {\n',
      },
      fixtures: {
        'test/__snapshots__/snapshots.test.ts.snap':
          '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`is as before 1`] = `\n{\n  "a": 2,\n}\n`;\n\nexports[`is other 1`] = `\n{\n  "a": 2,\n}\n`;\n',
      },
    });
    expect(outcomesOf(ended)).toEqual({
      'test/kinds.test.ts > outer > inner > adds': 'pass',
      'test/kinds.test.ts > outer > inner > fails': 'fail',
      'test/kinds.test.ts > outer > inner > is skipped': 'skipped',
      'test/kinds.test.ts > outer > inner > is to be written': 'skipped',
      'test/kinds.test.ts > doubles 1': 'pass',
      'test/kinds.test.ts > doubles 2': 'pass',
      'test/kinds.test.ts > waits': 'pass',
      'test/kinds.test.ts > is known to fail': 'pass',
      'test/kinds.test.ts > passes when run again': 'fail',
      'test/kinds.test.ts > sees no environment of the workspace': 'pass',
      'test/clocks.test.ts > advances': 'pass',
      'test/clocks.test.ts > spies': 'pass',
      'test/faked.test.ts > stays faked': 'pass',
      'test/mocked.test.ts > stays mocked': 'pass',
      'test/late.test.ts > passes': 'pass',
      'test/late.test.ts > waits': 'pass',
      'test/late.test.ts > unhandled error': 'error',
      'test/snapshots.test.ts > is as before': 'pass',
      'test/snapshots.test.ts > is other': 'fail',
      'test/snapshots.test.ts > is new': 'fail',
      'test/snapshots.test.ts > is inline': 'pass',
      'test/equal.test.ts > compares': 'pass',
    });
    expect(ended).toMatchObject({ end: 'exited', exitCode: 0, stderr: '' });
    expect(ended.report).toMatchObject({
      exitCode: 1,
      violations: [],
      files: [
        { path: 'test/kinds.test.ts', loaded: true },
        { path: 'test/clocks.test.ts', loaded: true },
        { path: 'test/faked.test.ts', loaded: true },
        { path: 'test/mocked.test.ts', loaded: true },
        { path: 'test/late.test.ts', loaded: true },
        { path: 'test/snapshots.test.ts', loaded: true },
        { path: 'test/equal.test.ts', loaded: true },
        { path: 'test/none.test.ts', loaded: true },
        { path: 'test/missing.test.ts', loaded: false, message: expect.stringContaining('../src/missing') },
        { path: 'test/syntax.test.ts', loaded: false, message: expect.stringContaining('Expected `}`') },
      ],
    });
  });

  it('run under a configuration of the task', async () => {
    const ended = await run({
      candidate: { 'src/index.ts': 'export const word: string = __WORD__;\n' },
      tests: {
        'test/config.test.ts': `import { word } from '@/index';
test('is defined', () => { expect([word, globalThis.isSetUp]).toEqual(['hi', true]); });
`,
      },
      beside: {
        'vitest.config.ts': `import { defineConfig } from 'vitest/config';
const word: string = 'hi';
export default defineConfig(() => ({
  define: { __WORD__: JSON.stringify(word) },
  resolve: { alias: { '@': '/app/src' } },
  test: { globals: true, setupFiles: './setup.ts', retry: 5, reporters: ['json'], include: ['nothing'] },
}));
`,
        'setup.ts': 'globalThis.isSetUp = true;\n',
      },
      config: 'vitest.config.ts',
    });
    expect(outcomesOf(ended)).toEqual({ 'test/config.test.ts > is defined': 'pass' });
    expect(ended.report).toMatchObject({ exitCode: 0, violations: [] });
  });

  it('may replace what they like where the task says so', async () => {
    const tests = {
      'test/a.test.ts': 'import { it } from "vitest"; it("a", () => { Date.now = () => 0; });\n',
    };
    expect((await run({ tests, integrity: false })).report).toMatchObject({ exitCode: 0, violations: [] });
    expect((await run({ tests })).report).toMatchObject({
      violations: ['test/a.test.ts: Date.now was replaced'],
    });
  });
});

describe('no report is written', () => {
  it('under a configuration that would run in the reporting process', async () => {
    const ended = await run({
      tests: { 'test/a.test.ts': '' },
      beside: { 'vitest.config.mjs': 'export default { test: { globalSetup: "./setup.ts" } };\n' },
      config: 'vitest.config.mjs',
    });
    expect(ended).toMatchObject({ report: null, exitCode: 1 });
    expect(ended.stderr).toContain('test.globalSetup cannot be used');
  });

  it('without the framework', async () => {
    const ended = await runFramework(
      { sandbox: engine.sandbox, image: { ...image, workdir: '/srv' } },
      vitestRunner,
      { tests: { 'a.test.ts': '' } },
    );
    expect(ended).toMatchObject({ report: null, exitCode: 1 });
    expect(ended.stderr).toContain('vitest is installed neither in /srv nor globally');
  });
});
