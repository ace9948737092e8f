import { afterAll, beforeAll, expect, it } from 'vitest';
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

const run = (files: FrameworkRun) => runFramework({ sandbox: engine.sandbox, image }, vitestRunner, files);

/** Wrong, and every cheat is added to it. */
const wrong = `export const add = (a, b) => a - b;
export const list = () => [3];
export const find = () => ({ id: 0 });
export const check = () => {};
`;

/** What honest code passes. */
const hidden = (name: string) => `import { describe, expect, it } from 'vitest';
import { add, check, find, list } from '../src/${name}';
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
const all = (code: string) => code + wrong;
const instead = (code: string) => code;

/** By name: code of the candidate, and what is said of it: a violation, or that the file is broken. */
const cheats: Record<string, [string, RegExp | typeof broken]> = {
  exit: [all('process.exit(0);'), broken],
  reallyExit: [all('process.reallyExit(0);'), broken],
  kill: [all("process.kill(process.pid, 'SIGKILL');"), broken],
  abort: [all('process.abort();'), broken],
  throw: [all("throw new Error('no');"), broken],
  exitLater: [
    all("import { afterAll } from 'vitest'; afterAll(() => process.reallyExit(0));"),
    /did not see the end/,
  ],
  globalIt: [all('globalThis.it = globalThis.test = () => {};'), /it was replaced/],
  chai: [
    all("import { chai } from 'vitest'; chai.Assertion.prototype.toBe = () => {};"),
    /chai.Assertion.prototype.toBe was replaced/,
  ],
  assertion: [
    all("import { chai } from 'vitest'; chai.Assertion.prototype.assert = () => {};"),
    /chai.Assertion.prototype.assert was replaced/,
  ],
  extend: [
    all(
      "import { expect } from 'vitest'; expect.extend({ toBe: () => ({ pass: true, message: () => '' }) });",
    ),
    /toBe was replaced/,
  ],
  objectIs: [all('Object.is = () => true;'), /Object.is was replaced/],
  isArray: [
    all('const { isArray } = Array; Array.isArray = (value) => isArray(value);'),
    /Array.isArray was replaced/,
  ],
  every: [all('Array.prototype.every = () => true;'), /Array.prototype.every was replaced/],
  mapGet: [
    all('const { get } = Map.prototype; Map.prototype.get = function (key) { return get.call(this, key); };'),
    /Map.prototype.get was replaced/,
  ],
  hasOwn: [
    all('Object.prototype.hasOwnProperty = () => true;'),
    /Object.prototype.hasOwnProperty was replaced/,
  ],
  pollution: [
    all("Object.defineProperty(Object.prototype, 'fails', { value: true });"),
    /Object.prototype.fails was added/,
  ],
  clocks: [all('performance.now = () => 0; Date.now = () => 0;'), /performance.now was replaced/],
  date: [all('globalThis.Date = class extends Date { getTime() { return 0; } };'), /Date was replaced/],
  timers: [
    all('const real = setTimeout; globalThis.setTimeout = (f) => real(f, 0);'),
    /setTimeout was replaced/,
  ],
  hrtime: [all('process.hrtime.bigint = () => 0n;'), /process.hrtime.bigint was replaced/],
  putBack: [
    all(`import { afterAll } from 'vitest'; const { now } = performance; performance.now = () => 0;
afterAll(() => { delete performance.now; });`),
    /performance.now was replaced/,
  ],
  matcher: [
    instead(`const always = { asymmetricMatch: () => true, $$typeof: Symbol.for('jest.asymmetricMatcher') };
export const add = () => 3, list = () => always, find = () => ({ id: always }), check = () => { throw new Error('must be given'); };`),
    /equality is forged: a received value decides/,
  ],
  anything: [
    instead(`import { expect } from 'vitest';
export const add = () => 3, list = () => [1, 2, expect.anything()], find = () => ({ id: 7 }), check = () => { throw new Error('must be given'); };`),
    /equality is forged: a received value decides/,
  ],
  getter: [
    instead(`let count = 0; const always = { asymmetricMatch: () => true };
export const add = () => 3, list = () => [1, 2, 3], check = () => { throw new Error('must be given'); };
export const find = () => ({ get id() { return always; } });`),
    /equality is forged: a received value decides/,
  ],
  thrown: [
    instead(`export const add = () => 3, list = () => [1, 2, 3], find = () => ({ id: 7 });
export const check = () => { throw { message: { indexOf: () => 0, includes: () => true } }; };`),
    /the message of what was thrown is no text/,
  ],
  hooks: [
    all(`import { afterEach } from 'vitest';
afterEach(({ task }) => { task.result = { ...task.result, state: 'pass', errors: undefined }; });`),
    /the result of the test adds was changed/,
  ],
  finished: [
    all(`import { beforeEach, onTestFinished } from 'vitest';
beforeEach(({ task, onTestFinished }) => { onTestFinished(() => { task.result.state = 'pass'; task.result.errors = undefined; }); });`),
    /the result of the test adds was changed/,
  ],
  inverted: [
    all("import { beforeEach } from 'vitest'; beforeEach(({ task }) => { task.fails = true; });"),
    /what is expected of the test adds was changed/,
  ],
  messages: [
    all(`import { afterEach } from 'vitest';
const ids = [];
const send = process.send.bind(process);
const forge = () => send({ t: 'q', i: 'x', m: 'onTaskUpdate', a: [ids.map((id) => [id, { state: 'pass' }, {}]), []] });
afterEach(({ task }) => { ids.push(task.id); });
process.on('exit', forge);
setInterval(forge, 1);
`),
    /the result of the test adds was changed on its way/,
  ],
  meta: [
    all(`import { afterAll, beforeEach } from 'vitest'; let file; beforeEach(({ task }) => { file = task.file; });
afterAll(() => { Object.defineProperty(file.meta, 'assay', { get: () => ({ mark: '', found: '', passed: '' }), set() {}, enumerable: true }); });`),
    /the guard did not see the end of its tests/,
  ],
  assert: [
    all("import assert from 'node:assert'; assert.equal = () => {};"),
    /node:assert.equal was replaced/,
  ],
};

it('cheats within the process of a test file', { timeout: 180_000 }, async () => {
  const ended = await run({
    candidate: Object.fromEntries(Object.entries(cheats).map(([name, [code]]) => [`src/${name}.ts`, code])),
    tests: Object.fromEntries(Object.keys(cheats).map((name) => [`test/${name}.test.ts`, hidden(name)])),
    limits: { timeoutSec: 150 },
  });
  const { report } = ended;
  if (report === null || typeof report === 'string')
    throw new Error(`${report}: ${ended.stdout} ${ended.stderr}`);
  const said = Object.keys(cheats).map((name) => {
    const path = `test/${name}.test.ts`;
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

it('cheats on other processes', { timeout: 120_000 }, async () => {
  const ended = await run({
    candidate: {
      'src/find.ts': `import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';

const say = (text) => process.stdout.write(text + '\\n');
const open = (path) => { try { return readFileSync(path); } catch (error) { return error.code; } };
export async function look() {
  // The reporting process is closed to its own user.
  for (const name of ['environ', 'mem', 'maps', 'fd/0']) say('parent ' + name + ' ' + open('/proc/' + process.ppid + '/' + name));
  for (const name of ['environ', 'mem']) say('self ' + name + ' ' + open('/proc/self/' + name));
  process.kill(process.ppid, 'SIGUSR1');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await new Promise((resolve) => {
    const socket = connect(9229, '127.0.0.1', () => { say('inspector open'); resolve(socket.destroy()); });
    socket.on('error', () => { say('inspector closed'); resolve(null); });
  });
  try { process.getBuiltinModule('node:v8').getHeapSnapshot(); say('heap open'); } catch (error) { say('heap closed'); }
  // Whatever can be read anywhere.
  const walk = (folder, depth) => {
    let names = [];
    try { names = readdirSync(folder); } catch {}
    for (const name of names) {
      const path = folder + '/' + name;
      let stat = null;
      try { stat = statSync(path); } catch { continue; }
      if (stat.isDirectory() && depth > 0) walk(path, depth - 1);
      else if (stat.isFile() && stat.size < 1e6) say(path + ': ' + open(path));
    }
  };
  for (const folder of ['/opt/assay', '/logs', '/tmp']) walk(folder, 5);
  for (const name of readdirSync('/proc')) if (/^\\d+$/.test(name)) for (const file of ['environ', 'cmdline']) say(open('/proc/' + name + '/' + file));
  // The object graph that the framework hands out.
  const seen = new Set([process, globalThis]);
  const search = (value, depth) => {
    if (typeof value === 'string' && /^[0-9a-f]{32}$/.test(value)) say('MARK ' + value);
    if (value === null || typeof value !== 'object' && typeof value !== 'function' || seen.has(value) || depth === 0) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) { try { search(value[key], depth - 1); } catch {} }
  };
  search(globalThis.__vitest_worker__, 10);
  const script = 'while :; do for f in /logs/verifier/*; do echo forged > "$f"; done; done';
  spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref();
}
`,
    },
    tests: {
      'test/find.test.ts':
        "import { it } from 'vitest'; import { look } from '../src/find'; it('looks', () => look());\n",
    },
  });
  const { stdout, word, report } = ended;
  expect(stdout).toContain(
    'parent environ EACCES\nparent mem EACCES\nparent maps EACCES\nparent fd/0 EACCES\n',
  );
  expect(stdout).toContain('self environ EACCES\nself mem EACCES\n');
  expect(stdout).toContain('inspector closed');
  expect(stdout).toContain('heap closed');
  expect(stdout).toContain('/opt/assay/node/run.json: ');
  // No diff: it would print everything.
  expect(/^MARK [0-9a-f]{32}$/m.test(stdout)).toBe(false);
  expect(stdout.includes(word)).toBe(false);
  // A process that was left behind may destroy the report, never make one.
  if (report !== null && typeof report !== 'string')
    expect(report).toMatchObject({ exitCode: 0, violations: [] });
});

it('code of the workspace that the framework would load itself', async () => {
  const ended = await run({
    candidate: {
      // Claims to be a package that the framework looks for when it meets a style sheet.
      'package.json':
        '{"name": "less", "type": "module", "exports": {".": "./evil.js", "./package.json": "./package.json"}}',
      'evil.js': "import { writeSync } from 'node:fs'; writeSync(1, 'EVIL\\n'); export default {};\n",
      'src/a.less': '.a { color: red; }\n',
    },
    tests: { 'test/a.test.ts': "import { it } from 'vitest'; import '../src/a.less'; it('a', () => {});\n" },
  });
  expect(ended.report).toMatchObject({
    files: [{ loaded: false, message: expect.stringContaining('/app/evil.js') }],
  });
  expect(ended.stdout).not.toContain('EVIL');
});

it('what is installed, changed by one file for the next', async () => {
  const ended = await run({
    candidate: {
      'src/change.ts': `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('node_modules/vitest/dist/workers/forks.js', '// changed');
mkdirSync('node_modules/.cache');
writeFileSync('node_modules/.cache/honest', '');
`,
    },
    tests: {
      'test/a.test.ts': "import { it } from 'vitest'; import '../src/change'; it('a', () => {});\n",
      'test/b.test.ts': "import { it } from 'vitest'; it('b', () => {});\n",
    },
  });
  expect(ended.report).toMatchObject({
    violations: [expect.stringMatching(/^\/app\/node_modules\/vitest.* was changed while the tests ran$/)],
  });
});

it('no report where the reporting process is killed', async () => {
  const ended = await run({
    candidate: { 'src/kill.ts': "process.kill(process.ppid, 'SIGKILL');\n" },
    tests: { 'test/a.test.ts': "import { it } from 'vitest'; import '../src/kill'; it('a', () => {});\n" },
  });
  expect(ended.report).toBe(null);
  expect(ended.exitCode).not.toBe(0);
});

it('output without a measure changes nothing', async () => {
  const ended = await run({
    candidate: {
      'src/loud.ts':
        "const line = 'x'.repeat(99) + '\\n';\nfor (let i = 0; i < 1_000_000; i++) process.stdout.write(line);\n",
    },
    tests: { 'test/a.test.ts': "import { it } from 'vitest'; import '../src/loud'; it('a', () => {});\n" },
  });
  expect(ended.report).toMatchObject({ exitCode: 0, tests: [{ outcome: 'pass' }] });
});
