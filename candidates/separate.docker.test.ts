import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultIngestLimits, defaultLimits } from '../harness/domain/limits.ts';
import type { LoadedTask, TaskSpec } from '../harness/domain/task.ts';
import type { TrialResult } from '../harness/domain/trial.ts';
import { loadTask } from '../harness/plan/load-task.ts';
import { connectDocker } from '../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../harness/sandbox/docker-sandbox.ts';
import type { PreparedImage, Sandbox } from '../harness/sandbox/sandbox.ts';
import { openStore } from '../harness/store/git-store.ts';
import type { Store } from '../harness/store/store.ts';
import { adapters } from './registry.ts';
import type { AttemptContext } from './source.ts';
import { type Files, writeFiles } from './testing.ts';

const files: Files = {
  'task.toml': `artifacts = ["/app/out", "answer.txt", {source = "/srv/data", exclude = ["*.tmp"]}, "/nowhere", "/app/out/inner"]
[task]
name = "test/separate"
[verifier]
environment_mode = "separate"
[environment]
network_mode = "no-network"
workdir = "/app"
`,
  'instruction.md': 'Write into out/.\n',
  'environment/Dockerfile': `FROM python:3.11-slim-bookworm
WORKDIR /app
RUN echo 0 > answer.txt && echo src > main.py && mkdir -p out /srv/data && echo old > out/old && ln -s /etc/passwd out/passwd && echo base > /srv/data/base && chown -R 1000:1000 /srv/data
`,
  'tests/Dockerfile': 'FROM python:3.11-slim-bookworm\nCOPY . /tests\n',
  'tests/test.sh': '#!/bin/sh\n',
  'solution/solve.sh': 'echo 42 > answer.txt; echo made > out/made\n',
};

const pristine = {
  'app/answer.txt': '0\n',
  'app/out/old': 'old\n',
  'app/out/passwd@': '/etc/passwd',
  'srv/data/base': 'base\n',
};

let sandbox: Sandbox;
let store: Store;
let task: LoadedTask;
let image: PreparedImage;
let base: string;
const session = `separate-test-${process.pid}`;
const cleanUp: (() => PromiseLike<unknown>)[] = [];

beforeAll(async () => {
  const storeDir = await mkdtemp(join(tmpdir(), 'assay-store-'));
  cleanUp.push(() => rm(storeDir, { recursive: true, force: true }));
  const folder = await writeFiles(files);
  cleanUp.push(() => folder[Symbol.asyncDispose]());
  store = await openStore(storeDir);
  cleanUp.unshift(() => store.close());
  sandbox = await openDockerSandbox({ docker: await connectDocker(), runtime: null, session });
  cleanUp.unshift(() => sandbox.close());
  task = await loadTask(folder.dir);
  image = await sandbox.prepare(task, { user: null });
  const read = await sandbox.readImage(image.ref, image.workdir, async (tar) => {
    if (tar === null) throw new Error('the image has no workspace');
    return store.ingest(tar, { base: null, limits: defaultIngestLimits, ignore: [] });
  });
  if (!read.ok) throw new Error(read.reason);
  base = read.tree;
});
afterAll(async () => {
  for (const step of cleanUp) await step();
});

/** The task with other hooks or artifacts. */
function changed(
  verifier: Partial<TaskSpec['verifier']>,
  artifacts = task.spec.artifacts,
): Partial<AttemptContext> {
  return {
    task: { ...task, spec: { ...task.spec, artifacts, verifier: { ...task.spec.verifier, ...verifier } } },
  };
}

const artifact = (source: string) => ({ source, destination: null, exclude: [] });
const hook = (command: string, over: Partial<TaskSpec['verifier']['collect'][number]> = {}) => ({
  command,
  timeoutSec: 30,
  user: null,
  ...over,
});

async function attempt(entry: Record<string, unknown>, over: Partial<AttemptContext> = {}) {
  const adapter = adapters.find(({ name }) => name === entry.adapter);
  const sources = await adapter?.open(adapter.schema.parse({ name: 'agent', ...entry }), {
    suiteDir: task.dir,
    taskIds: [task.spec.id],
    notice: () => undefined,
  });
  const source = sources?.[0];
  if (source === undefined) throw new Error('nothing was opened');
  return source.attempt({
    trial: { id: 'separate/agent/1', task: 'separate', agent: 'agent', attempt: 1, retry: 0 },
    task,
    image,
    base,
    sandbox,
    store,
    limits: { ...defaultLimits, memoryMb: 256, storageMb: 64 },
    network: 'none',
    ingest: { limits: defaultIngestLimits, ignore: ['out/'] },
    labels: {},
    signal: new AbortController().signal,
    ...over,
  });
}

const shell = (script: string, over: Partial<AttemptContext> = {}) =>
  attempt({ adapter: 'command', command: ['bash', '-c', script] }, over);

/** The files of the artifacts, links marked with `@`, programs with `*`. */
async function artifactsOf(result: TrialResult): Promise<Record<string, string>> {
  const tree = result.candidate?.artifacts;
  if (!tree) throw new Error(`no artifacts: ${result.reason}`);
  const marks = { '100644': '', '100755': '*', '120000': '@' };
  const entries = await store.listTree(tree);
  const read = entries.map(
    async ({ path, mode, digest }) => [path + marks[mode], String(await store.readBlob(digest))] as const,
  );
  return Object.fromEntries(await Promise.all(read));
}

async function evidence(result: TrialResult, name: string): Promise<string> {
  const found = result.evidence.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no evidence ${name}: ${result.evidence.map((e) => e.name)}`);
  return String(await store.readBlob(found.digest));
}

describe('the artifacts of an attempt', () => {
  it('are one tree by absolute paths, whatever the workspace leaves out', async () => {
    const result =
      await shell(`echo 7 > answer.txt; rm out/old; echo new > out/new; mkdir -p out/__pycache__; echo c > out/__pycache__/c.pyc
      printf '#!/bin/sh\\n' > out/run; chmod +x out/run; ln -s new out/link; echo t > /srv/data/x.tmp; echo d > /srv/data/d
      echo log > /logs/artifacts/log; echo s > /logs/agent/session`);
    expect(result).toMatchObject({ outcome: 'delivered', candidate: { base, state: null } });
    expect(await artifactsOf(result)).toEqual({
      'app/answer.txt': '7\n',
      'app/out/__pycache__/c.pyc': 'c\n',
      'app/out/link@': 'new',
      'app/out/new': 'new\n',
      'app/out/passwd@': '/etc/passwd',
      'app/out/run*': '#!/bin/sh\n',
      'logs/artifacts/log': 'log\n',
      'srv/data/base': 'base\n',
      'srv/data/d': 'd\n',
    });
    expect(result.evidence.map(({ name }) => name).sort()).toEqual([
      'artifacts.json',
      'artifacts:/app/answer.txt',
      'artifacts:/app/out',
      'artifacts:/logs/agent',
      'artifacts:/logs/artifacts',
      'artifacts:/srv/data',
      'diff.patch',
    ]);
    expect(JSON.parse(await evidence(result, 'artifacts.json'))).toEqual([
      { source: '/app/out/inner', reason: 'overlaps /app/out, which comes before it' },
      { source: '/nowhere', reason: 'does not exist' },
    ]);
    expect(await evidence(result, 'artifacts:/app/answer.txt')).toBe('7\n');
  });

  it.each([
    ['a link to the tests', 'mkdir a; ln -s /tests/expected a/answer', /absolute path/],
    ['a link out of it', 'mkdir a; ln -s ../base a/answer', /points outside/],
    ['a link through another', 'mkdir -p a/x/y; ln -s x/y a/l; ln -s l/../../../base a/m', /points outside/],
    ['a pipe', 'mkdir a; mkfifo a/pipe', /a named pipe/],
    ['a link in its place', 'ln -s /etc/passwd a', /neither a file nor a folder/],
    ['a set-uid program', 'mkdir a; cp /bin/true a/; chmod 4755 a/true', /set-uid/],
  ])('are judged without one that holds %s, and the reason is kept', async (_what, script, reason) => {
    const over = changed({}, [artifact('/srv/data/a'), artifact('/app/answer.txt')]);
    const result = await shell(`cd /srv/data; ${script}; echo 7 > /app/answer.txt`, over);
    expect(await artifactsOf(result)).toEqual({ 'app/answer.txt': '7\n' });
    expect(JSON.parse(await evidence(result, 'artifacts.json'))).toEqual([
      { source: '/srv/data/a', reason: expect.stringMatching(reason) },
    ]);
  });

  it('may be bounded, all of them together', async () => {
    const script = 'head -c 3000 /dev/zero > out/a; head -c 3000 /dev/zero > /srv/data/b';
    const limits = { ...defaultIngestLimits, maxBytes: 5000 };
    const result = await shell(script, { ingest: { limits, ignore: ['out/'] } });
    expect(Object.keys(await artifactsOf(result))).toEqual([
      'app/answer.txt',
      'app/out/a',
      'app/out/old',
      'app/out/passwd@',
    ]);
    expect(await evidence(result, 'artifacts.json')).toMatch(/"\/srv\/data",\n.*more than/);
  });

  it('may be the workspace itself', async () => {
    const result = await shell('echo 7 > answer.txt; git init -q . 2>/dev/null; mkdir .git; touch .git/x', {
      ...changed({}, [artifact('/app')]),
    });
    expect(await artifactsOf(result)).toEqual({
      'app/answer.txt': '7\n',
      'app/main.py': 'src\n',
      'app/out/old': 'old\n',
      'app/out/passwd@': '/etc/passwd',
    });
  });
});

describe('what did not run has the artifacts', () => {
  it('of the image, where it changed nothing', async () => {
    const [nop, idle] = [await attempt({ adapter: 'nop' }), await shell('true')];
    expect(await artifactsOf(nop)).toEqual(pristine);
    expect(idle.candidate).toEqual(nop.candidate);
  });

  it('of its tree, where they lie in the workspace, and else of the image', async () => {
    await using folder = await writeFiles({
      'p/separate.patch':
        '--- a/answer.txt\n+++ b/answer.txt\n@@ -1 +1 @@\n-0\n+7\n--- a/out/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n--- /dev/null\n+++ b/out/new\n@@ -0,0 +1 @@\n+new\n',
    });
    const patch = { adapter: 'patch', dir: join(folder.dir, 'p') };
    const result = await attempt(patch);
    expect(result).toMatchObject({ outcome: 'delivered', reason: 'recorded patch, applied to the base' });
    const { 'app/out/old': _, ...kept } = pristine;
    expect(await artifactsOf(result)).toEqual({ ...kept, 'app/answer.txt': '7\n', 'app/out/new': 'new\n' });

    const elsewhere = await attempt(patch, changed({}, [artifact('/srv/data')]));
    expect(await artifactsOf(elsewhere)).toEqual({ 'srv/data/base': 'base\n' });
    expect(elsewhere.reason).toContain("none of the task's artifacts lies in the workspace");
    const hooked = await attempt(patch, changed({ collect: [hook('true')] }));
    expect(hooked.reason).toContain('were not run on it');
    const whole = await attempt(patch, changed({}, [{ ...artifact('/app'), exclude: ['out'] }]));
    expect(await artifactsOf(whole)).toEqual({ 'app/answer.txt': '7\n', 'app/main.py': 'src\n' });
  });
});

describe('commands that prepare artifacts', () => {
  it('run one after another once the agent and all its processes are gone, without network', async () => {
    const late = '(sleep 1; echo late > /srv/data/late) &';
    const collect = [
      hook(
        'cat /proc/[0-9]*/comm | grep -c sleep > /logs/artifacts/sleeping; cat answer.txt > /logs/artifacts/first; ls /sys/class/net > /logs/artifacts/net',
      ),
      hook('id -u > /logs/artifacts/../artifacts/user; touch /srv/data/as-root', { user: 'root' }),
      hook(
        'cat /logs/artifacts/first > /srv/data/second; echo changed > answer.txt; sleep 2; ls /tmp > /srv/data/tmp',
      ),
    ];
    const result = await shell(
      `echo 7 > answer.txt; touch /tmp/t; chmod 777 /logs/artifacts; setsid nohup bash -c '${late}' >/dev/null 2>&1; exit 0`,
      changed({ collect }),
    );
    const artifacts = await artifactsOf(result);
    expect(artifacts).toMatchObject({
      'logs/artifacts/sleeping': '0\n',
      'logs/artifacts/first': '7\n',
      'logs/artifacts/net': 'lo\n',
      'logs/artifacts/user': '0\n',
      'srv/data/second': '7\n',
      'srv/data/tmp': '',
      'app/answer.txt': 'changed\n',
    });
    expect(Object.keys(artifacts)).not.toContain('srv/data/late');
    // What the agent itself delivered is what stood when it ended.
    const tree = await store.listTree(result.candidate?.tree ?? '');
    const answer = tree.find(({ path }) => path === 'answer.txt');
    expect(String(await store.readBlob(answer?.digest ?? ''))).toBe('7\n');
    const reports: { command: string; ended: string }[] = JSON.parse(await evidence(result, 'collect.json'));
    expect(reports.map(({ ended }) => ended)).toEqual(['exit code 0', expect.any(String), 'exit code 0']);
  });

  it('stop nothing when they fail, which is noted', async () => {
    const collect = [
      hook('echo whatever >&2; exit 3'),
      hook('sleep 60', { timeoutSec: 1 }),
      hook('true', { user: 'nobody-at-all' }),
      hook('no-such-command'),
      hook('echo end > /srv/data/end'),
    ];
    const result = await shell('echo 7 > answer.txt', changed({ collect }));
    expect(result.outcome).toBe('delivered');
    expect(await artifactsOf(result)).toMatchObject({ 'app/answer.txt': '7\n', 'srv/data/end': 'end\n' });
    expect(JSON.parse(await evidence(result, 'collect.json'))).toEqual([
      { command: 'echo whatever >&2; exit 3', ended: 'exit code 3', output: 'whatever\n' },
      { command: 'sleep 60', ended: 'timeout', output: '' },
      { command: 'true', ended: expect.stringContaining('not run: the user "nobody-at-all"'), output: '' },
      { command: 'no-such-command', ended: 'exit code 127', output: expect.stringContaining('not found') },
      { command: 'echo end > /srv/data/end', ended: 'exit code 0', output: '' },
    ]);
  });

  it('run on the image for the base, so that both are judged alike', async () => {
    const over = changed({ collect: [hook('cp answer.txt /logs/artifacts/copy')] });
    const [nop, idle] = [await attempt({ adapter: 'nop' }, over), await shell('true', over)];
    expect(await artifactsOf(nop)).toEqual({ ...pristine, 'logs/artifacts/copy': '0\n' });
    expect(idle.candidate).toEqual(nop.candidate);
  });

  it('serve evidence where the verifier shares the container', async () => {
    const over = changed({ separate: null, collect: [hook('cp answer.txt /logs/artifacts/copy')] });
    const result = await shell('echo 7 > answer.txt', over);
    expect(result.candidate?.artifacts).toBeNull();
    expect(result.evidence.map(({ name }) => name)).toContain('artifacts:/logs/artifacts');
  });

  it('leave no image and no container, also when the attempt is aborted', async () => {
    const stop = new AbortController();
    const reason = new Error('stop');
    const watched: Sandbox = {
      ...sandbox,
      run: (request) => {
        if (request.image !== image.ref) setTimeout(() => stop.abort(reason), 500);
        return sandbox.run(request);
      },
    };
    const over = changed({ collect: [hook('sleep 60'), hook('true')] });
    await expect(shell('true', { ...over, sandbox: watched, signal: stop.signal })).rejects.toBe(reason);
    const docker = await connectDocker();
    const filters = { label: [`assay.session=${session}`] };
    expect(await docker.listContainers({ all: true, filters })).toEqual([]);
    expect(await docker.listImages({ all: true, filters })).toEqual([]);
  });
});
