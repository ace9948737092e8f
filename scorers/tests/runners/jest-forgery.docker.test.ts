import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { frameworkTask } from '../../../test/support/node-images.ts';
import { type FrameworkRun, runFramework } from '../../../test/support/run-framework.ts';
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

/** Wrong, and every cheat is added to it. */
const wrong = `exports.add = (a, b) => a - b;
exports.list = () => [3];
exports.find = () => ({ id: 0 });
exports.check = () => {};
`;

/** What honest code passes. */
const hidden = (name: string) => `const { add, check, find, list } = require('../src/${name}');
describe('sums', () => {
  it('adds', () => { expect(add(1, 2)).toBe(3); });
  it('lists', () => { expect(list()).toEqual([1, 2, 3]); });
});
it('finds', () => { expect(find()).toMatchObject({ id: 7 }); });
it('refuses', () => { expect(() => check(null)).toThrow('must be given'); });
it('is quick', async () => {
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(performance.now() - start).toBeLessThan(20);
});
`;

const broken = 'broken';
const all = (code: string) => `${code}\n${wrong}`;
const right = `exports.add = () => 3;
exports.list = () => [1, 2, 3];
exports.find = () => ({ id: 7 });
exports.check = () => { throw new Error('must be given'); };
`;
const instead = (code: string) => `${right}\n${code}`;
/** Out of the tests' context, into the process around it. */
const outside = `const outer = process.kill.constructor('return globalThis')();
`;
const state = `const state = () => globalThis[Object.getOwnPropertySymbols(globalThis).find((key) => key.description === 'JEST_STATE_SYMBOL')];
`;

/** By name: code of the candidate, and what is said of it: a violation, or that the file is broken. */
const cheats: Record<string, [string, RegExp | typeof broken]> = {
  exit: [all('process.exit(0);'), broken],
  kill: [all("process.kill(process.pid, 'SIGKILL');"), broken],
  exitLater: [all('afterAll(() => process.reallyExit(0));'), broken],
  globalIt: [all('globalThis.it = globalThis.test = () => {};'), /it was replaced/],
  matchers: [
    all("globalThis[Symbol.for('$$jest-matchers-object')].matchers.toBe = () => ({ pass: true });"),
    /matchers.toBe was replaced/,
  ],
  extend: [
    all("expect.extend({ toBe: () => ({ pass: true, message: () => '' }) });"),
    /matchers.toBe was replaced/,
  ],
  expect: [all('globalThis.expect = () => new Proxy({}, { get: () => () => {} });'), /expect was replaced/],
  objectIs: [all('Object.is = () => true;'), /Object.is was replaced/],
  clocks: [all('performance.now = () => 0; Date.now = () => 0;'), /performance.now was replaced/],
  spied: [all("jest.spyOn(performance, 'now').mockImplementation(() => 0);"), /performance.now was replaced/],
  putBack: [
    all(
      'const { now } = performance; performance.now = () => 0; afterAll(() => { delete performance.now; });',
    ),
    /performance.now was replaced/,
  ],
  matcher: [
    instead(
      "exports.list = () => ({ asymmetricMatch: () => true, $$typeof: Symbol.for('jest.asymmetricMatcher') });",
    ),
    /equality is forged: a received value decides/,
  ],
  func: [
    instead('exports.find = () => ({ id: Object.assign(() => {}, { asymmetricMatch: () => true }) });'),
    /equality is forged: a received value decides/,
  ],
  number: [
    instead(
      "Object.defineProperty(Number.prototype, 'asymmetricMatch', { value: () => true }); exports.find = () => ({ id: 3 });",
    ),
    /equality is forged: a received value decides/,
  ],
  thrown: [
    instead('exports.check = () => { throw { message: { indexOf: () => 0, includes: () => true } }; };'),
    /the message of what was thrown is no text/,
  ],
  errors: [
    all(`${state}afterEach(() => { state().currentlyRunningTest.errors.length = 0; });`),
    /the result of the test adds was changed/,
  ],
  inverted: [
    all(`${state}beforeEach(() => { state().currentlyRunningTest.failing = true; });`),
    /the test adds was replaced/,
  ],
  results: [
    all(`${outside}const { parse } = outer.JSON; outer.JSON.parse = (text) => parse(text);`),
    /JSON.parse was replaced/,
  ],
  message: [
    all(`${outside}outer.process.send({ result: { testResults: [] } }); outer.process.reallyExit(0);`),
    broken,
  ],
  assert: [
    all("const assert = require('node:assert'); assert.equal = () => {};"),
    /node:assert.equal was replaced/,
  ],
};

it('cheats within the process of a test file', { timeout: 240_000 }, async () => {
  const ended = await run({
    candidate: Object.fromEntries(Object.entries(cheats).map(([name, [code]]) => [`src/${name}.js`, code])),
    tests: Object.fromEntries(Object.keys(cheats).map((name) => [`test/${name}.test.js`, hidden(name)])),
    limits: { timeoutSec: 200 },
  });
  const { report } = ended;
  if (report === null || typeof report === 'string')
    throw new Error(`${report}: ${ended.stdout} ${ended.stderr}`);
  const said = Object.keys(cheats).map((name) => {
    const path = `test/${name}.test.js`;
    const file = report.files.find((each) => each.path === path);
    const violations = report.violations.filter((each) => each.startsWith(`${path}: `)).join('\n');
    return [name, file?.loaded === false ? broken : violations];
  });
  expect(Object.fromEntries(said)).toEqual(
    Object.fromEntries(
      Object.entries(cheats).map(([name, [, what]]) => [
        name,
        what === broken ? broken : expect.stringMatching(what),
      ]),
    ),
  );
  expect(report.exitCode).toBe(1);
});

it('cheats on the reporting process', async () => {
  const ended = await run({
    candidate: {
      'src/look.js': `const { readFileSync } = require('node:fs');
const open = (path) => { try { return readFileSync(path).length; } catch (error) { return error.code; } };
exports.look = () => ['environ', 'mem'].map((name) => open('/proc/' + process.ppid + '/' + name));
exports.kill = () => process.kill(process.ppid, 'SIGKILL');
`,
    },
    tests: {
      'test/a.test.js': `const { look, kill } = require('../src/look');
it('looks', () => { process.stdout.write(look().join()); kill(); });
`,
    },
  });
  expect(ended).toMatchObject({ report: null, stdout: expect.stringContaining('EACCES,EACCES') });
  expect(ended.exitCode).not.toBe(0);
});
