import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { frameworkTask } from '../../../test/support/node-images.ts';
import { type FrameworkRun, runFramework } from '../../../test/support/run-framework.ts';
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

async function run(files: FrameworkRun) {
  const ended = await runFramework({ sandbox: engine.sandbox, image }, vitestRunner, files);
  const report = ended.report;
  if (report === null || typeof report === 'string')
    return { ...ended, outcomes: null, files: null, violations: null, report: report };
  const outcomes = Object.fromEntries(report.tests.map((test) => [test.name.join(' > '), test.outcome]));
  return { ...ended, outcomes, files: report.files, violations: report.violations };
}

it('explore', async () => {
  const ended = await run({
    candidate: {
      'src/add.ts': 'export const add = (a: number, b: number): number => a + b;',
      'src/legacy.cjs': 'module.exports = { twice: (n) => 2 * n };',
      'vitest.config.ts': 'throw new Error("config of the candidate")',
      'vite.config.ts': 'throw new Error("config of the candidate")',
      'vitest.workspace.ts': 'throw new Error("config of the candidate")',
      'postcss.config.js': 'throw new Error("config of the candidate")',
      '.env': 'NODE_OPTIONS=--require=/app/evil.js\nVITE_X=1\n',
    },
    tests: {
      'test/a.test.ts': `
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { add } from '../src/add';
import legacy from '../src/legacy.cjs';
describe('outer', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  describe('inner', () => {
    it('adds', () => expect(add(1, 2)).toBe(3));
    it('fails', () => expect(add(1, 2)).toBe(4));
    it('waits', async () => { const p = new Promise((r) => setTimeout(r, 60_000)); vi.advanceTimersByTime(60_000); await p; });
    it.skip('skips', () => {});
    it.todo('later');
  });
});
it.each([1, 2])('each %i', (n: number) => { expect(legacy.twice(n)).toBe(2 * n); });
it('snapshot', () => { expect({ a: add(1, 1) }).toMatchSnapshot(); });
it('wrong snapshot', () => { expect({ a: add(1, 2) }).toMatchSnapshot(); });
it('new snapshot', () => { expect({ a: add(1, 2) }).toMatchSnapshot(); });
it('inline', () => { expect({ a: 1 }).toMatchInlineSnapshot(\`
  {
    "a": 1,
  }
\`); expect([1]).toMatchInlineSnapshot('[1]') });
it('env', () => { expect(import.meta.env.VITE_X).toBe(undefined); expect(process.env.NODE_OPTIONS).toBe(undefined); });
it('equal', () => {
  expect({ a: [1, { b: new Date(0) }], s: new Set([1]), m: new Map([[1, { x: 1 }]]) }).toEqual({ a: [1, { b: new Date(0) }], s: new Set([1]), m: new Map([[1, { x: 1 }]]) });
  expect({ a: 1, b: 'x' }).toEqual({ a: expect.any(Number), b: expect.stringContaining('x') });
  expect(new URLSearchParams('a=1')).toEqual(new URLSearchParams('a=1'));
  expect(new Proxy({ a: { b: 1 } }, {})).toEqual({ a: { b: 1 } });
  expect({ get a() { return { b: 1 } } }).toEqual({ a: { b: 1 } });
  expect(function* () { yield 1; yield { a: 1 } }()).toEqual(function* () { yield 1; yield { a: 1 } }());
  const fn = vi.fn((x) => ({ x })); fn({ a: 1 });
  expect(fn).toHaveBeenCalledWith({ a: 1 });
  expect(fn).toHaveReturnedWith({ x: { a: 1 } });
  expect(() => { throw new TypeError('no way') }).toThrow('no');
  expect(() => { throw new TypeError('no way') }).toThrow(TypeError);
  expect(() => { throw new TypeError('no way') }).toThrow(new TypeError('no way'));
  expect([{ a: 1 }]).toContainEqual({ a: 1 });
});
`,
      'test/broken.test.ts': 'import "../src/missing"; import { it } from "vitest"; it("x", () => {});',
      'test/syntax.test.ts': 'it("x", () => {',
      'test/none.test.ts': 'export {}',
      'test/__snapshots__/a.test.ts.snap':
        '// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html\n\nexports[`snapshot 1`] = `\n{\n  "a": 2,\n}\n`;\n\nexports[`wrong snapshot 1`] = `\n{\n  "a": 9,\n}\n`;\n',
    },
  });
  console.log(
    ended.wallSec,
    ended.exitCode,
    ended.stdout,
    ended.stderr,
    JSON.stringify(ended.report, null, 1),
  );
}, 120000);
