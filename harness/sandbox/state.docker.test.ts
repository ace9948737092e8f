import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import { AssayError } from '../domain/errors.ts';
import { openDockerSandbox } from './docker-sandbox.ts';
import { openTestEngine, outputText, type TestEngine } from './docker-testing.ts';
import { type LayerEntry, packLayer } from './layer.ts';
import type { ContainerState, FileChange, PreparedImage, Sandbox, StoppedFiles } from './sandbox.ts';

let engine: TestEngine;
let image: PreparedImage;
beforeAll(async () => {
  engine = await openTestEngine();
  image = {
    ref: engine.image,
    digest: sha256('image'),
    workdir: '/work',
    user: { uid: 1000, gid: 1000 },
    origin: 'test',
  };
});
afterAll(() => engine.sandbox.close());

const root = { uid: 0, gid: 0 };

/** Images of the session that exist now. */
async function images(session = engine.session): Promise<string[]> {
  const filters = { label: [`assay.session=${session}`] };
  return (await engine.docker.listImages({ all: true, filters })).map(({ Id }) => Id).sort();
}

async function textOf(tar: Readable | null): Promise<string | null> {
  if (tar === null) return null;
  for await (const entry of tar.pipe(extract())) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
    tar.destroy();
    return Buffer.concat(chunks).toString('utf8');
  }
  return null;
}

async function runAsRoot(
  script: string,
  from = engine.image,
  collect?: (files: StoppedFiles) => Promise<void>,
): Promise<string> {
  const request = engine.request(script, { image: from, user: root, workdir: '/' });
  const result = await engine.sandbox.run<void>({ ...request, ...(collect ? { collect } : {}) });
  expect([result.end, result.exitCode, outputText(result.stderr)]).toEqual(['exited', 0, '']);
  return outputText(result.stdout);
}

describe('changes of a stopped container', () => {
  it('are told by path, folders first, of a deleted folder only itself', async () => {
    let changes: FileChange[] | null = null;
    const script = `echo x >> /etc/profile; rm -rf /etc/alternatives; rm /etc/issue; mkdir -p /srv/a/b; echo 1 > /srv/a/b/c
      echo tmp > /tmp/x; mkdir /srv/gone; rmdir /srv/gone`;
    await runAsRoot(script, engine.image, async (files) => {
      changes = await files.changes(100);
    });
    const found = new Map((changes ?? []).map(({ path, kind }: FileChange) => [path, kind]));
    expect(Object.fromEntries([...found].filter(([path]) => /^\/(etc\/[apis]|srv|tmp)/.test(path)))).toEqual({
      '/etc/alternatives': 'deleted',
      '/etc/issue': 'deleted',
      '/etc/profile': 'modified',
      '/srv': 'modified',
      '/srv/a': 'added',
      '/srv/a/b': 'added',
      '/srv/a/b/c': 'added',
    });
  });

  it('are not told when there are more than wanted, and files can be read before and after', async () => {
    const seen: unknown[] = [];
    await runAsRoot('mkdir /srv/a; cd /srv/a; touch 1 2 3 4 5 6 7 8 9', engine.image, async (files) => {
      await files.read('/etc/debian_version');
      seen.push(await files.changes(5), (await files.changes(50))?.length);
      seen.push(await textOf(await files.read('/etc/hostname.none')));
      seen.push((await textOf(await files.read('/etc/debian_version')))?.slice(0, 3));
    });
    expect(seen).toEqual([null, expect.any(Number), null, expect.stringMatching(/^\d\d/)]);
  });

  it('are none for an image that was only looked at', async () => {
    const found = await engine.sandbox.openImage(engine.image, async (files) => [
      await files.changes(10),
      (await textOf(await files.read('/etc/passwd')))?.slice(0, 5),
    ]);
    expect(found).toEqual([[], 'root:']);
  });
});

describe('a snapshot', () => {
  it('is the container as it stopped, without its processes, and is gone afterwards', async () => {
    let inside = '';
    let during: string[] = [];
    const script = 'echo left > /srv/left; rm /etc/issue; sleep 1000 & echo $! > /srv/pid';
    await runAsRoot(script, engine.image, (files) =>
      engine.sandbox.withSnapshot(files, async (snapshot) => {
        during = await images();
        inside = await runAsRoot(
          'cat /srv/left; [ ! -e /etc/issue ] && echo no issue; cat /proc/[0-9]*/comm | grep -c sleep; exit 0',
          snapshot,
        );
        // One of another, as commands after each other need it.
        await runAsRoot('echo more >> /srv/left', snapshot, (next) =>
          engine.sandbox.withSnapshot(next, async (second) => {
            inside += await runAsRoot('cat /srv/left', second);
          }),
        );
      }),
    );
    expect(during).toHaveLength(1);
    expect(inside).toBe('left\nno issue\n0\nleft\nmore\n');
    expect(await images()).toEqual([]);
    expect(await engine.containers()).toEqual([]);
  });

  it('is removed when the work with it fails', async () => {
    const failing = runAsRoot('true', engine.image, (files) =>
      engine.sandbox.withSnapshot(files, () => Promise.reject(new Error('the work failed'))),
    );
    await expect(failing).rejects.toThrow('the work failed');
    expect(await images()).toEqual([]);
  });
});

function state(deletions: string[], entries: LayerEntry[], key: string = randomUUID()): ContainerState {
  return { key: sha256(key), deletions, files: () => packLayer(entries) };
}

describe('an image with a state', () => {
  it('is the image without what was deleted and with what was written', async () => {
    const entries: LayerEntry[] = [
      { path: '/etc/app.conf', type: 'file', content: 'changed\n', mode: 0o604, uid: 33, gid: 44 },
      { path: '/etc/issue', type: 'link', linkTarget: '/etc/passwd' },
      { path: '/srv/new', type: 'dir', mode: 0o1777 },
      { path: "/srv/new/it's $(x)", type: 'file', content: 'x', mode: 0o4755 },
      { path: '/usr/share/doc/base-files', type: 'file', content: 'a folder before' },
    ];
    const deletions = ['/etc/alternatives', '/etc/debian_version', "/etc/it's not there"];
    const output = await engine.sandbox.withState(image, state(deletions, entries), (restored) => {
      expect({ ...restored, ref: '' }).toEqual({ ...image, ref: '' });
      return runAsRoot(
        `stat -c '%n %U:%u %g %a %F' /etc/app.conf /etc/issue /srv/new /srv/new/* /usr/share/doc/base-files
         readlink /etc/issue; cat /etc/app.conf; ls -d /etc/alternatives /etc/debian_version 2>/dev/null; ls -A /; exit 0`,
        restored.ref,
      );
    });
    expect(output).toContain(`/etc/app.conf www-data:33 44 604 regular file
/etc/issue root:0 0 777 symbolic link
/srv/new root:0 0 1777 directory
/srv/new/it's $(x) root:0 0 4755 regular file
/usr/share/doc/base-files root:0 0 644 regular file
/etc/passwd
changed
`);
    expect(output).not.toMatch(/^\/etc\/(alternatives|debian_version)$/m);
    expect(output).not.toContain('.assay-');
  });

  it('is made although the state has lost the very programs that delete', async () => {
    const deletions = ['/usr/bin/rm', '/usr/bin/sh', '/usr/bin/dash', '/srv'];
    const gone = await engine.sandbox.withState(image, state(deletions, []), (restored) =>
      engine.sandbox.openImage(restored.ref, async (files) =>
        Promise.all([...deletions, '/usr/bin/ls'].map(async (path) => (await files.read(path)) === null)),
      ),
    );
    expect(gone).toEqual([true, true, true, true, false]);
  });

  it('is made once for equal states at a time, kept for the next look, and not without end', async () => {
    const key = randomUUID();
    let asked = 0;
    const counted = (): ContainerState => ({
      key: sha256(key),
      deletions: [],
      files: () => {
        asked += 1;
        return packLayer([{ path: '/srv/x', type: 'file' }]);
      },
    });
    const use = () => engine.sandbox.withState(image, counted(), async ({ ref }) => ref);
    const [one, two] = await Promise.all([use(), use()]);
    expect([one === two, await use(), asked]).toEqual([true, one, 1]);
    for (let n = 0; n < 6; n++)
      await engine.sandbox.withState(image, state([], [{ path: `/srv/${n}`, type: 'file' }]), async () => 0);
    expect(await images()).toHaveLength(4);
    // Thrown out meanwhile, made anew.
    await use();
    expect(asked).toBe(2);
  });

  it('stays while it is used, however many others come', async () => {
    await engine.sandbox.withState(
      image,
      state([], [{ path: '/srv/held', type: 'file' }]),
      async ({ ref }) => {
        for (let n = 0; n < 6; n++) await engine.sandbox.withState(image, state([], []), async () => 0);
        expect(await runAsRoot('ls /srv', ref)).toBe('held\n');
      },
    );
  });

  it('is not made to its end when it is stopped', async () => {
    const stop = new AbortController();
    const reason = new Error('stop');
    const endless: ContainerState = {
      ...state([], []),
      files: () =>
        packLayer(
          (async function* () {
            for (let n = 0; ; n++) {
              if (n === 3) stop.abort(reason);
              yield { path: `/srv/${n}`, type: 'file', content: Buffer.alloc(1024) } as const;
            }
          })(),
        ),
    };
    const before = await images();
    await expect(engine.sandbox.withState(image, endless, async () => 0, stop.signal)).rejects.toBe(reason);
    await expect(engine.sandbox.withState(image, endless, async () => 0, stop.signal)).rejects.toBe(reason);
    expect([await images(), await engine.containers()]).toEqual([before, []]);
  });

  it('that cannot be made is the state’s fault where it is, and leaves nothing', async () => {
    const before = await images();
    const broken: ContainerState = {
      ...state([], []),
      files: () =>
        packLayer(
          (async function* () {
            yield { path: '/srv/x', type: 'file' } as const;
            throw new Error('the store failed');
          })(),
        ),
    };
    await expect(engine.sandbox.withState(image, broken, async () => 0)).rejects.toThrow('the store failed');
    const noImage = { ...image, ref: 'assay/none:none' };
    await expect(engine.sandbox.withState(noImage, state([], []), async () => 0)).rejects.toBeInstanceOf(
      AssayError,
    );
    expect(await images()).toEqual(before);
    expect(await engine.containers()).toEqual([]);
  });
});

describe('images of a session', () => {
  const open = (session: string): Promise<Sandbox> =>
    openDockerSandbox({ docker: engine.docker, runtime: null, session });

  it('go when it closes', async () => {
    const session = `test-${randomUUID().slice(0, 8)}`;
    const sandbox = await open(session);
    await sandbox.withState(image, state([], [{ path: '/srv/x', type: 'file' }]), async () => 0);
    expect(await images(session)).toHaveLength(1);
    await sandbox.close();
    expect(await images(session)).toEqual([]);
  });

  it('go at the next start after a crash, and a living session’s stay', async () => {
    const session = `test-${randomUUID().slice(0, 8)}`;
    const container = await engine.docker.createContainer({ Image: engine.image, Cmd: ['true'] });
    const [host = '', boot = ''] = await ownerOf();
    const commit = (owner: string) =>
      container.commit({
        _query: { container: container.id },
        _body: { Labels: { assay: '1', 'assay.session': session, 'assay.owner': owner } },
      } as object);
    try {
      await commit(`${host}:${boot}:4194303:1`);
      await commit('another machine');
      await engine.sandbox.withState(image, state([], [{ path: '/srv/y', type: 'file' }]), async () => {
        const living = await images();
        await engine.sandbox.reap();
        expect(await images(session)).toHaveLength(1);
        expect(await images()).toEqual(living);
      });
    } finally {
      for (const id of await images(session)) await engine.docker.getImage(id).remove({ force: true });
      await container.remove({ force: true });
    }
  });

  /** The parts of this session's owner label. */
  async function ownerOf(): Promise<string[]> {
    return engine.sandbox.withState(image, state([], [{ path: '/srv/z', type: 'file' }]), async ({ ref }) => {
      const { Config } = await engine.docker.getImage(ref).inspect();
      return (Config.Labels?.['assay.owner'] ?? '').split(':');
    });
  }
});

describe('users of an image', () => {
  it('are found by name and number', async () => {
    expect(await engine.sandbox.userOf(engine.image, 'www-data')).toEqual({ uid: 33, gid: 33 });
    expect(await engine.sandbox.userOf(engine.image, 0)).toEqual({ uid: 0, gid: 0 });
    await expect(engine.sandbox.userOf(engine.image, 'nobody-at-all')).rejects.toMatchObject({
      kind: 'input',
    });
  });
});
