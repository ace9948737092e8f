import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBaseImage } from './base-images.ts';
import { isUnreachable } from './base-images-pull.ts';
import { connectDocker } from './connect.ts';

const docker = await connectDocker();
const id = randomUUID().slice(0, 8);
const made: string[] = [];
let state: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'assay-base-test-'));
  env = { ...process.env, XDG_STATE_HOME: state, ASSAY_REGISTRY_MIRROR: '' };
});
afterAll(async () => {
  for (const ref of made) await docker.getImage(ref).remove({ force: true });
  await rm(state, { recursive: true, force: true });
});

/** An empty tar archive: an image without any file. */
const EMPTY_TAR = Buffer.alloc(1024);

describe('ensureBaseImage', () => {
  it('uses what is there under its own name', async () => {
    const ref = `assay-test/local-${id}:1`;
    await finished(
      await docker.importImage(Readable.from([EMPTY_TAR]), { repo: `assay-test/local-${id}`, tag: '1' }),
    );
    made.push(ref);
    const { Id } = await docker.getImage(ref).inspect();
    const said: string[] = [];
    expect(await ensureBaseImage(docker, ref, { env, log: (line) => said.push(line) })).toEqual({
      ref,
      id: Id,
      origin: 'local',
    });
    expect(said).toEqual([]);
  });

  it('refuses what is no image reference', async () => {
    await expect(ensureBaseImage(docker, 'No Image', { env })).rejects.toMatchObject({ kind: 'input' });
  });

  it('says every way that it tried', async () => {
    const mirror = '127.0.0.1:9';
    const failure = ensureBaseImage(docker, `assay-no-such-${id}:1`, {
      env: { ...env, ASSAY_REGISTRY_MIRROR: mirror },
    });
    await expect(failure).rejects.toMatchObject({
      kind: 'infrastructure',
      message: expect.stringMatching(/127\.0\.0\.1:9: .*\n +docker\.io: .*\n +no recipe/),
      fix: expect.stringContaining('ASSAY_REGISTRY_MIRROR'),
    });
  });
});

/** The engine allows plain HTTP for registries on this machine, which is the engine's own only on Linux. */
describe.skipIf(process.platform !== 'linux')('with a mirror', () => {
  let server: Server;
  let mirror: string;
  const asked: string[] = [];
  const repository = `assay-mirrored-${id}`;

  beforeAll(async () => {
    const { Arch } = await docker.version();
    server = createRegistry(`/v2/hub/library/${repository}`, Arch, (path) => asked.push(path));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    mirror = `127.0.0.1:${(server.address() as AddressInfo).port}/hub`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('pulls once for all callers, and finds the image again without asking', async () => {
    const options = { env: { ...env, ASSAY_REGISTRY_MIRROR: mirror } };
    const ref = `${repository}:1`;
    const both = await Promise.all([
      ensureBaseImage(docker, ref, options),
      ensureBaseImage(docker, ref, options),
    ]);
    made.push(`${mirror}/library/${ref}`);
    expect(both[0]).toBe(both[1]);
    expect(both[0]).toEqual({
      ref: `${mirror}/library/${ref}`,
      id: expect.stringMatching(/^sha256:/),
      origin: 'mirror',
    });
    const before = asked.length;
    expect(before).toBeGreaterThan(0);
    expect(await ensureBaseImage(docker, ref, options)).toEqual(both[0]);
    expect(asked.length).toBe(before);
  });

  it('goes on to the registry when the mirror lacks the image', async () => {
    const options = { env: { ...env, ASSAY_REGISTRY_MIRROR: mirror } };
    await expect(ensureBaseImage(docker, `assay-no-such-${id}:2`, options)).rejects.toThrow(
      /127\.0\.0\.1.*\n +docker\.io/,
    );
  });
});

describe('isUnreachable', () => {
  const cases: [string, boolean][] = [
    ['Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host', true],
    [
      'Get "https://r/v2/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
      true,
    ],
    ['Get "https://r/v2/": x509: certificate signed by unknown authority', true],
    ['received unexpected HTTP status: 503 Service Unavailable', true],
    ['manifest for node:99 not found: manifest unknown: manifest unknown', false],
    ['pull access denied for x, repository does not exist or may require docker login', false],
    ['toomanyrequests: You have reached your pull rate limit', false],
  ];
  it.each(cases)('%s: %s', (message, expected) => {
    expect(isUnreachable(message)).toBe(expected);
  });
});

/** The few paths of the registry protocol that a pull needs, for one image with one empty layer. */
function createRegistry(base: string, architecture: string, ask: (path: string) => void): Server {
  const layer = gzipSync(EMPTY_TAR);
  const rootfs = { type: 'layers', diff_ids: [digest(EMPTY_TAR)] };
  const config = Buffer.from(
    JSON.stringify({ architecture, os: 'linux', config: { Labels: { id } }, rootfs }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: {
        mediaType: 'application/vnd.docker.container.image.v1+json',
        size: config.length,
        digest: digest(config),
      },
      layers: [
        {
          mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
          size: layer.length,
          digest: digest(layer),
        },
      ],
    }),
  );
  const files = new Map<string, Buffer>([
    ['/v2/', Buffer.from('{}')],
    [`${base}/manifests/1`, manifest],
    [`${base}/manifests/${digest(manifest)}`, manifest],
    [`${base}/blobs/${digest(config)}`, config],
    [`${base}/blobs/${digest(layer)}`, layer],
  ]);
  return createServer((request, response) => {
    const path = request.url ?? '';
    ask(path);
    const body = files.get(path);
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}');
      return;
    }
    const type = path.includes('/manifests/')
      ? 'application/vnd.docker.distribution.manifest.v2+json'
      : 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'content-length': body.length,
      'docker-content-digest': digest(body),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

function finished(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
