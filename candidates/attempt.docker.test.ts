import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultIngestLimits, defaultLimits, type Limits } from '../harness/domain/limits.ts';
import type { LoadedTask } from '../harness/domain/task.ts';
import type { TrialResult } from '../harness/domain/trial.ts';
import { loadTask } from '../harness/plan/load-task.ts';
import { connectDocker } from '../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../harness/sandbox/docker-sandbox.ts';
import type { PreparedImage, Sandbox } from '../harness/sandbox/sandbox.ts';
import { openStore } from '../harness/store/git-store.ts';
import type { Store } from '../harness/store/store.ts';
import { adapters } from './registry.ts';
import type { AttemptContext, CandidateSource } from './source.ts';
import { type Files, writeFiles } from './testing.ts';

const toml = `artifacts = ["/out", "report.txt", {source = "/nowhere"}]
[task]
name = "test/answer"
[agent]
timeout_sec = 60.0
[environment]
network_mode = "no-network"
workdir = "/app"
env = {FROM_TASK = "task", BOTH = "task"}
[solution]
env = {FROM_SOLUTION = "yes"}
`;

const files: Files = {
  'task.toml': toml,
  'instruction.md': 'Write 42 into answer.txt.\n',
  'environment/Dockerfile': 'FROM python:3.11-slim-bookworm\nWORKDIR /app\nCOPY *.txt /app/\n',
  'environment/answer.txt': '0\n',
  'environment/keep.txt': 'keep\n',
  'tests/test.sh': '#!/bin/bash\n',
  'solution/solve.sh':
    'bash /solution/steps/one && env | grep -E "^(FROM_|DEBIAN)" | sort > env.txt && ls -l /solution | tail -n +2 | cut -c1-10,11-22 > /logs/artifacts/ls && exit 3\n',
  'solution/steps/one': 'cat /solution/answer > answer.txt\n',
  'solution/answer': { link: '../solution/forty-two' },
  'solution/forty-two': '42\n',
};

const agentFiles: Files = {
  'agent.sh':
    '#!/bin/bash\necho "$ASSAY_TASK $1 $TERM $FROM_TASK $BOTH" > answer.txt\ncat > stdin.txt\ncp "$ASSAY_INSTRUCTION_FILE" file.txt\n',
  'tools.txt': 'a tool\n',
};

let sandbox: Sandbox;
let store: Store;
let task: LoadedTask;
let image: PreparedImage;
let base: string;
let suiteDir: string;
const cleanUp: (() => PromiseLike<unknown>)[] = [];

beforeAll(async () => {
  const storeDir = await mkdtemp(join(tmpdir(), 'assay-store-'));
  cleanUp.push(() => rm(storeDir, { recursive: true, force: true }));
  const taskFolder = await writeFiles(files);
  const suite = await writeFiles(agentFiles);
  cleanUp.push(
    () => taskFolder[Symbol.asyncDispose](),
    () => suite[Symbol.asyncDispose](),
  );
  suiteDir = suite.dir;
  store = await openStore(storeDir);
  cleanUp.unshift(() => store.close());
  sandbox = await openDockerSandbox({
    docker: await connectDocker(),
    runtime: null,
    session: `candidates-test-${process.pid}`,
  });
  cleanUp.unshift(() => sandbox.close());
  task = await loadTask(taskFolder.dir);
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

/** Opens an entry as a suite would. */
async function source(entry: Record<string, unknown>): Promise<CandidateSource> {
  const adapter = adapters.find(({ name }) => name === entry.adapter);
  if (adapter === undefined) throw new Error(`no adapter ${entry.adapter}`);
  const opened = await adapter.open(adapter.schema.parse({ name: 'agent', ...entry }), {
    suiteDir,
    taskIds: [task.spec.id],
    notice: () => undefined,
  });
  if (opened[0] === undefined) throw new Error('nothing was opened');
  return opened[0];
}

function context(over: Partial<AttemptContext> = {}): AttemptContext {
  return {
    trial: { id: 'answer/agent/1', task: 'answer', agent: 'agent', attempt: 1, retry: 0 },
    task,
    image,
    base,
    sandbox,
    store,
    limits: { ...defaultLimits, memoryMb: 256 },
    network: 'none',
    ingest: { limits: defaultIngestLimits, ignore: ['*.log'] },
    labels: {},
    signal: new AbortController().signal,
    ...over,
  };
}

async function attempt(entry: Record<string, unknown>, over: Partial<AttemptContext> = {}) {
  return (await source(entry)).attempt(context(over));
}

/** The files of a result's candidate, with their content. */
async function treeOf(result: TrialResult): Promise<Record<string, string>> {
  if (result.candidate === null) throw new Error(`no candidate: ${result.reason}`);
  return filesOf(result.candidate.tree);
}

async function filesOf(tree: string): Promise<Record<string, string>> {
  const entries = await store.listTree(tree);
  const read = entries.map(async ({ path, digest }) => [path, String(await store.readBlob(digest))] as const);
  return Object.fromEntries(await Promise.all(read));
}

function evidence(result: TrialResult, name: string) {
  const found = result.evidence.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`no evidence ${name}: ${result.evidence.map((e) => e.name)}`);
  return found;
}

async function read(result: TrialResult, name: string): Promise<string> {
  return String(await store.readBlob(evidence(result, name).digest));
}

const shell = (script: string) => ({ adapter: 'command', command: ['bash', '-c', script] });

describe('a command', () => {
  it('gets files, environment and instruction, and delivers what it leaves', async () => {
    const result = await attempt({
      adapter: 'command',
      command: ['/opt/agent.sh', 'argument'],
      files: ['agent.sh', 'tools.txt'],
      env: { BOTH: 'entry' },
    });
    expect(result).toMatchObject({
      outcome: 'delivered',
      reason: 'ended with exit code 0',
      exitCode: 0,
      candidate: { base, diff: { files: 3, binary: 0 } },
    });
    expect(await treeOf(result)).toEqual({
      'answer.txt': 'answer argument dumb task entry\n',
      'keep.txt': 'keep\n',
      'stdin.txt': 'Write 42 into answer.txt.\n',
      'file.txt': 'Write 42 into answer.txt.\n',
    });
    expect(await read(result, 'diff.patch')).toContain('+answer argument dumb task entry');
  });

  it('runs as the owner of the workspace, who is not root, and cannot change what it was given', async () => {
    const result = await attempt(
      shell('id -u; touch x && touch /opt/y; echo no > /opt/assay/instruction.md; ls -ld /opt/assay >&2'),
    );
    expect(await read(result, 'stdout.txt')).toBe(`${image.user.uid}\n`);
    expect(image.user.uid).not.toBe(0);
    expect(await read(result, 'stderr.txt')).toMatch(
      /opt\/y.*denied[\s\S]*instruction\.md.*denied[\s\S]*root root/i,
    );
    expect(Object.keys(await treeOf(result))).toContain('x');
  });

  it('that fails keeps its candidate, its output, its logs and its artifacts', async () => {
    const result = await attempt(
      shell(`echo out; echo err >&2; echo 1 > answer.txt; touch x.log
        echo log > /logs/agent/session.json; mkdir /tmp/o && echo a > report.txt; exit 7`),
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      reason: 'ended with exit code 7',
      exitCode: 7,
      ignoredFiles: 1,
    });
    expect(await treeOf(result)).toEqual({
      'answer.txt': '1\n',
      'keep.txt': 'keep\n',
      'report.txt': 'a\n',
    });
    expect(await read(result, 'stdout.txt')).toBe('out\n');
    expect(await read(result, 'stderr.txt')).toBe('err\n');
    expect(await filesOf(evidence(result, 'artifacts:/logs/agent').digest)).toEqual({
      'session.json': 'log\n',
    });
    expect(await read(result, 'artifacts:/app/report.txt')).toBe('a\n');
    expect(JSON.parse(await read(result, 'artifacts.json'))).toEqual([
      { source: '/out', reason: 'does not exist' },
      { source: '/nowhere', reason: 'does not exist' },
    ]);
  });

  it('is killed at its own deadline; what stood then is the candidate', async () => {
    const entry = { ...shell('echo 1 > answer.txt; sleep 60; echo 2 > answer.txt'), timeout_sec: 1 };
    const result = await attempt(entry);
    expect(result).toMatchObject({
      outcome: 'timeout',
      reason: 'killed at its limit of 1 s',
      exitCode: null,
    });
    expect((await treeOf(result))['answer.txt']).toBe('1\n');
  });

  it('is killed at the task’s deadline, else the suite’s', async () => {
    const spec = (timeoutSec: number | null) => ({
      task: { ...task, spec: { ...task.spec, agent: { ...task.spec.agent, timeoutSec } } },
      limits: { ...defaultLimits, timeoutSec: 2 } satisfies Limits,
    });
    expect((await attempt(shell('sleep 60'), spec(1))).reason).toBe('killed at its limit of 1 s');
    expect((await attempt(shell('sleep 60'), spec(null))).reason).toBe('killed at its limit of 2 s');
  });

  it('that runs out of memory has met a limit', async () => {
    const script = 'echo 1 > answer.txt; exec python3 -c "x = bytearray(10**9); print(len(x))"';
    const result = await attempt(shell(script), { limits: { ...defaultLimits, memoryMb: 64 } });
    expect(result).toMatchObject({ outcome: 'limit', reason: 'killed at its limit of 64 MiB of memory' });
    expect((await treeOf(result))['answer.txt']).toBe('1\n');
  });

  it('that writes without end is kept by head and tail', async () => {
    const script = 'echo first; head -c 3000000 /dev/zero | tr "\\0" x; echo last';
    const result = await attempt(shell(script));
    const text = await read(result, 'stdout.txt');
    expect(evidence(result, 'stdout.txt').truncated).toBe(true);
    expect(text).toMatch(/^first\nx+\n… \d+ bytes left out …\nx+last\n$/);
    expect(text.length).toBeLessThan(1_100_000);
  });

  it('that leaves what cannot be taken fails, with the reason', async () => {
    const result = await attempt(shell('ln -s /etc/passwd stolen'));
    expect(result).toMatchObject({ outcome: 'failed', candidate: null });
    expect(result.reason).toContain('stolen');
  });

  it('that cannot be started fails', async () => {
    const result = await attempt({ adapter: 'command', command: ['/no/such/program'] });
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 127 });
  });

  it('has no network', async () => {
    const result = await attempt(shell('cat /proc/net/route | wc -l; ls /sys/class/net'));
    expect(await read(result, 'stdout.txt')).toBe('1\nlo\n');
  });

  it('is not started where the healthcheck never passes', async () => {
    const healthcheck = {
      command: 'false',
      intervalSec: 0.1,
      timeoutSec: 5,
      startPeriodSec: 0,
      startIntervalSec: 0.1,
      retries: 1,
    };
    const spec = { ...task.spec, environment: { ...task.spec.environment, healthcheck } };
    const result = await attempt(shell('echo 1 > answer.txt'), { task: { ...task, spec } });
    expect(result).toMatchObject({ outcome: 'error', candidate: null });
    expect(result.reason).toContain('healthcheck');
  });

  it('ends with the signal’s reason when it is aborted', async () => {
    const stop = new AbortController();
    const reason = new Error('stop');
    setTimeout(() => stop.abort(reason), 500);
    await expect(attempt(shell('sleep 60'), { signal: stop.signal })).rejects.toBe(reason);
    await expect(attempt(shell('true'), { signal: stop.signal })).rejects.toBe(reason);
  });
});

describe('the oracle', () => {
  it('runs solve.sh, which needs no shebang, and keeps the candidate whatever its exit code', async () => {
    const result = await attempt({ adapter: 'oracle' });
    expect(result).toMatchObject({ outcome: 'failed', reason: 'ended with exit code 3', exitCode: 3 });
    expect(await treeOf(result)).toEqual({
      'answer.txt': '42\n',
      'env.txt': 'DEBIAN_FRONTEND=noninteractive\nFROM_SOLUTION=yes\nFROM_TASK=task\n',
      'keep.txt': 'keep\n',
    });
    const listing = (await filesOf(evidence(result, 'artifacts:/logs/artifacts').digest)).ls;
    expect(listing).toMatch(/-rwxr-xr-x.*root root/);
  });

  it('has nothing to run where the task has no solution', async () => {
    const spec = { ...task.spec, solution: { exists: false, env: {} } };
    expect(await attempt({ adapter: 'oracle' }, { task: { ...task, spec } })).toMatchObject({
      outcome: 'failed',
      candidate: null,
      reason: 'the task has no solution/solve.sh',
    });
  });
});

describe('recorded candidates', () => {
  const change = (to: string) =>
    `diff --git a/answer.txt b/answer.txt\n--- a/answer.txt\n+++ b/answer.txt\n@@ -1 +1 @@\n-0\n+${to}\n`;
  const row = (model_patch: string | null) =>
    `${JSON.stringify({ instance_id: 'answer', model_name_or_path: 'm', model_patch })}\n`;

  it('nop is the base itself', async () => {
    const result = await attempt({ adapter: 'nop' });
    expect(result).toMatchObject({ outcome: 'delivered', candidate: { tree: base, diff: { files: 0 } } });
    expect(await read(result, 'diff.patch')).toBe('');
  });

  it.each([
    ['JSON Lines', (text: string) => `${row('other').replace('answer', 'x')}\r\n${text}`],
    ['an array', (text: string) => `[${row('other').replace('answer', 'x')}, ${text}]`],
  ])('a prediction of %s is applied to the base', async (_, wrap) => {
    await using folder = await writeFiles({ 'p.jsonl': wrap(row(`${change('é "42"')}`)) });
    const result = await attempt({ adapter: 'predictions', file: join(folder.dir, 'p.jsonl') });
    expect(result).toMatchObject({
      outcome: 'delivered',
      candidate: { base, diff: { files: 1, added: 1, deleted: 1, lines: 2, binary: 0 } },
    });
    expect((await treeOf(result))['answer.txt']).toBe('é "42"\n');
  });

  it.each([null, '', ' \n'])('an empty prediction (%j) is the base', async (patch) => {
    await using folder = await writeFiles({ 'p.jsonl': row(patch) });
    const result = await attempt({ adapter: 'predictions', file: join(folder.dir, 'p.jsonl') });
    expect(result).toMatchObject({ outcome: 'delivered', candidate: { tree: base } });
  });

  it('a patch that does not apply fails, and is kept', async () => {
    const patch = change('42').replace('-0', '-1');
    await using folder = await writeFiles({ 'p/answer.patch': patch });
    const result = await attempt({ adapter: 'patch', dir: join(folder.dir, 'p') });
    expect(result).toMatchObject({ outcome: 'failed', candidate: null });
    expect(result.reason).toContain('answer.txt');
    expect(await read(result, 'refused.patch')).toBe(patch);
  });

  it('a task without patch or prediction fails', async () => {
    const other = { task: { ...task, spec: { ...task.spec, id: 'other' } } };
    await using folder = await writeFiles({ 'p/answer.patch': change('42'), 'p.jsonl': row('x') });
    expect(await attempt({ adapter: 'patch', dir: join(folder.dir, 'p') }, other)).toMatchObject({
      outcome: 'failed',
      candidate: null,
      reason: 'no patch for this task: other.patch is missing',
    });
    expect(await attempt({ adapter: 'predictions', file: join(folder.dir, 'p.jsonl') }, other)).toMatchObject(
      { outcome: 'failed', candidate: null, reason: 'no prediction for this task' },
    );
  });

  it('a file that changed since the run began stops it', async () => {
    await using folder = await writeFiles({ 'p/answer.patch': change('42'), 'p.jsonl': row(change('42')) });
    const patch = await source({ adapter: 'patch', dir: join(folder.dir, 'p') });
    const pool = await source({ adapter: 'predictions', file: join(folder.dir, 'p.jsonl') });
    await using other = await writeFiles({ 'p/answer.patch': change('43'), 'p.jsonl': row(change('43')) });
    await cp(other.dir, folder.dir, { recursive: true });
    for (const changed of [patch, pool]) {
      await expect(changed.attempt(context())).rejects.toMatchObject({
        kind: 'infrastructure',
        message: expect.stringContaining('not what it was when the run began'),
      });
    }
  });
});
