import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectDocker, findEndpoints } from './connect.ts';

test('what a person named is the only place', async () => {
  expect(await findEndpoints({ DOCKER_HOST: 'tcp://elsewhere:2375' })).toEqual([
    { host: 'tcp://elsewhere:2375', tlsDir: null },
  ]);
  const tls = { DOCKER_HOST: 'tcp://elsewhere:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' };
  expect(await findEndpoints(tls)).toEqual([{ host: 'tcp://elsewhere:2376', tlsDir: '/certs' }]);
});

test('sockets that are there are found, once each', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'assay-connect-'));
  try {
    await writeFile(join(dir, 'docker.sock'), '');
    const found = await findEndpoints({ HOME: dir, XDG_RUNTIME_DIR: dir });
    expect(found.map(({ host }) => host)).toContain(`unix://${join(dir, 'docker.sock')}`);
    expect(new Set(found.map(({ host }) => host)).size).toBe(found.length);
  } finally {
    await rm(dir, { recursive: true });
  }
});

test('an engine that does not answer is named', async () => {
  const nowhere = connectDocker({ DOCKER_HOST: 'unix:///nowhere/docker.sock' });
  await expect(nowhere).rejects.toMatchObject({
    kind: 'infrastructure',
    component: 'engine',
    message: /unix:\/\/\/nowhere\/docker.sock/,
    fix: /DOCKER_HOST/,
  });
});
