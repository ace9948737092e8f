import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import { openToolbox } from './open-toolbox.ts';
import { npmTarball, serve, type TestServer, zip } from './testing.ts';

let cache: string;
let servers: TestServer[];
let log: string[];

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'assay-tools-'));
  servers = [];
  log = [];
});
afterEach(async () => {
  for (const server of servers) await server.close();
  await rm(cache, { recursive: true, force: true });
});

const wheel = zip({ 'demo.py': 'print(1)\n', 'demo-1.0.data/scripts/demo': '#!python\n' });
const hex = (content: Uint8Array) => sha256(content).slice('sha256:'.length);

/** An index with one release of one project; `changes` replace answers by path. */
async function index(changes: Record<string, Parameters<typeof serve>[0]> = {}, content = wheel) {
  const name = 'demo-1.0-py3-none-any.whl';
  const server = await serve((path, request, response) => {
    const change = changes[path];
    if (change !== undefined) return change(path, request, response);
    if (path === '/simple/demo/') {
      response.setHeader('content-type', 'text/html');
      return `<a href="../../files/${name}#sha256=${hex(content)}">${name}</a>`;
    }
    return path === `/files/${name}` ? content : undefined;
  });
  servers.push(server);
  return server;
}

function box(server: TestServer, env: NodeJS.ProcessEnv = {}) {
  return openToolbox({
    cache,
    arch: 'x64',
    log: (line) => log.push(line),
    env: { PATH: process.env.PATH, HOME: cache, PIP_INDEX_URL: `${server.url}/simple`, ...env },
  });
}

const demo = { pypi: 'demo==1.0' };

describe('a package of PyPI', () => {
  it('is installed once, and mounted below a name of its own', async () => {
    const server = await index();
    const tool = await box(server).get(demo);
    expect(tool).toMatchObject({
      name: 'pypi+demo@1.0',
      version: '1.0',
      mount: { target: '/opt/assay/tools/pypi+demo@1.0' },
    });
    expect(await readFile(join(tool.mount.source, 'demo.py'), 'utf8')).toBe('print(1)\n');
    expect((await stat(join(tool.mount.source, 'bin/demo'))).mode & 0o777).toBe(0o755);
    expect((await stat(join(tool.mount.source, 'demo.py'))).mode & 0o777).toBe(0o644);
    expect((await stat(tool.mount.source)).mode & 0o777).toBe(0o755);

    const asked = server.requests.length;
    expect(await box(server).get(demo)).toEqual(tool);
    expect(server.requests).toHaveLength(asked);
  });

  it('is installed once for all who ask at the same time, in this process and in others', async () => {
    const server = await index();
    const boxes = [box(server), box(server), box(server)];
    const tools = await Promise.all(boxes.flatMap((each) => [each.get(demo), each.get(demo)]));
    expect(new Set(tools.map(({ digest }) => digest)).size).toBe(1);
    expect(server.requests).toHaveLength(2);
    expect(log.filter((line) => line.startsWith('installed'))).toHaveLength(1);
  });

  const tamper: Record<string, (files: string) => Promise<unknown>> = {
    'a changed file': (files) => appendFile(join(files, 'demo.py'), 'import os\n'),
    'a changed file of the same size': (files) => writeFile(join(files, 'demo.py'), 'print(2)\n'),
    'a new file': (files) => writeFile(join(files, 'sitecustomize.py'), ''),
    'a missing file': (files) => rm(join(files, 'demo.py')),
    'a link in place of a file': async (files) => {
      await rm(join(files, 'demo.py'));
      await symlink('/etc/hostname', join(files, 'demo.py'));
    },
    'a broken record': (files) => writeFile(join(files, '../installed.json'), '{'),
    'a missing folder': (files) => rm(files, { recursive: true }),
  };
  it.each(Object.keys(tamper))('is installed again after %s', async (name) => {
    const server = await index();
    const { source } = (await box(server).get(demo)).mount;
    await tamper[name]?.(source);
    const again = await box(server).get(demo);
    expect(again.mount.source).toBe(source);
    expect(log.some((line) => line.startsWith('installing pypi+demo@1.0 again'))).toBe(true);
    expect((await readdir(source)).sort()).toEqual(['bin', 'demo.py']);
    expect(await readFile(join(source, 'demo.py'), 'utf8')).toBe('print(1)\n');
  });

  it('that is another file than the index says is refused, and leaves nothing', async () => {
    const server = await index({ '/files/demo-1.0-py3-none-any.whl': () => zip({ 'evil.py': '' }) });
    await expect(box(server).get(demo)).rejects.toMatchObject({
      kind: 'infrastructure',
      message: expect.stringContaining('is not the file that is pinned'),
    });
    expect(await readdir(cache)).toEqual(['locks']);
  });

  it('that fails once is asked for again', async () => {
    let failures = 1;
    const server = await index({
      '/files/demo-1.0-py3-none-any.whl': (_path, _request, response) => {
        if (failures-- > 0) {
          response.statusCode = 503;
          return '';
        }
        return wheel;
      },
    });
    expect((await box(server).get(demo)).version).toBe('1.0');
  });

  it('that is not there, is an error with a fix, and is looked for anew the next time', async () => {
    const server = await index();
    const toolbox = box(server);
    for (const _ of [1, 2]) {
      await expect(toolbox.get({ pypi: 'absent==1.0' })).rejects.toMatchObject({
        kind: 'infrastructure',
        fix: expect.stringContaining('PIP_INDEX_URL'),
      });
    }
    await expect(toolbox.get({ pypi: 'demo==2.0' })).rejects.toThrow('no wheel of demo 2.0');
    expect(server.requests.filter((path) => path === '/simple/absent/')).toHaveLength(2);
  });

  it('comes with credentials that stay with their origin and out of every message', async () => {
    const seen: (string | undefined)[] = [];
    const files = await serve((_path, request) => {
      seen.push(request.headers.authorization);
      return wheel;
    });
    servers.push(files);
    const server = await index({
      '/simple/demo/': (_path, request, response) => {
        seen.push(request.headers.authorization);
        response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
        const filename = 'demo-1.0-py3-none-any.whl';
        const hashes = { sha256: hex(wheel) };
        return JSON.stringify({ files: [{ filename, url: `${files.url}/f.whl`, hashes }] });
      },
    });
    const address = `${server.url.replace('//', '//user:hunter2@')}/simple/`;
    const toolbox = box(server, { PIP_INDEX_URL: address });
    await toolbox.get(demo);
    expect(seen).toEqual([`Basic ${Buffer.from('user:hunter2').toString('base64')}`, undefined]);
    const failure = await toolbox.get({ pypi: 'absent==1.0' }).catch((error: unknown) => String(error));
    expect(failure).toContain('/simple/absent/');
    expect(failure).not.toContain('hunter2');
  });

  it('stops at once when its only caller leaves', async () => {
    const server = await index({ '/files/demo-1.0-py3-none-any.whl': () => null });
    const abort = new AbortController();
    const pending = box(server).get(demo, abort.signal);
    const settled = expect(pending).rejects.toThrow('enough');
    await expect.poll(() => server.requests.length).toBe(2);
    abort.abort(new Error('enough'));
    await settled;
    await expect.poll(() => readdir(cache)).toEqual(['locks']);
  });

  it('whose installation was killed is installed anew, and the remains go', async () => {
    const hanging = await index({ '/files/demo-1.0-py3-none-any.whl': () => null });
    const module = join(import.meta.dirname, 'open-toolbox.ts');
    const script = `import { openToolbox } from ${JSON.stringify(module)};
      await openToolbox({ cache: ${JSON.stringify(cache)}, arch: 'x64' }).get({ pypi: 'demo==1.0' });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, PIP_INDEX_URL: `${hanging.url}/simple` },
    });
    await expect.poll(() => hanging.requests.length, { timeout: 20_000 }).toBe(2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await readdir(cache)).filter((name) => name.startsWith('.new-'))).toHaveLength(1);

    const server = await index();
    await box(server).get(demo);
    expect((await readdir(cache)).sort()).toEqual(['locks', 'pypi+demo@1.0-x64']);
  });
});

it('a pinned tool is installed from its lock alone', async () => {
  const filename = 'ruff-0.17.5-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl';
  const server = await serve((path) =>
    path === '/simple/ruff/' ? `<a href="/f#sha256=${hex(wheel)}">${filename}</a>` : wheel,
  );
  servers.push(server);
  await expect(box(server).get('ruff')).rejects.toThrow('is not the file that is pinned');
});

it('a name that is not pinned is a mistake of the caller', async () => {
  const server = await index();
  await expect(box(server).get('toString')).rejects.toThrow(TypeError);
  await expect(box(server).get({ npm: 'left-pad@^1.0.0' })).rejects.toMatchObject({ kind: 'input' });
  const arm = openToolbox({ cache, arch: 'arm64' });
  await expect(arm.get('sarif-multitool')).rejects.toThrow(
    'no package of sarif-multitool for Linux on arm64',
  );
  const toolbox = openToolbox({ cache, arch: 's390x' });
  await expect(toolbox.get('ruff')).rejects.toMatchObject({ kind: 'infrastructure' });
});

describe('a package of npm', () => {
  async function registry(tarball: Buffer, integrity: string) {
    const server: TestServer = await serve((path) => {
      if (path === '/demo/-/demo-1.0.0.tgz') return tarball;
      if (path !== '/demo') return undefined;
      const dist = { tarball: `${server.url}/demo/-/demo-1.0.0.tgz`, integrity };
      const scripts = { postinstall: "node -e \"fs.writeFileSync('ran', '')\"" };
      const release = { name: 'demo', version: '1.0.0', dist, scripts, hasInstallScript: true };
      return JSON.stringify({
        name: 'demo',
        'dist-tags': { latest: '1.0.0' },
        versions: { '1.0.0': release },
      });
    });
    servers.push(server);
    return server;
  }
  const scripts = { postinstall: "node -e \"fs.writeFileSync('ran', '')\"" };
  const files = {
    'package.json': JSON.stringify({ name: 'demo', version: '1.0.0', scripts }),
    'index.js': '1',
  };
  const integrityOf = (content: Buffer) => `sha512-${createHash('sha512').update(content).digest('base64')}`;
  const npmEnv = (server: TestServer) => ({
    npm_config_registry: server.url,
    npm_config_cache: join(cache, '.npm-cache'),
    npm_config_omit: 'optional',
    npm_config_fetch_retries: '0',
    npm_config_local_prefix: import.meta.dirname,
  });

  it('is installed without running its scripts, whatever settings of npm surround us', async () => {
    const tarball = await npmTarball(files);
    const server = await registry(tarball, integrityOf(tarball));
    const toolbox = box(server, npmEnv(server));
    const { mount, name } = await toolbox.get({ npm: 'demo@1.0.0' });
    expect(name).toBe('npm+demo@1.0.0');
    expect((await readdir(join(mount.source, 'node_modules/demo'))).sort()).toEqual([
      'index.js',
      'package.json',
    ]);
    expect(await readFile(join(mount.source, 'package-lock.json'), 'utf8')).toContain(integrityOf(tarball));
    await expect(toolbox.get({ npm: 'demo@2.0.0' })).rejects.toMatchObject({
      message: expect.stringContaining('the registry does not have it'),
      fix: expect.stringContaining('npm_config_registry'),
    });
  });

  it('with another content than its registry says is refused', async () => {
    const tarball = await npmTarball(files);
    const server = await registry(tarball, integrityOf(Buffer.from('other')));
    await expect(box(server, npmEnv(server)).get({ npm: 'demo@1.0.0' })).rejects.toThrow('another content');
  });
});
