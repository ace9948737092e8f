import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  connectEngine,
  endpointOptions,
  knownEndpoints,
  probeEndpoint,
  usualEndpoints,
} from './engine-connect.ts';

describe('endpointOptions', () => {
  const cases = [
    { endpoint: 'unix:///run/x.sock', options: { socketPath: '/run/x.sock', host: undefined } },
    { endpoint: 'tcp://10.0.0.1:2375', options: { protocol: 'http', host: '10.0.0.1', port: '2375' } },
    { endpoint: 'tcp://10.0.0.1', options: { protocol: 'http', host: '10.0.0.1', port: 2375 } },
    {
      endpoint: 'ssh://me@far:2222',
      options: {
        protocol: 'ssh',
        host: 'far',
        port: '2222',
        username: 'me',
        sshOptions: { agent: '/agent' },
      },
    },
  ];
  it.each(cases)('$endpoint', ({ endpoint, options }) => {
    expect(endpointOptions(endpoint, { SSH_AUTH_SOCK: '/agent' })).toEqual(options);
  });

  it('leaves DOCKER_HOST, with its certificates, to the client library', () => {
    expect(endpointOptions('tcp://far:2376', { DOCKER_HOST: 'tcp://far:2376' })).toEqual({});
  });
});

describe('knownEndpoints', () => {
  it('asks DOCKER_HOST alone when it is set', async () => {
    expect(await knownEndpoints({ DOCKER_HOST: 'tcp://far:1', HOME: '/nowhere' })).toEqual(['tcp://far:1']);
  });

  it('falls back to the usual sockets, the system engine first', async () => {
    const endpoints = await knownEndpoints({ HOME: '/nowhere', XDG_RUNTIME_DIR: '/run/user/7' });
    expect(endpoints).toEqual(usualEndpoints('/nowhere', '/run/user/7'));
    expect(endpoints[0]).toBe('unix:///var/run/docker.sock');
    expect(endpoints).toContain('unix:///nowhere/.colima/default/docker.sock');
    expect(endpoints).toContain('unix:///run/user/7/docker.sock');
  });
});

describe('probing', () => {
  it('is silent about a socket that is not there', async () => {
    const probe = await probeEndpoint('unix:///nowhere/docker.sock', {});
    expect(probe).toMatchObject({ state: 'silent', endpoint: 'unix:///nowhere/docker.sock' });
  });

  it('does not take any server for an engine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-connect-'));
    const socket = join(folder, 'x.sock');
    const server = createServer((_, response) => response.writeHead(503).end('no'));
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      expect((await probeEndpoint(`unix://${socket}`, {})).state).toBe('silent');
    } finally {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says what it tried when no engine answers', async () => {
    await expect(connectEngine({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })).rejects.toMatchObject({
      kind: 'infrastructure',
      message: expect.stringContaining('unix:///nowhere/docker.sock: '),
    });
  });

  it('finds the engine that the tests run on', async () => {
    const engine = await connectEngine();
    expect(engine.apiVersion).toMatch(/^\d+\.\d+$/);
    expect(await engine.docker.ping()).toBeTruthy();
  });
});
