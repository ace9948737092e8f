import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultLimits } from '../domain/limits.ts';
import { ping } from './connect.ts';
import { openDockerSandbox } from './docker-sandbox.ts';
import type { ContainerRequest, Sandbox } from './sandbox.ts';

// An engine of its own, in a network namespace of its own: nobody else's engine or bridge notices. Needs root.
const programs = ['dockerd', 'unshare', 'ldd'];
const found = await Promise.all(programs.map((name) => execa('which', [name], { reject: false })));
const isPossible =
  process.platform === 'linux' && process.getuid?.() === 0 && found.every(({ failed }) => !failed);

describe.skipIf(!isPossible)('an engine that goes away (needs root and dockerd)', () => {
  let dir: string;
  let docker: Dockerode;
  let sandbox: Sandbox;

  const path = (name: string) => join(dir, name);

  async function start(): Promise<void> {
    const options = ['--data-root', path('data'), '--exec-root', path('exec'), '--pidfile', path('pid')];
    const own = ['--net', 'dockerd', '--host', `unix://${path('sock')}`];
    const engine = spawn('unshare', [...own, ...options, '--bridge=none', '--iptables=false'], {
      detached: true,
      stdio: 'ignore',
    });
    engine.unref();
    for (let tries = 0; ; tries++) {
      const error = await ping(docker, 1000).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) return;
      if (tries > 200) throw error;
      await sleep(100);
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const pid = Number(await readFile(path('pid'), 'utf8').catch(() => '0'));
    if (pid <= 1) return;
    process.kill(pid, signal);
    while (await isAlive(pid)) await sleep(50);
    // Else the next one may take a containerd that was just killed for a living one.
    await rm(path('exec/containerd/containerd.pid'), { force: true });
  }

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'assay-engine-'));
    docker = new Dockerode({ socketPath: path('sock') });
    await start();
    const { stdout } = await execa('ldd', ['/bin/sh']);
    const libraries = stdout.match(/\/\S+/g) ?? [];
    const files = ['/bin/sh', '/bin/sleep', ...libraries].map((file) => file.slice(1));
    const tar = execa('tar', ['-C', '/', '-ch', ...files], { buffer: false });
    const imported = await docker.importImage(tar.stdout, { repo: 'assay-tiny', tag: '1' });
    for await (const _ of imported) await tar;
    sandbox = await openDockerSandbox({ docker, runtime: null, session: `restart-${process.pid}` });
  }, 60_000);

  afterAll(async () => {
    await end('SIGTERM');
    await execa('umount', [path('data')], { reject: false });
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  const request = (script: string): ContainerRequest<undefined> => ({
    image: 'assay-tiny:1',
    command: ['/bin/sh', '-c', script],
    env: {},
    workdir: '/',
    user: { uid: 1000, gid: 1000 },
    network: 'none',
    limits: defaultLimits,
    labels: {},
  });

  async function whileRunning(script: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown> {
    const outcome = sandbox.run(request(script)).catch((error: unknown) => error);
    while ((await docker.listContainers()).length === 0) await sleep(50);
    await sleep(300);
    await end(signal);
    return outcome;
  }

  test('is the machinery’s failure, and its containers are gone once it is back', async () => {
    const failure = { kind: 'infrastructure', component: 'engine' };
    const asked = 'trap "exit 0" TERM; sleep 60 & wait';
    expect(await whileRunning('exec sleep 60', 'SIGKILL')).toMatchObject(failure);
    await expect(sandbox.run(request('true'))).rejects.toMatchObject(failure);
    await expect(sandbox.ready(300)).rejects.toMatchObject(failure);
    await start();
    await sandbox.ready(10_000);
    expect(await docker.listContainers({ all: true })).toEqual([]);
    // Ended in order, the engine asks its containers to end: that must not look like their own exit.
    expect(await whileRunning(asked, 'SIGTERM')).toMatchObject(failure);
    await start();
    await sandbox.ready(10_000);
    expect((await sandbox.run(request('exit 4'))).exitCode).toBe(4);
    await sandbox.close();
    expect(await docker.listContainers({ all: true })).toEqual([]);
  }, 60_000);
});

async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/\) [ZX] /.test(stat);
}
