import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Daemon, ownDaemon } from '../../test/support/daemon.ts';
import { defaultLimits } from '../domain/limits.ts';
import { openDockerSandbox } from './docker-sandbox.ts';
import type { ContainerRequest, Sandbox } from './sandbox.ts';

// An engine of its own, in a network namespace of its own: nobody else's engine or bridge notices. Needs root.
const programs = ['dockerd', 'unshare', 'ldd'];
const found = await Promise.all(programs.map((name) => execa('which', [name], { reject: false })));
const isPossible =
  process.platform === 'linux' && process.getuid?.() === 0 && found.every(({ failed }) => !failed);

describe.skipIf(!isPossible)('an engine that goes away (needs root and dockerd)', () => {
  let dir: string;
  let daemon: Daemon;
  let docker: Dockerode;
  let sandbox: Sandbox;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'assay-engine-'));
    daemon = ownDaemon(dir);
    docker = daemon.docker;
    await daemon.start();
    const { stdout } = await execa('ldd', ['/bin/sh']);
    const libraries = stdout.match(/\/\S+/g) ?? [];
    const files = ['/bin/sh', '/bin/sleep', ...libraries].map((file) => file.slice(1));
    const tar = execa('tar', ['-C', '/', '-ch', ...files], { buffer: false });
    const imported = await docker.importImage(tar.stdout, { repo: 'assay-tiny', tag: '1' });
    for await (const _ of imported) await tar;
    sandbox = await openDockerSandbox({ docker, runtime: null, session: `restart-${process.pid}` });
  }, 120_000);

  afterAll(async () => {
    await daemon.destroy();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
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
    await daemon.stop(signal);
    return outcome;
  }

  test('is the machinery’s failure, and its containers are gone once it is back', async () => {
    const failure = { kind: 'infrastructure', component: 'engine' };
    const asked = 'trap "exit 0" TERM; sleep 60 & wait';
    expect(await whileRunning('exec sleep 60', 'SIGKILL')).toMatchObject(failure);
    await expect(sandbox.run(request('true'))).rejects.toMatchObject(failure);
    await expect(sandbox.ready(300)).rejects.toMatchObject(failure);
    await daemon.start();
    await sandbox.ready(10_000);
    expect(await docker.listContainers({ all: true })).toEqual([]);
    // Ended in order, the engine asks its containers to end: that must not look like their own exit.
    expect(await whileRunning(asked, 'SIGTERM')).toMatchObject(failure);
    await daemon.start();
    await sandbox.ready(10_000);
    expect((await sandbox.run(request('exit 4'))).exitCode).toBe(4);
    await sandbox.close();
    expect(await docker.listContainers({ all: true })).toEqual([]);
  }, 60_000);
});
