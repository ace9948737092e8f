import { existsSync } from 'node:fs';
import { chmod, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Files, goodSuite, load, taskFiles, writeFiles } from './testing.ts';

const good = goodSuite['suite.yaml'] as string;

async function loadFiles(files: Files = {}) {
  await using suite = await writeFiles({ ...goodSuite, ...files });
  return await load(suite.dir);
}

async function identities(files: Files = {}) {
  const { sources } = await loadFiles(files);
  return Object.fromEntries(sources.map(({ name, identity }) => [name, identity]));
}

describe('a good suite', () => {
  it('is loaded whole, sorted by name', async () => {
    const { suite, tasks, sources, scorers, notices } = await loadFiles();
    expect(suite).toMatchObject({ name: 'small', version: '1.0.0', attempts: 1, network: 'none' });
    expect(tasks.map(({ spec }) => spec.id)).toEqual(['one', 'two']);
    expect(sources.map(({ name, adapter, maxAttempts }) => [name, adapter, maxAttempts])).toEqual([
      ['mine', 'patch', 1],
      ['nop', 'nop', 1],
      ['oracle', 'oracle', 1],
      ['pool/model-a', 'predictions', 1],
      ['pool/org/model-b', 'predictions', 1],
      ['shell', 'command', null],
    ]);
    expect(scorers).toEqual([{ name: 'tests' }]);
    expect(notices).toEqual([
      {
        task: null,
        text: "2 of 2 tasks leave the network to Harbor's default, public: agents get none (network: task gives it), tests never do",
      },
      { task: null, text: expect.stringMatching(/^2 of 2 tasks are judged by tests\/test\.sh alone/) },
    ]);
  });

  it('needs only a name, a version, tasks and agents', async () => {
    const text = 'name: tiny\nversion: 1.0.0\ntasks: tasks/one\nagents: [{name: nop, adapter: nop}]\n';
    const { suite, tasks, scorers } = await loadFiles({ 'suite.yaml': text });
    expect(suite).toMatchObject({ scorers: [{ name: 'tests' }], ranking: { gates: ['tests'] } });
    expect(tasks).toHaveLength(1);
    expect(scorers).toHaveLength(1);
  });

  it('is not needed where tasks and predictions say enough', async () => {
    await using pool = await writeFiles({ ...goodSuite, 'suite.yaml': null });
    const { suite, tasks, sources, notices } = await load(pool.dir);
    expect(suite).toMatchObject({ version: '0.0.0', name: expect.stringMatching(/^assay-suite-/) });
    expect(tasks).toHaveLength(2);
    expect(sources.map(({ name }) => name)).toEqual(['pool/model-a', 'pool/org/model-b']);
    expect(notices[0]?.text).toBe(
      'there is no suite.yaml: running tasks/* with the models of predictions.jsonl as agents',
    );
    await using bare = await writeFiles({ ...goodSuite, 'suite.yaml': null, 'predictions.jsonl': null });
    await expect(load(bare.dir)).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('suite.yaml'),
    });
  });

  it('is found by its file too, and may share blocks by anchors', async () => {
    const text = good
      .replace('[bash, /opt/agent.sh]', '&cmd [bash, /opt/agent.sh]')
      .replace('agents:\n', 'agents:\n  - {name: again, adapter: command, command: [a]}\n');
    await using suite = await writeFiles({ ...goodSuite, 'mine.yaml': text });
    expect((await load(join(suite.dir, 'mine.yaml'))).sources).toHaveLength(7);
  });

  it('may have its tasks anywhere, each once', async () => {
    await using elsewhere = await writeFiles(taskFiles('far', ''));
    const patterns = `[tasks/*, ./tasks/one, "${elsewhere.dir}/tasks/*"]`;
    const { tasks } = await loadFiles({ 'suite.yaml': good.replace('tasks/*', patterns) });
    expect(tasks.map(({ spec }) => spec.id)).toEqual(['far', 'one', 'two']);
  });

  it('tells of folders that are no tasks, and passes over files', async () => {
    const { notices } = await loadFiles({ 'tasks/README.md': 'x', 'tasks/shared/x': 'x' });
    expect(notices[0]).toEqual({
      task: null,
      text: 'not tasks, because they have no task.toml: "tasks/shared"',
    });
  });

  it('tells what each task asks for and does not get', async () => {
    const { notices } = await loadFiles(taskFiles('one', '[environment]\nnetwork_mode = "public"\n'));
    expect(notices).toEqual([
      { task: null, text: expect.stringContaining('1 of 2 tasks') },
      { task: null, text: expect.stringContaining('judged by tests/test.sh alone') },
      { task: 'one', text: expect.stringContaining('asks for a public network and gets none') },
    ]);
  });

  it('gives host variables to tasks that it allows them', async () => {
    await using suite = await writeFiles({
      ...goodSuite,
      'suite.yaml': `${good}allow_env: [TOKEN]\n`,
      ...taskFiles('one', '[environment.env]\nT = "${TOKEN}"\n'),
    });
    const { tasks } = await load(suite.dir, { TOKEN: 'secret' });
    expect(tasks[0]?.spec.environment.env).toEqual({ T: 'secret' });
  });

  it('warns where nothing can refuse a candidate', async () => {
    const { notices } = await loadFiles({ 'suite.yaml': good.replace('gates: [tests]', 'gates: []') });
    expect(notices).toContainEqual({ task: null, text: 'ranking has no gates: every candidate can win' });
  });
});

describe('predictions', () => {
  const rows = (goodSuite['predictions.jsonl'] as string).trim().split('\n');

  it('may be a JSON array, and CRLF, blank lines and a byte order mark do not matter', async () => {
    const before = await identities();
    const array = `\n [${rows.join(' ,\n')}]\n`;
    expect(await identities({ 'predictions.jsonl': array })).toEqual(before);
    const windows = `\ufeff${rows.join('\r\n\r\n')}`;
    expect(await identities({ 'predictions.jsonl': windows })).toEqual(before);
  });

  it('for other tasks are left out with one notice', async () => {
    const extra = [1, 2].map((n) => rows[0]?.replace('one', `other-${n}`)).join('\n');
    const { notices, sources } = await loadFiles({ 'predictions.jsonl': `${extra}\n${rows.join('\n')}` });
    expect(sources).toHaveLength(6);
    expect(notices).toContainEqual({
      task: null,
      text: 'pool: 2 predictions are for tasks that are not in this suite and left out, e.g. "other-1"',
    });
  });

  it('can be narrowed to some models', async () => {
    const text = good.replace('file: predictions.jsonl', 'file: predictions.jsonl, models: ["org/*"]');
    const { sources } = await loadFiles({ 'suite.yaml': text });
    const names = sources.map(({ name }) => name).filter((name) => name.startsWith('pool/'));
    expect(names).toEqual(['pool/org/model-b']);
  });
});

it('patches for no task are told of', async () => {
  const { notices } = await loadFiles({ 'patches/onee.patch': 'x' });
  expect(notices).toContainEqual({
    task: null,
    text: 'mine: patches for no task of this suite: "onee.patch"',
  });
});

describe('the identity of a competitor', () => {
  it('does not depend on paths, names or order', async () => {
    const before = await identities();
    const lines = (goodSuite['predictions.jsonl'] as string).trim().split('\n').reverse().join('\n');
    const moved = await identities({
      'suite.yaml': good.replace('predictions.jsonl', 'elsewhere/p.jsonl').replace('patches', 'elsewhere'),
      'elsewhere/p.jsonl': lines,
      'elsewhere/one.patch': goodSuite['patches/one.patch'] ?? '',
    });
    expect(moved).toEqual(before);
    const renamed = await identities({ 'suite.yaml': good.replace('name: pool', 'name: pond') });
    expect(renamed['pond/model-a']).toBe(before['pool/model-a']);
  });

  it.each<[string, Files]>([
    [
      'pool/model-a',
      { 'predictions.jsonl': (goodSuite['predictions.jsonl'] as string).replace('a/x', 'a/y') },
    ],
    ['mine', { 'patches/one.patch': 'another' }],
    ['mine', { 'patches/two.patch': 'one more' }],
    ['shell', { 'agent.sh': 'echo other\n' }],
    ['shell', { 'suite.yaml': good.replace('[bash, /opt', '[sh, /opt') }],
    ['shell', { 'suite.yaml': good.replace('files: [agent.sh]', 'files: [agent.sh], env: {A: b}') }],
    ['shell', { 'suite.yaml': good.replace('files: [agent.sh]', 'files: [agent.sh], timeout_sec: 5') }],
  ])('of %s changes with what it is made of, and no other does', async (name, files) => {
    const [before, after] = [await identities(), await identities(files)];
    const changed = Object.keys(before).filter((key) => before[key] !== after[key]);
    expect(changed).toEqual([name]);
  });

  it('of a command changes with an executable bit', async () => {
    await using suite = await writeFiles(goodSuite);
    const identity = async () =>
      (await load(suite.dir)).sources.find(({ name }) => name === 'shell')?.identity;
    const before = await identity();
    await chmod(join(suite.dir, 'agent.sh'), 0o644);
    expect(await identity()).not.toBe(before);
  });
});

it('a folder of the suite may itself be reached through a link', async () => {
  await using suite = await writeFiles({ ...goodSuite });
  await using links = await writeFiles({ here: { link: suite.dir } });
  expect((await load(join(links.dir, 'here'))).sources).toHaveLength(6);
  await rename(join(suite.dir, 'suite.yaml'), join(suite.dir, 'x.yml'));
  await writeFile(join(suite.dir, 'suite.yml'), good);
  expect((await load(join(links.dir, 'here/x.yml'))).sources).toHaveLength(6);
});

const pool = resolve(import.meta.dirname, '../../shared/data/pool-humaneval');

describe.skipIf(!existsSync(pool))('the pool of recorded candidates (skipped where it is absent)', () => {
  it('loads unchanged', async () => {
    await using suite = await writeFiles({
      'suite.yaml': `name: pool
version: 1.0.0
tasks: ${pool}/tasks/*
agents: [{name: pool, adapter: predictions, file: ${pool}/predictions.jsonl}]
`,
    });
    const { tasks, sources, notices } = await load(suite.dir);
    expect(tasks).toHaveLength(82);
    expect(sources).toHaveLength(31);
    expect(notices).toEqual([{ task: null, text: expect.stringContaining('judged by tests/test.sh alone') }]);
    expect(tasks[0]?.spec).toMatchObject({
      id: 'humaneval-000',
      environment: { workdir: '/app', cpus: 1, memoryMb: 1024, network: 'none' },
      agent: { timeoutSec: 300 },
      verifier: { timeoutSec: 60 },
      solution: { exists: true },
    });
  });
});
