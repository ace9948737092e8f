import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import { AssayError } from '../domain/errors.ts';
import type { LoadedTask, TaskSpec } from '../domain/task.ts';
import { openTestEngine, outputText, type TestEngine, testBase, testSpec } from './docker-testing.ts';
import type { PreparedImage, PrepareOptions } from './sandbox.ts';

let engine: TestEngine;
let folder: string;
const made = new Set<string>();

beforeAll(async () => {
  engine = await openTestEngine();
  folder = await mkdtemp(join(tmpdir(), 'assay-verifier-'));
});
afterAll(async () => {
  expect(await engine.containers()).toEqual([]);
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
  await rm(folder, { recursive: true, force: true });
}, 60_000);

type Separate = NonNullable<TaskSpec['verifier']['separate']>;

/** A task with these files and a separate verifier, by default made of `tests/`. */
async function task(
  files: Readonly<Record<string, string>>,
  separate: Partial<Separate> = {},
  changes: Partial<TaskSpec> = {},
): Promise<LoadedTask> {
  const dir = join(folder, randomUUID());
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  const environment = {
    ...testSpec.environment,
    digest: sha256(randomUUID()),
    hasDockerfile: 'environment/Dockerfile' in files,
  };
  const own: Separate = {
    digest: sha256(randomUUID()),
    context: 'tests',
    dockerImage: null,
    buildTimeoutSec: 60,
    workdir: null,
    env: {},
    cpus: null,
    memoryMb: null,
    storageMb: null,
    healthcheck: null,
    ...separate,
  };
  if (own.context === 'environment') own.digest = environment.digest;
  return {
    dir,
    spec: { ...testSpec, environment, verifier: { ...testSpec.verifier, separate: own }, ...changes },
  };
}

async function prepare(one: LoadedTask, options: Partial<PrepareOptions> = {}): Promise<PreparedImage> {
  const prepared = await engine.sandbox.prepare(one, {
    user: null,
    environment: 'verifier',
    log: (line) => engine.log.push(line),
    ...options,
  });
  made.add(prepared.ref);
  return prepared;
}

async function inside({ ref, workdir, user }: PreparedImage, script: string): Promise<string> {
  const result = await engine.sandbox.run(engine.request(script, { image: ref, workdir, user }));
  return outputText(result.stdout) + outputText(result.stderr);
}

async function refusal(one: LoadedTask): Promise<string> {
  const error: unknown = await prepare(one).catch((thrown: unknown) => thrown);
  if (!(error instanceof AssayError) || error.kind !== 'input')
    throw new Error('not refused', { cause: error });
  return error.message;
}

const dockerfile = `FROM ${testBase}\nCOPY . /tests\n`;

describe('the image of a separate verifier', () => {
  test('is made of tests/, runs in / and lets nobody change the tests', async () => {
    const one = await task({
      'tests/Dockerfile': dockerfile,
      'tests/test.sh': '#!/bin/sh\n',
      'tests/data': 'x',
    });
    const image = await prepare(one);
    expect(image).toMatchObject({ workdir: '/', user: { uid: 1000, gid: 1000 } });
    const script = `pwd; id -un; stat -c "%n %u" / /tests /tests/* /etc /logs/verifier; echo no > /tests/data`;
    expect((await inside(image, script)).split('\n')).toEqual([
      '/',
      'assay',
      '/ 0',
      '/tests 0',
      '/tests/Dockerfile 0',
      '/tests/data 0',
      '/tests/test.sh 0',
      '/etc 0',
      '/logs/verifier 1000',
      expect.stringContaining('Permission denied'),
      '',
    ]);
  });

  test('keeps the tests root’s where they are its workdir, and gives any other workdir away', async () => {
    const files = { 'tests/test.sh': '#!/bin/sh\n' };
    const own = await prepare(await task({ ...files, 'tests/Dockerfile': `${dockerfile}WORKDIR /tests\n` }));
    expect(await inside(own, 'pwd; stat -c %u . test.sh')).toBe('/tests\n0\n0\n');
    const other = await prepare(
      await task(
        { ...files, 'tests/Dockerfile': `${dockerfile}WORKDIR /nowhere\n` },
        { workdir: '/work/it' },
      ),
    );
    expect(await inside(other, 'pwd; stat -c %u . /tests')).toBe('/work/it\n1000\n0\n');
  });

  test('has the users of its own tables', async () => {
    const text = `${dockerfile}RUN echo "judge:x:4321:4322::/:/bin/sh" >> /etc/passwd\n`;
    const one = await task({ 'tests/Dockerfile': text, 'tests/test.sh': '' });
    expect((await prepare(one, { user: 'judge' })).user).toEqual({ uid: 4321, gid: 4322 });
    expect((await prepare(one, { user: 'root' })).user).toEqual({ uid: 0, gid: 0 });
  });

  test('may be named, or be the task’s own, and then is another than the agents’', async () => {
    const text = `FROM ${testBase}\nWORKDIR /app\nRUN mkdir /tests && echo "#!/bin/sh" > /tests/test.sh\n`;
    const files = { 'environment/Dockerfile': text, 'environment/app.txt': '' };
    const one = await task(files, { context: 'environment' });
    const [agents, verifiers] = [await prepare(one, { environment: 'task' }), await prepare(one)];
    expect([agents.workdir, verifiers.workdir]).toEqual(['/app', '/app']);
    expect(verifiers.ref).not.toBe(agents.ref);
    const tagged = await prepare(await task({ 'tests/Dockerfile': dockerfile, 'tests/test.sh': '' }));
    const named = await task({}, { context: null, dockerImage: tagged.ref });
    expect((await prepare(named)).workdir).toBe('/');
  });

  test.each<[string, Record<string, string>, Partial<Separate>, Partial<TaskSpec>, string]>([
    [
      'no tests in it',
      { 'tests/Dockerfile': `FROM ${testBase}\n` },
      {},
      {},
      'the image of the verifier of task probe holds no /tests/test.sh',
    ],
    [
      'a folder in place of the script',
      { 'tests/Dockerfile': `FROM ${testBase}\nRUN mkdir -p /tests/test.sh\n` },
      {},
      {},
      'or it is no file',
    ],
    [
      'a Dockerfile that does not build',
      { 'tests/Dockerfile': `FROM ${testBase}\nRUN false\n` },
      {},
      {},
      'probe: tests/Dockerfile does not build',
    ],
    [
      'no such user',
      { 'tests/Dockerfile': `${dockerfile}USER judge\n`, 'tests/test.sh': '' },
      {},
      {},
      "the verifier of task probe: its image's USER: the image's /etc/passwd has no user 'judge'",
    ],
    [
      'an artifact where it declares a volume',
      { 'tests/Dockerfile': `${dockerfile}VOLUME /data\n`, 'tests/test.sh': '' },
      {},
      { artifacts: [{ source: '/data/out', destination: null, exclude: [] }] },
      'declares /data as a volume',
    ],
    [
      'a volume over the tests',
      { 'tests/Dockerfile': `${dockerfile}VOLUME /tests\n`, 'tests/test.sh': '' },
      {},
      {},
      'declares /tests as a volume',
    ],
  ])('is refused with %s', async (_what, files, separate, changes, expected) => {
    expect(await refusal(await task(files, separate, changes))).toContain(expected);
  });

  test('may declare a volume elsewhere', async () => {
    const one = await task({ 'tests/Dockerfile': `${dockerfile}VOLUME /data\n`, 'tests/test.sh': '' });
    expect(await inside(await prepare(one), 'touch /data/x && ls /data')).toBe('x\n');
  });
});

describe('an image for agents', () => {
  test('must not keep in a volume what is to be judged', async () => {
    const files = { 'environment/Dockerfile': `FROM ${testBase}\nWORKDIR /app\nVOLUME /data\n` };
    const source = { source: '/data/out', destination: null, exclude: [] };
    const separate = await task(files, {}, { artifacts: [source] });
    await expect(prepare(separate, { environment: 'task' })).rejects.toThrow('declares /data as a volume');
    const shared = { ...separate.spec, verifier: testSpec.verifier };
    expect((await prepare({ ...separate, spec: shared }, { environment: 'task' })).workdir).toBe('/app');
    const state = { ...shared, deliverable: 'state' as const };
    await expect(prepare({ ...separate, spec: state }, { environment: 'task' })).rejects.toThrow(
      '/data as a volume',
    );
  });
});
