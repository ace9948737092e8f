import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectEngine, findEngine, probeEndpoint } from './engine-connect.ts';

const NOWHERE = 'unix:///nowhere/docker.sock';

describe('probeEndpoint', () => {
  it('finds nothing at a socket that is not there', async () => {
    const probe = await probeEndpoint(NOWHERE, {});
    expect(probe).toMatchObject({
      endpoint: NOWHERE,
      denied: false,
      reason: expect.stringContaining('ENOENT'),
    });
  });

  it('does not take any server for an engine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-connect-'));
    const socket = join(folder, 'x.sock');
    const server = createServer((_, response) => response.writeHead(503).end('no'));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      expect(await probeEndpoint(`unix://${socket}`, {})).toMatchObject({ denied: false });
    } finally {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('findEngine', () => {
  it('asks nobody else when DOCKER_HOST is set', async () => {
    expect(await findEngine({ ...process.env, DOCKER_HOST: NOWHERE })).toEqual([
      expect.objectContaining({ endpoint: NOWHERE }),
    ]);
  });

  it('finds the engine that the tests run on', async () => {
    const engine = await connectEngine(process.env);
    expect(engine.apiVersion).toMatch(/^\d+\.\d+$/);
    expect(await engine.docker.ping()).toBeTruthy();
  });
});

describe('connectEngine', () => {
  it('says what it tried when no engine answers', async () => {
    await expect(connectEngine({ DOCKER_HOST: NOWHERE })).rejects.toMatchObject({
      kind: 'infrastructure',
      message: expect.stringContaining('/nowhere/docker.sock'),
    });
  });
});
