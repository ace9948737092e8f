import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifierEnvironment } from '../domain/verifier-environment.ts';
import { type LoadTaskOptions, loadTask } from './load-task.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'assay-task-'));
  write('instruction.md', 'Do it.\n');
  write('environment/Dockerfile', 'FROM scratch\n');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), content);
}

async function load(toml: string, options?: LoadTaskOptions) {
  write('task.toml', `[task]\nname = "a/b"\n${toml}`);
  return (await loadTask(dir, options)).spec;
}

const separate = '[verifier]\nenvironment_mode = "separate"\n';
const environment =
  '[environment]\nworkdir = "/app"\ncpus = 2\nmemory = "1G"\nstorage_mb = 64\nbuild_timeout_sec = 9\n' +
  'env = {A = "${A:-a}"}\nhealthcheck = {command = "true"}\n';

describe('the mode of a verifier', () => {
  it.each([
    ['says nothing', '', false],
    ['says shared', '[verifier]\nenvironment_mode = "shared"\n', false],
    ['says separate', separate, true],
    ['has an environment', '[verifier.environment]\ncpus = 1\n', true],
    ['has both', `${separate}[verifier.environment]\ncpus = 1\n`, true],
  ])('that %s', async (_what, toml, isSeparate) => {
    write('tests/test.sh', 'x');
    expect((await load(toml)).verifier.separate !== null).toBe(isSeparate);
  });
});

describe('a separate verifier', () => {
  it('gets a copy of the environment, with the image of its own that tests/ makes', async () => {
    write('tests/Dockerfile', 'FROM scratch\n');
    const spec = await load(`${environment}${separate}`);
    expect(spec.verifier.separate).toEqual({
      digest: expect.stringMatching(/^sha256:/),
      context: 'tests',
      dockerImage: null,
      buildTimeoutSec: 9,
      workdir: '/app',
      env: { A: 'a' },
      cpus: 2,
      memoryMb: 1024,
      storageMb: 64,
      healthcheck: expect.objectContaining({ command: 'true' }),
    });
    expect(spec.verifier.separate?.digest).not.toBe(spec.environment.digest);
    write('tests/data', 'more');
    expect((await load(`${environment}${separate}`)).verifier.separate?.digest).not.toBe(
      spec.verifier.separate?.digest,
    );
  });

  it('takes tests/Dockerfile before the image that the agents get', async () => {
    write('tests/Dockerfile', 'FROM scratch\n');
    const { verifier } = await load(`[environment]\ndocker_image = "acme/app:1"\n${separate}`);
    expect(verifier.separate).toMatchObject({ context: 'tests', dockerImage: null });
  });

  it('may name an image, and then needs no tests/', async () => {
    const toml = '[verifier.environment]\ndocker_image = "acme/judge:1"\n';
    const spec = await load(`${environment}${toml}`);
    expect(spec.verifier.separate).toMatchObject({
      context: null,
      dockerImage: 'acme/judge:1',
      buildTimeoutSec: 600,
      workdir: null,
      env: {},
      memoryMb: null,
      healthcheck: null,
    });
    expect(spec.notices).not.toContainEqual(expect.stringContaining('tests/Dockerfile'));
    write('tests/Dockerfile', 'FROM scratch\n');
    const { notices } = await load(toml);
    expect(notices).toEqual([expect.stringContaining('tests/Dockerfile is not built')]);
  });

  it("is judged in the task's own image where there is no other", async () => {
    const spec = await load(`[environment]\ndocker_image = "acme/app:1"\n[verifier.environment]\ncpus = 1\n`);
    expect(spec.verifier.separate).toMatchObject({
      digest: spec.environment.digest,
      context: 'environment',
      dockerImage: 'acme/app:1',
      cpus: 1,
    });
  });

  it('has host variables of its own, with the same leave', async () => {
    const toml =
      '[verifier.environment]\nenv = {KEY = "${KEY}", B = "${B:-b}"}\n[verifier]\nenv = {K = "${KEY}"}\n';
    const spec = await load(toml, { hostEnv: { allowed: ['KEY'], read: () => 'host' } });
    expect(spec.verifier.separate?.env).toEqual({ KEY: 'host', B: 'b' });
    expect(spec.verifier.env).toEqual({ K: 'host' });
  });

  it('never gets a network, and says so where it asks for one', async () => {
    const own = (mode: string) =>
      `[environment]\nnetwork_mode = "no-network"\n[verifier.environment]\nnetwork_mode = "${mode}"\n`;
    expect(await load(own('public'))).toMatchObject({
      verifier: { network: 'public' },
      notices: ['its tests ask for a public network; tests never get one'],
    });
    expect(await load(own('no-network'))).toMatchObject({ verifier: { network: 'none' }, notices: [] });
  });

  it('finds artifacts at absolute places', async () => {
    write(
      'task.toml',
      `artifacts = ["out/a", {source = "/x/", exclude = ["*.o"]}, "/logs/agent"]\n${environment}`,
    );
    write('tests/test.sh', 'x');
    const written = (await loadTask(dir)).spec.artifacts.map(({ source }) => source);
    expect(written).toEqual(['out/a', '/x/', '/logs/agent']);
    write(
      'task.toml',
      `artifacts = ["out/a", {source = "/x/", exclude = ["*.o"]}]\n${environment}${separate}`,
    );
    expect((await loadTask(dir)).spec.artifacts).toEqual([
      { source: '/app/out/a', destination: null, exclude: [] },
      { source: '/x', destination: null, exclude: ['*.o'] },
    ]);
  });
});

describe('commands that collect', () => {
  it('are read with their defaults', async () => {
    write('tests/test.sh', 'x');
    const toml =
      '[[verifier.collect]]\ncommand = "a"\n[[verifier.collect]]\ncommand = "b"\nservice = "main"\ntimeout_sec = 1.5\nuser = "root"\n';
    expect((await load(toml)).verifier.collect).toEqual([
      { command: 'a', timeoutSec: 60, user: null },
      { command: 'b', timeoutSec: 1.5, user: 'root' },
    ]);
  });
});

describe('what holds for the container of the tests', () => {
  it('is of the separate environment, else of the task’s', async () => {
    write('tests/test.sh', 'x');
    expect(verifierEnvironment(await load(environment))).toMatchObject({ env: { A: 'a' }, memoryMb: 1024 });
    const own = await load(`${environment}[verifier.environment]\nmemory_mb = 7\nenv = {B = "b"}\n`);
    expect(verifierEnvironment(own)).toEqual({
      env: { B: 'b' },
      healthcheck: null,
      cpus: null,
      memoryMb: 7,
      storageMb: null,
    });
  });
});
