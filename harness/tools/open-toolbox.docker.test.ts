import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBaseImage } from '../sandbox/base-images.ts';
import { openTestEngine, outputText, type TestEngine } from '../sandbox/docker-testing.ts';
import { openToolbox } from './open-toolbox.ts';
import { pinOf } from './pins.ts';
import type { InstalledTool } from './toolbox.ts';

const tools = '/opt/assay/tools';
const node = `${tools}/node/bin/node`;
const python = (mount: string, code: string) =>
  `python3 -I -c 'import sys; sys.path.insert(0, "${tools}/${mount}"); ${code}'`;

/** Each prints the version of its tool. */
const native: Readonly<Record<string, string>> = {
  node: `${node} --version`,
  typescript: `${tools}/typescript/bin/tsc --version`,
  biome: `${tools}/biome/bin/biome --version`,
  'ast-grep': `${tools}/ast-grep/bin/ast-grep --version`,
  eslint: `${node} ${tools}/eslint/node_modules/eslint/bin/eslint.js --version`,
  ruff: `${tools}/ruff/bin/ruff --version`,
};
const interpreted: Readonly<Record<string, string>> = {
  mypy: python(
    'mypy',
    'sys.argv = ["mypy", "--version"]; from mypy.__main__ import console_entry; console_entry()',
  ),
  hypothesis: python('hypothesis', 'import hypothesis; print(hypothesis.__version__)'),
};

let engine: TestEngine;
let installed: Map<string, InstalledTool>;

beforeAll(async () => {
  engine = await openTestEngine();
  // The cache of this user: a machine installs a tool once, whichever test or run is the first to need it.
  const toolbox = openToolbox();
  const names = [...Object.keys(native), ...Object.keys(interpreted)];
  installed = new Map(await Promise.all(names.map(async (name) => [name, await toolbox.get(name)] as const)));
});
afterAll(() => engine?.sandbox.close());

async function run(image: string, script: string) {
  const mounts = [...installed.values()].map(({ mount }) => mount);
  const limits = { memoryMb: 1024, pids: 256 };
  const result = await engine.sandbox.run(engine.request(script, { image, mounts, limits, workdir: '/' }));
  return { code: result.exitCode, stdout: outputText(result.stdout), stderr: outputText(result.stderr) };
}

function versions(commands: Readonly<Record<string, string>>): string {
  return Object.entries(commands)
    .map(([name, command]) => `echo "${name}: $(${command} | tr '\\n' ' ')"`)
    .join('\n');
}

function expectVersions(stdout: string, commands: Readonly<Record<string, string>>) {
  const lines = stdout.trim().split('\n');
  expect(lines.map((line) => line.split(':')[0])).toEqual(Object.keys(commands));
  for (const line of lines) expect(line).toContain(pinOf(line.split(':')[0] ?? '').version);
}

it('pinned tools run in an image of Node, for a user without rights and without network', async () => {
  const { ref } = await ensureBaseImage(engine.docker, 'node:24-bookworm-slim');
  const { stdout, stderr } = await run(ref, versions(native));
  expect(stderr).toBe('');
  expectVersions(stdout, native);
});

it('and in one of Python, which brings its interpreter', async () => {
  const { stdout, stderr } = await run(engine.image, versions({ ...native, ...interpreted }));
  expect(stderr).toBe('');
  expectVersions(stdout, { ...native, ...interpreted });
});

it('mypy checks types by its compiled libraries', async () => {
  const check = 'import mypy.build; print(mypy.build.__file__)';
  const { stdout } = await run(engine.image, python('mypy', check));
  expect(stdout).toMatch(/\.so\s*$/);
});

it('nobody in the container can change a tool', async () => {
  const { code, stderr } = await run(engine.image, `echo x > ${tools}/ruff/bin/ruff`);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/Read-only file system|Permission denied/);
});
