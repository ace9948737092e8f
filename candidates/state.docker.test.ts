import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContainerStateManifest } from '../harness/domain/container-state.ts';
import { defaultIngestLimits, defaultLimits } from '../harness/domain/limits.ts';
import type { LoadedTask } from '../harness/domain/task.ts';
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
  'task.toml': `[task]
name = "test/state"
[metadata.assay]
deliverable = "state"
[agent]
user = "root"
[verifier]
user = "root"
[environment]
network_mode = "no-network"
`,
  'instruction.md': 'Set up the machine.\n',
  'environment/Dockerfile': `FROM python:3.11-slim-bookworm
WORKDIR /app
RUN echo old > app.txt && echo port=1 > /etc/app.conf && mkdir /srv/many && cd /srv/many && for i in $(seq 200); do echo $i > $i; done
RUN mkdir /srv/folder && echo f > /srv/folder/f && ln -s /srv/folder /srv/link
`,
  'tests/test.sh': '#!/bin/sh\n',
  'solution/solve.sh':
    'echo port=2 > /etc/app.conf; echo done > app.txt; cp /solution/helper /usr/local/bin/helper\n',
  'solution/helper': 'help\n',
};

let sandbox: Sandbox;
let store: Store;
let task: LoadedTask;
let image: PreparedImage;
let base: string;
const cleanUp: (() => PromiseLike<unknown>)[] = [];

beforeAll(async () => {
  const storeDir = await mkdtemp(join(tmpdir(), 'assay-store-'));
  cleanUp.push(() => rm(storeDir, { recursive: true, force: true }));
  const folder = await writeFiles(files);
  cleanUp.push(() => folder[Symbol.asyncDispose]());
  store = await openStore(storeDir);
  cleanUp.unshift(() => store.close());
  sandbox = await openDockerSandbox({
    docker: await connectDocker(),
    runtime: null,
    session: `state-test-${process.pid}`,
  });
  cleanUp.unshift(() => sandbox.close());
  task = await loadTask(folder.dir);
  image = await sandbox.prepare(task, { user: task.spec.agent.user });
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
    trial: { id: 'state/agent/1', task: 'state', agent: 'agent', attempt: 1, retry: 0 },
    task,
    image,
    base,
    sandbox,
    store,
    limits: { ...defaultLimits, memoryMb: 256, storageMb: 64 },
    network: 'none',
    ingest: { limits: defaultIngestLimits, ignore: [] },
    labels: {},
    signal: new AbortController().signal,
    ...over,
  });
}

const shell = (script: string, over: Partial<AttemptContext> = {}) =>
  attempt({ adapter: 'command', command: ['bash', '-c', script], files: ['instruction.md'] }, over);

/** The manifest of what was delivered, contents in place of digests. */
async function stateOf(result: TrialResult) {
  const state = result.candidate?.state ?? null;
  if (state === null) return null;
  const manifest = ContainerStateManifest.parse(JSON.parse(String(await store.readBlob(state))));
  const entries = await Promise.all(
    manifest.entries.map(async (entry) => {
      if (entry.type !== 'file') return entry;
      const { digest, bytes, ...rest } = entry;
      const content = String(await store.readBlob(digest));
      expect(bytes).toBe(content.length);
      return { ...rest, content };
    }),
  );
  return { deletions: manifest.deletions, entries };
}

const owned = { uid: 0, gid: 0 };

describe('the state of a stopped container', () => {
  it('is what the agent changed, wherever it lies, and nothing of the harness’s', async () => {
    const result = await shell(`
      echo port=2 > /etc/app.conf; rm /etc/issue; rm -rf /etc/alternatives
      mkdir -m 700 /srv/new; echo a > /srv/new/a; chmod 4711 /srv/new/a; ln /srv/new/a /srv/hard; ln -s ../app.conf /srv/new/l
      mkfifo /srv/new/pipe; echo new > app.txt; echo tmp > /tmp/x; echo log > /logs/agent/log; mkdir -p /tests; touch /tests/conftest.py
      rm -rf /srv/folder; echo file > /srv/folder; rm /srv/link; mkdir /srv/link; echo in > /srv/link/in`);
    expect(result).toMatchObject({
      outcome: 'delivered',
      candidate: { artifacts: null, diff: { files: 1 } },
    });
    expect(await stateOf(result)).toEqual({
      deletions: ['/etc/alternatives', '/etc/issue'],
      entries: [
        { type: 'file', path: '/app/app.txt', mode: 0o644, ...owned, content: 'new\n' },
        { type: 'file', path: '/etc/app.conf', mode: 0o644, ...owned, content: 'port=2\n' },
        { type: 'file', path: '/srv/folder', mode: 0o644, ...owned, content: 'file\n' },
        { type: 'file', path: '/srv/hard', mode: 0o4711, ...owned, content: 'a\n' },
        { type: 'dir', path: '/srv/link', mode: 0o755, ...owned },
        { type: 'file', path: '/srv/link/in', mode: 0o644, ...owned, content: 'in\n' },
        { type: 'dir', path: '/srv/new', mode: 0o700, ...owned },
        { type: 'file', path: '/srv/new/a', mode: 0o4711, ...owned, content: 'a\n' },
        { type: 'link', path: '/srv/new/l', ...owned, target: '../app.conf' },
      ],
    });
    const dropped = result.evidence.find(({ name }) => name === 'state-dropped.json');
    expect(JSON.parse(String(await store.readBlob(dropped?.digest ?? '')))).toEqual(['/srv/new/pipe']);
  });

  it('is equal for equal states, however they came to be, and none where nothing changed', async () => {
    const [plain, devious, nothing] = [
      await shell('echo port=3 > /etc/app.conf; echo x > /srv/x'),
      await shell(
        `touch /srv/a /etc/b; echo y > /srv/x; rm /srv/a /etc/b; echo x > /srv/x; cp -r /srv/many /tmp; rm -r /srv/many; cp -r /tmp/many /srv
         echo port=9 > /etc/app.conf; sleep 1; echo port=3 > /etc/app.conf; ln /srv/x /srv/y; rm /srv/y`,
      ),
      await shell(
        'touch /etc/app.conf /srv/many/7; cp app.txt /tmp/; cp /tmp/app.txt app.txt; touch /srv/z; rm /srv/z',
      ),
    ];
    expect(plain.candidate?.state).not.toBeNull();
    expect(devious.candidate?.state).toBe(plain.candidate?.state);
    expect(nothing.candidate).toMatchObject({ state: null, tree: base });
  });

  it('is found by whole folders where much changed', async () => {
    const result = await shell(
      'cd /srv/many; for i in $(seq 150); do echo new > $i; done; rm 151 152; touch 153',
    );
    const state = await stateOf(result);
    expect(state?.deletions).toEqual(['/srv/many/151', '/srv/many/152']);
    expect(state?.entries).toHaveLength(150);
    expect(state?.entries).toContainEqual({
      type: 'file',
      path: '/srv/many/150',
      mode: 0o644,
      ...owned,
      content: 'new\n',
    });
  });

  it('is refused where it is more than it may be, with the reason', async () => {
    const refused = async (script: string, over: Partial<AttemptContext> = {}) => {
      const { candidate, outcome, reason } = await shell(script, over);
      expect([candidate, outcome]).toEqual([null, 'failed']);
      return reason;
    };
    const small = { ingest: { limits: { ...defaultIngestLimits, maxFiles: 50 }, ignore: [] } };
    expect(await refused('mkdir /srv/n; cd /srv/n; touch $(seq 60)', small)).toContain(
      'the state of the container: more than 50 files and folders were changed',
    );
    const single = { ingest: { limits: { ...defaultIngestLimits, maxFileBytes: 1000 }, ignore: [] } };
    expect(await refused('head -c 2000 /dev/zero > /srv/big', single)).toContain(
      '"/srv/big": 2000 bytes are more than 1000 for one file',
    );
    const sparse = await refused(
      'truncate -s 60G /srv/sparse || truncate -s 60M /srv/sparse; truncate -s 60M /srv/more',
    );
    expect(sparse).toContain('with it the changed files hold more than 67108864 bytes');
    expect(await refused('touch "/srv/$(printf "\\\\xff")"')).toContain('not valid UTF-8');
  });

  it('of the reference solution holds what it did, and not the solution', async () => {
    const result = await attempt({ adapter: 'oracle' });
    expect((await stateOf(result))?.entries.map(({ path }) => path)).toEqual([
      '/app/app.txt',
      '/etc/app.conf',
      '/usr/local/bin/helper',
    ]);
  });

  it('is none of the base’s and of patches, which say nothing of it', async () => {
    expect((await attempt({ adapter: 'nop' })).candidate).toMatchObject({
      tree: base,
      state: null,
      artifacts: null,
    });
    await using patches = await writeFiles({
      'p/state.patch': '--- a/app.txt\n+++ b/app.txt\n@@ -1 +1 @@\n-old\n+new\n',
    });
    const patched = await attempt({ adapter: 'patch', dir: join(patches.dir, 'p') });
    expect(patched).toMatchObject({ outcome: 'delivered', candidate: { state: null, diff: { files: 1 } } });
  });
});
