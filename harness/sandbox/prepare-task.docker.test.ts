import { randomUUID } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { extract } from 'tar-stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { AssayError } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';
import { makeTestTask, openTestEngine, outputText, type TestEngine, testBase } from './docker-testing.ts';
import type { PreparedImage } from './sandbox.ts';

let engine: TestEngine;
const made = new Set<string>();
const tasks: { remove(): Promise<void> }[] = [];

beforeAll(async () => {
  engine = await openTestEngine();
});
afterEach(async () => {
  expect(await engine.containers()).toEqual([]);
});
afterAll(async () => {
  await engine.sandbox.close();
  for (const line of engine.log) {
    const [, tag] = /Successfully tagged (\S+)/.exec(line) ?? [];
    if (tag !== undefined) made.add(tag);
  }
  for (const ref of made)
    await engine.docker
      .getImage(ref)
      .remove({ force: true })
      .catch(() => undefined);
  await Promise.all(tasks.map((task) => task.remove()));
}, 60_000);

async function task(...args: Parameters<typeof makeTestTask>): Promise<LoadedTask> {
  const made = await makeTestTask(...args);
  tasks.push(made);
  return made;
}

async function prepare(one: LoadedTask, user: string | number | null = null): Promise<PreparedImage> {
  const prepared = await engine.sandbox.prepare(one, { user, log: (line) => engine.log.push(line) });
  made.add(prepared.ref);
  return prepared;
}

async function inside(image: PreparedImage, script: string): Promise<string> {
  const { ref, workdir, user } = image;
  const request = engine.request(script, { image: ref, workdir, user });
  const result = await engine.sandbox.run(request);
  return outputText(result.stdout) + outputText(result.stderr);
}

async function refusal(one: LoadedTask, user: string | number | null = null): Promise<AssayError> {
  const error: unknown = await prepare(one, user).catch((thrown: unknown) => thrown);
  if (!(error instanceof AssayError))
    throw new Error('it was prepared, or failed otherwise', { cause: error });
  return error;
}

describe('user and workspace', () => {
  test('root becomes user 1000, who exists and owns workspace and log folders', async () => {
    const one = await task({
      Dockerfile: `FROM ${testBase}\nWORKDIR /app\nCOPY . .\nRUN chmod 700 /app/sub && mkdir -p /logs/agent && touch /logs/agent/old\n`,
      'a.txt': 'a',
      'sub/b.txt': 'b',
    });
    const image = await prepare(one);
    expect(image).toMatchObject({ workdir: '/app', user: { uid: 1000, gid: 1000 } });
    expect(image.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const script =
      'id -un; id -gn; cd; pwd; stat -c "%n %u:%g %a" /app /app/a.txt /app/sub /app/sub/b.txt /logs /logs/* /logs/agent/old $HOME; ls -A /app';
    expect((await inside(image, script)).split('\n')).toEqual([
      'assay',
      'assay',
      '/home/assay',
      '/app 1000:1000 755',
      '/app/a.txt 1000:1000 644',
      '/app/sub 1000:1000 700',
      '/app/sub/b.txt 1000:1000 644',
      '/logs 0:0 755',
      '/logs/agent 1000:1000 755',
      '/logs/artifacts 1000:1000 755',
      '/logs/verifier 1000:1000 755',
      '/logs/agent/old 1000:1000 644',
      '/home/assay 1000:1000 755',
      'Dockerfile',
      'a.txt',
      'sub',
      '',
    ]);
    expect(image.origin).toContain(testBase);
  });

  test('the image’s own user stays, and gets a workspace that was root’s', async () => {
    const one = await task({
      Dockerfile: `FROM ${testBase}\nRUN echo "app:x:1234:1235::/home/app:/bin/sh" >> /etc/passwd\nWORKDIR /srv/it\nRUN touch x && ln -s /etc/passwd link\nUSER app\nENTRYPOINT ["/bin/sh", "-c", "echo in; exec \\"$@\\"", "sh"]\nCMD ["none"]\n`,
    });
    const image = await prepare(one);
    expect(image).toMatchObject({ workdir: '/srv/it', user: { uid: 1234, gid: 1235 } });
    expect(await inside(image, 'stat -c "%u:%g" /srv/it x link /logs/agent; stat -Lc %u link')).toBe(
      'in\n1234:1235\n1234:1235\n1234:1235\n1234:1235\n0\n',
    );
    const { Config } = await engine.docker.getImage(image.ref).inspect();
    expect(Config.Entrypoint?.slice(0, 2)).toEqual(['/bin/sh', '-c']);
    expect(Config.Cmd).toEqual(['none']);
    expect(Config.Labels).toMatchObject({ assay: '', 'assay.image': 'prepared' });
  });

  test('root is root only where the task says so; then owners stay', async () => {
    const one = await task({
      Dockerfile: `FROM ${testBase}\nWORKDIR /app\nRUN touch x && chown 77:78 x\nUSER root\n`,
    });
    const [asRoot, standIn] = [await prepare(one, 'root'), await prepare(one)];
    expect(asRoot.user).toEqual({ uid: 0, gid: 0 });
    expect(await inside(asRoot, 'id -u; stat -c %u:%g x; grep CapEff /proc/self/status')).toBe(
      '0\n77:78\nCapEff:\t0000000000000000\n',
    );
    expect(standIn.user).toEqual({ uid: 1000, gid: 1000 });
    expect(standIn.digest).not.toBe(asRoot.digest);
    expect((await prepare(one, 4321)).user).toEqual({ uid: 4321, gid: 0 });
    expect(await refusal(one, 'nobody-here')).toMatchObject({ kind: 'input', message: /nobody-here/ });
  });

  test('a workdir that is missing is made, one that is a link is followed', async () => {
    const missing = await prepare(
      await task({ Dockerfile: `FROM ${testBase}\n` }, { workdir: '/new/place' }),
    );
    expect(await inside(missing, 'pwd; stat -c %u:%g . ..; touch x && echo ok')).toBe(
      '/new/place\n1000:1000\n0:0\nok\n',
    );
    const link = await prepare(
      await task({ Dockerfile: `FROM ${testBase}\nRUN mkdir /real && ln -s /real /app\nWORKDIR /app\n` }),
    );
    expect(link.workdir).toBe('/real');
    expect(await inside(link, 'stat -c %u .')).toBe('1000\n');
  });
});

test('a declared volume elsewhere is bounded memory of the user’s', async () => {
  const image = await prepare(
    await task({ Dockerfile: `FROM ${testBase}\nWORKDIR /app\nVOLUME /var/data\n` }),
  );
  expect(await inside(image, 'touch /var/data/x && df --output=fstype,size /var/data | tail -1')).toMatch(
    /^tmpfs +16384\n$/,
  );
});

describe('what cannot be', () => {
  const table: [string, Record<string, string>, object, RegExp][] = [
    ['no workdir', { Dockerfile: `FROM ${testBase}\n` }, {}, /no workdir/],
    ['the root as workdir', { Dockerfile: `FROM ${testBase}\nWORKDIR /\n` }, {}, /"\/"/],
    ['a relative workdir', { Dockerfile: `FROM ${testBase}\n` }, { workdir: 'app' }, /"app"/],
    ['a file as workdir', { Dockerfile: `FROM ${testBase}\n` }, { workdir: '/etc/passwd' }, /not a folder/],
    [
      'a volume over the workspace',
      { Dockerfile: `FROM ${testBase}\nWORKDIR /data/app\nVOLUME /data\n` },
      {},
      /volume/,
    ],
    [
      'a failing step',
      { Dockerfile: `FROM ${testBase}\nWORKDIR /app\nRUN echo so-it-goes && false\n` },
      {},
      /step 'RUN echo(.|\n)*so-it-goes/,
    ],
    ['a syntax error', { Dockerfile: `FROM ${testBase}\nNONSENSE x\n` }, {}, /NONSENSE/i],
    ['a missing file', { Dockerfile: `FROM ${testBase}\nCOPY nowhere /x\n` }, {}, /nowhere/],
    ['an ARG without value', { Dockerfile: 'ARG X\nFROM $X\n' }, {}, /Dockerfile:2: FROM names no image/],
    ['neither Dockerfile nor image', {}, {}, /neither/],
    [
      'not UTF-8',
      { Dockerfile: '' },
      { hasDockerfile: true },
      /file with no instructions|no build stage|empty/i,
    ],
    [
      'a slow build',
      { Dockerfile: `FROM ${testBase}\nRUN sleep 60\n` },
      { buildTimeoutSec: 1.5 },
      /within 1.5 s/,
    ],
  ];
  test.each(table)('%s', async (_, files, changes, message) => {
    const error = await refusal(await task(files, changes));
    expect(error.message).toMatch(message);
    expect(error.kind).toBe('input');
  });

  test('what needs BuildKit says so where there is none', async ({ skip }) => {
    const { failed } = await execa('docker', ['buildx', 'version'], { reject: false });
    if (!failed) skip('BuildKit is installed here');
    const error = await refusal(
      await task({ Dockerfile: `FROM ${testBase}\nRUN --mount=type=cache,target=/x true\n` }),
    );
    expect(error).toMatchObject({ kind: 'input', message: /line 2: RUN --mount/ });
  });

  test('an aborted build stops, and nothing of it runs on', async () => {
    const one = await task({ Dockerfile: `FROM ${testBase}\nRUN echo aborted-build && sleep 3000\n` });
    const abort = new AbortController();
    const building = engine.sandbox.prepare(one, {
      user: null,
      signal: abort.signal,
      log: (line) => engine.log.push(line),
    });
    const refused = expect(building).rejects.toMatchObject({ name: 'AbortError' });
    const isRunning = async () =>
      (await engine.docker.listContainers()).some(({ Command }) => Command.includes('aborted-build'));
    while (!(await isRunning())) await sleep(50);
    abort.abort();
    await refused;
    while (await isRunning()) await sleep(50);
  });
});

describe('once per digest', () => {
  test('equal environments are built once, in this session and in a later one', async () => {
    // Else the builder finds the layers of another test, and the image is not new.
    const label = `LABEL test=${randomUUID()}`;
    const one = await task({ Dockerfile: `FROM ${testBase}\nWORKDIR /app\n${label}\n`, x: 'y' });
    const twin: LoadedTask = { ...one, spec: { ...one.spec, id: 'twin' } };
    const other = await openTestEngine();
    const count = (word: string) =>
      [...engine.log, ...other.log].filter((line) => line.startsWith(`${word} the image`)).length;
    const before = [count('building'), count('preparing')] as const;
    const images = await Promise.all([prepare(one), prepare(twin), prepare(one), prepare(one, 'root')]);
    const later = await other.sandbox.prepare(one, { user: null, log: (line) => other.log.push(line) });
    await other.sandbox.close();
    expect(new Set(images.map(({ digest }) => digest)).size).toBe(2);
    expect(later).toEqual(images[0]);
    expect([count('building') - before[0], count('preparing') - before[1]]).toEqual([1, 2]);
  });

  test('one caller’s abort does not take the image from another', async () => {
    const one = await task({ Dockerfile: `FROM ${testBase}\nWORKDIR /app\nRUN sleep 1\n` });
    const abort = new AbortController();
    const leaving = expect(
      engine.sandbox.prepare(one, { user: null, signal: abort.signal, log: (line) => engine.log.push(line) }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    const staying = prepare(one);
    setTimeout(() => abort.abort(), 300);
    await leaving;
    expect((await staying).workdir).toBe('/app');
  });
});

describe('context', () => {
  test('.dockerignore is honoured, and COPY sees just what the author wrote', async () => {
    const one = await task({
      Dockerfile: `FROM ${testBase}\nWORKDIR /app\nCOPY . .\n`,
      '.dockerignore': '*.log\nout\n!out/keep\n',
      'a.log': '',
      'out/gone': '',
      'out/keep': '',
      'b.txt': 'b',
    });
    await symlink('b.txt', join(one.dir, 'environment', 'link'));
    const image = await prepare(one);
    expect(await inside(image, 'find . | sort; readlink link; stat -c %Y b.txt')).toBe(
      '.\n./.dockerignore\n./Dockerfile\n./b.txt\n./link\n./out\n./out/keep\nb.txt\n946684800\n',
    );
    const without = await prepare(
      await task({ Dockerfile: `FROM ${testBase}\nWORKDIR /app\nCOPY . .\n`, c: '' }),
    );
    expect(await inside(without, 'ls -A')).toBe('Dockerfile\nc\n');
  });

  test('stages, and images copied from, are found as bases', async () => {
    const one = await task({
      Dockerfile: `ARG BASE=${testBase}\nFROM $BASE AS first\nRUN echo made > /made\nFROM first AS second\nFROM \${BASE}\nCOPY --from=second /made /app/made\nCOPY --from=${testBase} /etc/debian_version /app/\nWORKDIR /app\n`,
    });
    expect(await inside(await prepare(one), 'cat made; ls')).toBe('made\ndebian_version\nmade\n');
  });

  test('files beside a docker_image lie in the workdir', async () => {
    const one = await task(
      { 'data/in.txt': 'in', '.dockerignore': '*' },
      { dockerImage: testBase, workdir: '/work dir' },
    );
    const image = await prepare(one);
    expect(await inside(image, 'pwd; cat data/in.txt; ls -A; stat -c %u data/in.txt')).toBe(
      '/work dir\nin.dockerignore\ndata\n1000\n',
    );
    const bare = await prepare(await task({}, { dockerImage: testBase, workdir: '/w' }));
    expect(await inside(bare, 'ls -A; touch x && echo ok')).toBe('ok\n');
  });

  test('readImage gives an image’s folder without starting it', async () => {
    const image = await prepare(
      await task({ Dockerfile: `FROM ${testBase}\nWORKDIR /app\nCOPY x x\n`, x: 'content' }),
    );
    const names = await engine.sandbox.readImage(image.ref, '/app', async (tar) => {
      const found: string[] = [];
      if (tar === null) return found;
      for await (const entry of tar.pipe(extract()))
        found.push(`${entry.header.name} ${entry.header.uid} ${await text(entry as never)}`);
      return found;
    });
    expect(names).toEqual(['app/ 1000 ', 'app/x 1000 content']);
    expect(await engine.sandbox.readImage(image.ref, '/nowhere', async (tar) => tar)).toBeNull();
  });
});
