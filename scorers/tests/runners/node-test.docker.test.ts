import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeTestTask,
  openTestEngine,
  outputText,
  type TestEngine,
} from '../../../harness/sandbox/docker-testing.ts';
import type { PreparedImage } from '../../../harness/sandbox/sandbox.ts';
import { type FrameworkRun, outcomesOf, runFramework } from '../../../test/support/run-framework.ts';
import { nodeTestRunner } from './node-test.ts';

let engine: TestEngine;
let image: PreparedImage;

beforeAll(async () => {
  engine = await openTestEngine();
  const task = await makeTestTask({ Dockerfile: 'FROM node:24-bookworm-slim\nWORKDIR /app\n' });
  image = await engine.sandbox.prepare(task, { user: null });
  await task.remove();
});

afterAll(async () => {
  await engine?.sandbox.close();
});

const run = (files: FrameworkRun) => runFramework({ sandbox: engine.sandbox, image }, nodeTestRunner, files);

describe('honest tests', () => {
  it('run as they are, each with its outcome, and nothing is found tampered with', async () => {
    const ended = await run({
      candidate: {
        'src/add.ts': 'export const add = (a: number, b: number): number => a + b;\n',
        'src/legacy.cjs': 'exports.twice = (n) => 2 * n;\n',
        'package.json': '{"type": "module"}',
      },
      tests: {
        'test/kinds.test.ts': `import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { add } from '../src/add.ts';
describe('outer', () => {
  describe('inner', () => {
    it('adds', (): void => { assert.equal(add(1, 2), 3); });
    it('fails', () => { assert.equal(add(1, 2), 4); });
    it.skip('is skipped', () => {});
    it('skips itself', (t) => t.skip());
    it.todo('is to be written');
  });
  it('is last', async () => { await new Promise((resolve) => setTimeout(resolve, 5)); });
});
for (const n of [1, 2]) test('adds ' + n, () => { assert.deepEqual({ n: add(n, n) }, { n: 2 * n }); });
test('parent', async (t) => {
  await t.test('child', () => {});
  await t.test('bad child', () => { throw new Error('bad'); });
});
test('takes too long', { timeout: 50 }, () => new Promise((resolve) => setTimeout(resolve, 200)));
describe('hooked', { concurrency: true }, () => { it('a', () => {}); it('b', () => {}); });
`,
        'test/legacy.test.cjs': `const test = require('node:test');
const assert = require('node:assert');
const { twice } = require('../src/legacy.cjs');
test('doubles', () => { assert.strictEqual(twice(2), 4); });
`,
        'test/clocks.test.js': `import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 0 });
test('advances', async () => {
  let called = false;
  setTimeout(() => { called = true; }, 60_000);
  mock.timers.tick(60_000);
  assert.deepEqual([called, Date.now()], [true, 60_000]);
});
test('spies', (t) => { t.mock.method(Math, 'random', () => 0.5); assert.equal(Math.random(), 0.5); });
`,
        'test/hook.test.js': `import { before, describe, it } from 'node:test';
describe('group', () => { before(() => { throw new Error('from a hook'); }); it('never runs', () => {}); });
`,
        'test/late.test.js': `import test from 'node:test';
test('passes', () => { setTimeout(() => { throw new Error('too late'); }, 10); });
test('waits', () => new Promise((resolve) => setTimeout(resolve, 100)));
`,
        'test/missing.test.js': "import '../src/missing.js';\n",
        'test/syntax.test.ts': 'const a: = 1;\n',
        'test/throws.test.cjs': "throw new Error('while it is loaded');\n",
        'test/none.test.cjs': '',
      },
    });
    expect(outcomesOf(ended)).toEqual({
      'test/kinds.test.ts > outer > inner > adds': 'pass',
      'test/kinds.test.ts > outer > inner > fails': 'fail',
      'test/kinds.test.ts > outer > inner > is skipped': 'skipped',
      'test/kinds.test.ts > outer > inner > skips itself': 'skipped',
      'test/kinds.test.ts > outer > inner > is to be written': 'skipped',
      'test/kinds.test.ts > outer > is last': 'pass',
      'test/kinds.test.ts > adds 1': 'pass',
      'test/kinds.test.ts > adds 2': 'pass',
      'test/kinds.test.ts > parent > child': 'pass',
      'test/kinds.test.ts > parent > bad child': 'fail',
      'test/kinds.test.ts > parent': 'fail',
      'test/kinds.test.ts > takes too long': 'fail',
      'test/kinds.test.ts > hooked > a': 'pass',
      'test/kinds.test.ts > hooked > b': 'pass',
      'test/legacy.test.cjs > doubles': 'pass',
      'test/clocks.test.js > advances': 'pass',
      'test/clocks.test.js > spies': 'pass',
      'test/hook.test.js > group > never runs': 'fail',
      'test/hook.test.js > group': 'error',
      'test/late.test.js > passes': 'pass',
      'test/late.test.js > waits': 'pass',
      'test/late.test.js > its process': 'error',
    });
    expect(ended).toMatchObject({ end: 'exited', exitCode: 0, report: { exitCode: 1, violations: [] } });
    if (ended.report === null || typeof ended.report === 'string') throw new Error('unreachable');
    expect(ended.report.files.filter(({ loaded }) => !loaded)).toEqual([
      { path: 'test/missing.test.js', loaded: false, message: expect.stringContaining('src/missing.js') },
      { path: 'test/syntax.test.ts', loaded: false, message: expect.stringContaining('SyntaxError') },
      { path: 'test/throws.test.cjs', loaded: false, message: expect.stringContaining('while it is loaded') },
    ]);
  });

  it('may replace what they like where the task says so', async () => {
    const tests = {
      'test/a.test.mjs': "import test from 'node:test'; test('a', () => { Date.now = () => 0; });\n",
      'test/none.test.mjs': '',
    };
    expect((await run({ tests, integrity: false })).report).toMatchObject({
      exitCode: 0,
      violations: [],
      files: [{ loaded: true }, { loaded: true }],
    });
    expect((await run({ tests })).report).toMatchObject({
      violations: ['test/a.test.mjs: Date.now was replaced'],
    });
  });
});

describe('the node that runs', () => {
  it('is never one of the workspace, whatever comes first in PATH', async () => {
    const fake = '#!/bin/sh\necho the fake node ran\nexit 0\n';
    const ended = await run({
      candidate: { 'bin/node': fake, 'bin/readlink': fake, 'bin/env': fake },
      tests: { 'test/a.test.mjs': "import test from 'node:test'; test('a', () => {});\n" },
      env: { PATH: '/app/bin:bin:/usr/local/bin:/usr/bin:/bin', NODE_OPTIONS: '--require=/app/bin/node' },
    });
    expect(ended.report).toMatchObject({ exitCode: 0, tests: [{ outcome: 'pass' }] });
    expect(ended.stdout).not.toContain('fake');
  });

  it('has to be there', async () => {
    const result = await engine.sandbox.run(
      engine.request('', {
        image: image.ref,
        workdir: '/app',
        command: ['/bin/sh', '-c', 'rm /usr/local/bin/node; cd /app; exec /bin/sh /start.sh /app x.mjs'],
        user: { uid: 0, gid: 0 },
        files: await startScript(),
      }),
    );
    expect(result.exitCode).toBe(127);
    expect(outputText(result.stderr)).toContain('the image has no node outside of the workspace');
  });
});

/** Only the script that looks for Node. */
async function startScript() {
  const { packLayer } = await import('../../../harness/sandbox/layer.ts');
  const plan = await nodeTestRunner.plan({
    workdir: '/app',
    user: { uid: 0, gid: 0 },
    files: ['a'],
    config: null,
    integrity: true,
  });
  const script = plan.entries.find(({ path }) => path.endsWith('/start.sh'));
  if (script === undefined) throw new Error('there is no start.sh');
  return packLayer([{ ...script, path: '/start.sh' }]);
}

/** Wrong, and every cheat is added to it. */
const wrong = `export const add = (a, b) => a - b;
export const list = () => [3];
`;

/** What honest code passes. */
const hidden = (name: string) => `import assert from 'node:assert';
import { describe, it } from 'node:test';
import { add, list } from '../src/${name}.mjs';
describe('sums', () => {
  it('adds', () => { assert.equal(add(1, 2), 3); });
  it('lists', () => { assert.deepEqual(list(), [1, 2, 3]); });
});
`;

const broken = 'broken';
const all = (code: string) => `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
${code}
${wrong}`;
const guardFile = '/opt/assay/node/node-test-guard.mjs';

/** By name: code of the candidate, and what is said of it: a violation, or that the file is broken. */
const cheats: Record<string, [string, RegExp | typeof broken]> = {
  exit: [all('process.exit(0);'), broken],
  reallyExit: [all('process.reallyExit(0);'), broken],
  kill: [all("process.kill(process.pid, 'SIGKILL');"), broken],
  throw: [all("throw new Error('no');"), broken],
  exitLater: [all('setTimeout(() => process.exit(0), 0);'), broken],
  execve: [all("process.execve?.('/bin/true', ['true'], {}); process.exit(0);"), broken],
  assert: [
    all("const assert = require('node:assert'); assert.equal = () => {};"),
    /node:assert.equal was replaced/,
  ],
  synced: [
    all("require('node:test').it = () => {}; require('node:module').syncBuiltinESMExports();"),
    /node:test.it was replaced/,
  ],
  objectIs: [all('Object.is = () => true;'), /Object.is was replaced/],
  clocks: [all('performance.now = () => 0; Date.now = () => 0;'), /performance.now was replaced/],
  putBack: [
    all("const { now } = Date; Date.now = () => 0; process.on('exit', () => { Date.now = now; });"),
    /Date.now was replaced/,
  ],
  load: [
    all(
      "const Module = require('node:module'); const load = Module._load; Module._load = (...args) => load(...args);",
    ),
    /node:module._load was replaced/,
  ],
  stream: [
    all(
      "const { Readable } = require('node:stream'); const { push } = Readable.prototype; Readable.prototype.push = function (x) { return push.call(this, x); };",
    ),
    /stream.Readable.prototype.push was replaced/,
  ],
  channel: [all("require('node:fs').writeSync(3, JSON.stringify({ type: 'pass' }) + '\\n');"), broken],
  closed: [all("require('node:fs').closeSync(3);"), broken],
  reporter: [
    all(`const { default: report } = await import('${guardFile}');
async function* source() { yield { type: 'test:pass', data: { name: 'adds', nesting: 0, details: {} } }; }
for await (const _ of report(source())) {}`),
    /reporter was replaced/,
  ],
  listeners: [all("process.removeAllListeners('exit');"), /the guard did not see the end/],
  heap: [all("require('node:v8').writeHeapSnapshot('/tmp/heap');"), broken],
  inspector: [all("new (require('node:inspector').Session)();"), broken],
};

describe('cheats', () => {
  it('within the process of a test file', { timeout: 180_000 }, async () => {
    const ended = await run({
      candidate: Object.fromEntries(
        Object.entries(cheats).map(([name, [code]]) => [`src/${name}.mjs`, code]),
      ),
      tests: Object.fromEntries(Object.keys(cheats).map((name) => [`test/${name}.test.mjs`, hidden(name)])),
      limits: { timeoutSec: 150 },
    });
    const { report } = ended;
    if (report === null || typeof report === 'string')
      throw new Error(`${report}: ${ended.stdout} ${ended.stderr}`);
    const said = Object.keys(cheats).map((name) => {
      const path = `test/${name}.test.mjs`;
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

  it('on the reporting process, and one that stays behind', async () => {
    const ended = await run({
      candidate: {
        'src/look.mjs': `import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
const open = (path) => { try { return readFileSync(path).length; } catch (error) { return error.code; } };
process.stdout.write(['environ', 'mem'].map((name) => open('/proc/' + process.ppid + '/' + name)).join());
// Holds the other end of the channel for results.
spawn('/bin/sleep', ['1000'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 3] }).unref();
`,
      },
      tests: {
        'test/a.test.mjs': "import test from 'node:test'; import '../src/look.mjs'; test('a', () => {});\n",
      },
    });
    expect(ended.stdout).toContain('EACCES,EACCES');
    expect(ended).toMatchObject({ end: 'exited', report: { exitCode: 0, tests: [{ outcome: 'pass' }] } });
  });
});
