import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adapters } from '../../candidates/registry.ts';
import { writeFiles } from '../../candidates/testing.ts';
import type { Candidate } from '../../harness/domain/candidate.ts';
import { defaultIngestLimits, defaultLimits } from '../../harness/domain/limits.ts';
import type { LoadedTask } from '../../harness/domain/task.ts';
import { loadTask } from '../../harness/plan/load-task.ts';
import { connectDocker } from '../../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../../harness/sandbox/docker-sandbox.ts';
import { type LayerEntry, packLayer } from '../../harness/sandbox/layer.ts';
import type { PreparedImage, Sandbox } from '../../harness/sandbox/sandbox.ts';
import { openStore } from '../../harness/store/git-store.ts';
import type { Store } from '../../harness/store/store.ts';
import { hiddenTests } from './hidden-tests.ts';
import { imageTestCommand } from './image-tests.ts';
import { readLogs } from './logs.ts';
import { logsDir } from './paths.ts';
import { noProtection, type Protection } from './protect/protection.ts';
import { artifactLayer, putBackLayer, withCandidateImage } from './state-layer.ts';
import { freshWord } from './test-container.ts';
import { wrappedCommand, wrapperCommand, wrapperEntries } from './wrapper.ts';

let sandbox: Sandbox;
let store: Store;
const session = `state-layer-test-${process.pid}`;
const cleanUp: (() => PromiseLike<unknown>)[] = [];

beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'assay-store-'));
  cleanUp.push(() => rm(dir, { recursive: true, force: true }));
  store = await openStore(dir);
  cleanUp.unshift(() => store.close());
  sandbox = await openDockerSandbox({ docker: await connectDocker(), runtime: null, session });
  cleanUp.unshift(() => sandbox.close());
});
afterAll(async () => {
  for (const step of cleanUp) await step();
  const docker = await connectDocker();
  const filters = { label: [`assay.session=${session}`] };
  expect(await docker.listContainers({ all: true, filters })).toEqual([]);
  expect(await docker.listImages({ all: true, filters })).toEqual([]);
});

interface Ready {
  task: LoadedTask;
  agentImage: PreparedImage;
  image: PreparedImage;
  base: string;
}

async function prepare(files: Record<string, string>): Promise<Ready> {
  const folder = await writeFiles(files);
  cleanUp.push(() => folder[Symbol.asyncDispose]());
  const task = await loadTask(folder.dir);
  const { agent, verifier } = task.spec;
  const agentImage = await sandbox.prepare(task, { user: agent.user });
  const environment = verifier.separate === null ? 'task' : 'verifier';
  const image = await sandbox.prepare(task, { user: verifier.user, environment });
  const read = await sandbox.readImage(agentImage.ref, agentImage.workdir, async (tar) => {
    if (tar === null) throw new Error('the image has no workspace');
    return store.ingest(tar, { base: null, limits: defaultIngestLimits, ignore: [] });
  });
  if (!read.ok) throw new Error(read.reason);
  return { task, agentImage, image, base: read.tree };
}

/** What an entry of a suite delivers for a task. */
async function deliver(
  { task, agentImage, base }: Ready,
  entry: Record<string, unknown>,
): Promise<Candidate> {
  const adapter = adapters.find(({ name }) => name === entry.adapter);
  const sources = await adapter?.open(adapter.schema.parse({ name: 'agent', ...entry }), {
    suiteDir: task.dir,
    taskIds: [task.spec.id],
    notice: () => undefined,
  });
  const result = await sources?.[0]?.attempt({
    trial: { id: 'x/agent/1', task: 'x', agent: 'agent', attempt: 1, retry: 0 },
    task,
    image: agentImage,
    base,
    sandbox,
    store,
    limits: { ...defaultLimits, memoryMb: 256, storageMb: 64 },
    network: 'none',
    ingest: { limits: defaultIngestLimits, ignore: [] },
    labels: {},
    signal: new AbortController().signal,
  });
  if (!result?.candidate) throw new Error(`nothing was delivered: ${result?.reason}`);
  return result.candidate;
}

const shell = (script: string) => ({ adapter: 'command', command: ['bash', '-c', script] });

/** Runs a command behind the wrapper, as the scorer does; the reward that it wrote. */
async function judge(
  { task, image }: Ready,
  { ref = image.ref, deletions = '', command = [] as string[], layers = [] as AsyncIterable<LayerEntry>[] },
): Promise<string> {
  async function* entries(): AsyncGenerator<LayerEntry> {
    for (const layer of layers) yield* layer;
    yield* wrapperEntries(deletions, freshWord(), image.user);
  }
  const result = await sandbox.run({
    image: ref,
    command,
    env: task.spec.verifier.env,
    workdir: image.workdir,
    user: image.user,
    network: 'none',
    limits: { ...defaultLimits, memoryMb: 256, storageMb: 64, timeoutSec: 60 },
    files: packLayer(entries()),
    labels: {},
    collect: async (files) => readLogs(await files.read(logsDir)),
  });
  const reward = result.collected?.files.find(({ path }) => path === 'reward.txt');
  const output = Buffer.concat([result.stdout.head, result.stderr.head]).toString();
  return reward && 'content' in reward ? reward.content.toString().trim() : `no reward: ${output}`;
}

describe('a separate verifier', () => {
  const files = {
    'task.toml': `artifacts = ["/app", {source = "/srv/out", exclude = ["*.tmp"]}, "/srv/one.txt"]
[task]
name = "test/separate"
[verifier]
environment_mode = "separate"
[environment]
network_mode = "no-network"
`,
    'instruction.md': 'Write.\n',
    'environment/Dockerfile':
      'FROM python:3.11-slim-bookworm\nWORKDIR /app\nRUN echo 0 > answer.txt && echo gone > gone.txt && mkdir -m 777 /srv/out && chmod 777 /srv\n',
    'tests/Dockerfile': `FROM python:3.11-slim-bookworm
COPY . /tests
RUN mkdir -p /app/stale /srv/out && touch /app/stale/x /srv/out/stale && echo expected > /tests/expected
`,
    'tests/test.sh': `#!/bin/bash
cd /app
echo "$(cat answer.txt) $(ls -A | xargs) | $(ls -A /srv/out | xargs) | $(stat -c %u:%a . answer.txt sub/deep /srv/one.txt 2>/dev/null | xargs) | $(pwd) $(ls /tests | xargs)" > /logs/verifier/reward.txt
`,
    'solution/solve.sh': 'echo 42 > answer.txt\n',
  };
  let ready: Ready;
  beforeAll(async () => {
    ready = await prepare(files);
  });
  const score = async (candidate: Candidate) => {
    const { task, image } = ready;
    const layer = await artifactLayer({ task, image, candidate, store });
    const command = wrappedCommand(await imageTestCommand(sandbox, image));
    return judge(ready, { layers: [layer.entries], command });
  };

  it('gets the artifacts at their places, its user’s, in emptied folders, and its own tests', async () => {
    const candidate = await deliver(
      ready,
      shell(`echo 7 > answer.txt; rm gone.txt; mkdir -p sub/deep; echo x > sub/deep/x; ln -s x sub/deep/l
        echo o > /srv/out/o; echo t > /srv/out/t.tmp; echo 1 > /srv/one.txt; mkdir -p /tmp/x`),
    );
    expect(await score(candidate)).toBe(
      '7 answer.txt sub | o | 1000:755 1000:644 1000:755 1000:644 | /app Dockerfile expected test.sh',
    );
  });

  it('judges the base and the solution by theirs', async () => {
    const [nop, oracle] = [
      await deliver(ready, { adapter: 'nop' }),
      await deliver(ready, { adapter: 'oracle' }),
    ];
    // What is missing or empty leaves alone what the image has there.
    expect(await score(nop)).toMatch(/^0 answer.txt gone.txt \| stale \| /);
    expect(await score(oracle)).toMatch(/^42 answer.txt gone.txt \| stale \| /);
    expect(oracle.artifacts).not.toBe(nop.artifacts);
  });

  it('refuses a candidate that was made without artifacts', async () => {
    const { task, image, base } = ready;
    const candidate = { ...(await deliver(ready, { adapter: 'nop' })), base, artifacts: null };
    await expect(artifactLayer({ task, image, candidate, store })).rejects.toMatchObject({
      kind: 'infrastructure',
    });
  });
});

describe('a task whose deliverable is the state', () => {
  const files = {
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
    'instruction.md': 'Set the port.\n',
    'environment/Dockerfile':
      'FROM python:3.11-slim-bookworm\nWORKDIR /app\nRUN echo port=1 > /etc/app.conf && echo old > a.txt && echo keep > Makefile\n',
    'tests/test.sh': `#!/bin/sh
[ -e /etc/issue ] && issue=there
ls /proc/[0-9]*/comm >/dev/null
echo "$(cat /etc/app.conf) \${issue:-gone} $(cat a.txt Makefile | xargs) $(ls -A | xargs) $(ls /tests | xargs) $(cat /proc/[0-9]*/comm | grep -c sleep)" > /logs/verifier/reward.txt
`,
    'solution/solve.sh': 'echo port=2 > /etc/app.conf; rm /etc/issue\n',
  };
  let ready: Ready;
  beforeAll(async () => {
    ready = await prepare(files);
  });
  const score = async (candidate: Candidate, protection: Protection = noProtection) => {
    const { task, image } = ready;
    const tests = await hiddenTests(task.dir);
    const { signal } = new AbortController();
    return withCandidateImage({ image, candidate, sandbox, store, signal }, async ({ ref }) => {
      const layer = await putBackLayer(store, candidate, image, protection);
      return judge(ready, {
        ref,
        layers: [layer.entries, tests.entries],
        deletions: layer.deletions,
        command: wrapperCommand(tests.hasShebang),
      });
    });
  };

  it('is judged in a container as the agent left it, without its processes', async () => {
    const candidate = await deliver(
      ready,
      shell(
        'echo port=2 > /etc/app.conf; rm /etc/issue; echo new > a.txt; mkdir -p /tests; touch /tests/conftest.py; sleep 1000 &',
      ),
    );
    expect(await score(candidate)).toBe('port=2 gone new keep Makefile a.txt test.sh 0');
    // Once more, from the image that is there already.
    expect(await score(candidate)).toBe('port=2 gone new keep Makefile a.txt test.sh 0');
  });

  it('is judged as the image is, where nothing was changed, and by its solution', async () => {
    expect(await score(await deliver(ready, { adapter: 'nop' }))).toBe(
      'port=1 there old keep Makefile a.txt test.sh 0',
    );
    expect(await score(await deliver(ready, { adapter: 'oracle' }))).toMatch(/^port=2 gone old keep/);
  });

  it('has what is protected put back', async () => {
    const candidate = await deliver(
      ready,
      shell('echo evil > Makefile; echo mine > a.txt; echo hook > conftest.py; echo port=3 > /etc/app.conf'),
    );
    const protection: Protection = {
      kept: new Set(['Makefile', 'conftest.py']),
      rewritten: new Map([['a.txt', Buffer.from('merged\n')]]),
      touched: [],
    };
    expect(await score(candidate, protection)).toBe('port=3 there merged keep Makefile a.txt test.sh 0');
    expect(await score(candidate)).toBe('port=3 there mine evil Makefile a.txt conftest.py test.sh 0');
  });

  it('cannot be judged by what is no state', async () => {
    const state = await store.putBlob('{"version":1,"deletions":["/../etc"],"entries":[]}');
    const candidate = { ...(await deliver(ready, { adapter: 'nop' })), state };
    await expect(score(candidate)).rejects.toMatchObject({ kind: 'infrastructure' });
  });
});
