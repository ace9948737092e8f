import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { engineAgent } from './engine-agent.ts';

let dir: string;
let socketPath: string;
let server: Server;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'assay-agent-'));
  socketPath = join(dir, 'engine.sock');
  server = createServer((incoming, response) => {
    if (incoming.url === '/break') incoming.socket.destroy();
    else response.end('ok');
  });
  server.listen(socketPath);
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(dir, { recursive: true, force: true });
});

it('outlives a connection that breaks when nobody listens', async () => {
  const agent = engineAgent(false);
  const connection = agent.createConnection({ path: socketPath } as never) as Socket;
  await once(connection, 'connect');
  // Without a listener of the agent's own this ends the process, and so fails the test run.
  connection.destroy(new Error('read ECONNRESET'));
  await new Promise((resolve) => connection.once('close', resolve));
  expect(connection.errored?.message).toBe('read ECONNRESET');
  agent.destroy();
});

it('still tells the request whose connection broke', async () => {
  const agent = engineAgent(false);
  const answer = (path: string) => once(request({ socketPath, path, agent }).end(), 'response');
  const [response] = await answer('/');
  expect(response.statusCode).toBe(200);
  response.resume();
  await expect(answer('/break')).rejects.toThrow(/hang up|ECONNRESET/);
  agent.destroy();
});
