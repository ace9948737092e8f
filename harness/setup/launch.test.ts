import { chmod, copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let root: string;

/** A checkout with the real launcher, a stand-in for the command line and one tool. */
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'assay-launch-')));
  for (const folder of ['harness/setup', 'harness/cli', 'node_modules/.bin'])
    await mkdir(join(root, folder), { recursive: true });
  for (const name of ['launch.mjs', 'dependencies.mjs']) {
    await copyFile(fileURLToPath(new URL(name, import.meta.url)), join(root, 'harness/setup', name));
  }
  const lock = JSON.stringify({ packages: {} });
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'package-lock.json'), lock);
  await writeFile(join(root, 'node_modules/.package-lock.json'), lock);
  await writeFile(
    join(root, 'harness/cli/main.ts'),
    'export async function main(argv: string[]): Promise<number> { console.log(JSON.stringify(argv)); return argv.length; }',
  );
  const tool = join(root, 'node_modules/.bin/tool');
  await writeFile(
    tool,
    `#!/usr/bin/env node
const { appendFileSync } = require('node:fs');
const [mode, file] = process.argv.slice(2);
if (mode === 'wait') {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => appendFileSync(file, signal + '\\n'));
  appendFileSync(file, 'ready\\n');
  setTimeout(() => process.exit(9), 1500);
} else if (mode === 'die') process.kill(process.pid, 'SIGKILL');
else process.exit(Number(mode));
`,
  );
  await chmod(tool, 0o755);
});

afterAll(() => rm(root, { recursive: true, force: true }));

function launch(...args: string[]) {
  return execa(process.execPath, [join(root, 'harness/setup/launch.mjs'), ...args], {
    reject: false,
    stdin: 'ignore',
  });
}

describe('launch', () => {
  it('hands the arguments to the command line and ends with its code', async () => {
    const result = await launch('run', 'x', '--json');
    expect(result.stdout).toBe('["run","x","--json"]');
    expect(result.exitCode).toBe(3);
    expect(result.stderr).toBe('');
  });

  it('passes on options of the same name as its own once the verb has come', async () => {
    expect((await launch('run', '--exec', '--prepare')).stdout).toBe('["run","--exec","--prepare"]');
  });

  it('runs a tool and ends with its code', async () => {
    expect((await launch('--exec', 'tool', '0')).exitCode).toBe(0);
    expect((await launch('--exec', 'tool', '41')).exitCode).toBe(41);
  });

  it('ends by the signal that ended the tool', async () => {
    expect((await launch('--exec', 'tool', 'die')).signal).toBe('SIGKILL');
  });

  it('refuses a tool that is not there', async () => {
    const result = await launch('--exec', 'nothing');
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain("no 'nothing'");
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)('brings %s to the tool exactly once', async (signal) => {
    const file = join(root, `signals-${signal}`);
    await writeFile(file, '');
    const running = launch('--exec', 'tool', 'wait', file);
    while (!(await readFile(file, 'utf8')).includes('ready')) await sleep(20);
    running.kill(signal);
    expect((await running).exitCode).toBe(9);
    expect(await readFile(file, 'utf8')).toBe(`ready\n${signal}\n`);
  });
});
