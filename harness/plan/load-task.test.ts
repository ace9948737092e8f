import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AssayError } from '../domain/errors.ts';
import { defaultTestSettings } from '../domain/test-settings.ts';
import { type LoadTaskOptions, loadTask } from './load-task.ts';
import { withoutCanary } from './task-instruction.ts';

let root: string;
let dir: string;
const good = {
  'task.toml': '',
  'instruction.md': 'Do it.\n',
  'environment/Dockerfile': 'FROM scratch\n',
  'tests/test.sh': '#!/bin/sh\n',
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-task-'));
  dir = join(root, 'my-task');
  write(good);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
  }
}

async function load(toml = '', options?: LoadTaskOptions) {
  write({ 'task.toml': toml });
  return (await loadTask(dir, options)).spec;
}

/** Harbor's formula, written down once more: sorted paths, NUL, hex hash, newline. */
function harborHash(files: Record<string, string>): string {
  const hex = (text: string) => createHash('sha256').update(text).digest('hex');
  const paths = Object.keys(files).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `sha256:${hex(paths.map((path) => `${path}\0${hex(files[path] ?? '')}\n`).join(''))}`;
}

describe('what a task says', () => {
  it('has defaults', async () => {
    expect(await load()).toEqual({
      id: 'my-task',
      fullName: 'my-task',
      description: '',
      digest: expect.stringMatching(/^sha256:/),
      harborDigest: harborHash(good),
      instruction: 'Do it.\n',
      environment: {
        digest: expect.stringMatching(/^sha256:/),
        dockerImage: null,
        hasDockerfile: true,
        buildTimeoutSec: 600,
        workdir: null,
        env: {},
        cpus: null,
        memoryMb: null,
        storageMb: null,
        network: 'public',
        healthcheck: null,
      },
      agent: { timeoutSec: null, user: null, network: 'public' },
      verifier: { timeoutSec: 600, env: {}, user: null, network: 'public', separate: null, collect: [] },
      tests: defaultTestSettings,
      deliverable: 'workspace',
      equivalentMutants: [],
      solution: { exists: false, env: {} },
      artifacts: [],
      notices: [],
    });
  });

  it('is read field by field', async () => {
    write({ 'solution/solve.sh': 'x' });
    const spec = await load(`
schema_version = "1.4"
artifacts = ["/logs/x", {source = "out", destination = "o", exclude = ["*.tmp"]}]
[task]
name = "acme/fix-it"
description = "Fix it"
authors = [{name = "A"}]
[metadata]
anything = 1979-05-27
[agent]
timeout_sec = 300.0
user = 1000
[verifier]
timeout_sec = 60
user = "tester"
env = {A = "1", B = "half \${B}"}
[environment]
network_mode = "no-network"
build_timeout_sec = 30
docker_image = "acme/image:1"
workdir = "/app"
cpus = 2
memory_mb = 512
storage_mb = 1024
env = {C = ""}
healthcheck = {command = "true", retries = 1}
[solution]
env = {D = "4"}
`);
    expect(spec).toMatchObject({
      id: 'fix-it',
      fullName: 'acme/fix-it',
      description: 'Fix it',
      environment: {
        dockerImage: 'acme/image:1',
        hasDockerfile: true,
        buildTimeoutSec: 30,
        workdir: '/app',
        env: { C: '' },
        cpus: 2,
        memoryMb: 512,
        storageMb: 1024,
        network: 'none',
        healthcheck: {
          command: 'true',
          intervalSec: 5,
          timeoutSec: 30,
          startPeriodSec: 0,
          startIntervalSec: 5,
          retries: 1,
        },
      },
      agent: { timeoutSec: 300, user: 1000, network: 'none' },
      // Harbor replaces a value only when the template is the whole of it.
      verifier: { timeoutSec: 60, env: { A: '1', B: 'half ${B}' }, user: 'tester', network: 'none' },
      solution: { exists: true, env: { D: '4' } },
      artifacts: [
        { source: '/logs/x', destination: null, exclude: [] },
        { source: 'out', destination: 'o', exclude: ['*.tmp'] },
      ],
      notices: [],
    });
  });

  it('may use the older forms', async () => {
    const spec = await load(
      'version = "1.0"\n[environment]\nmemory = "2G"\nstorage = "512m"\nallow_internet = false\n',
    );
    expect(spec.environment).toMatchObject({ memoryMb: 2048, storageMb: 512, network: 'none' });
    expect(spec.notices).toEqual([]);
    const both = await load('[environment]\nmemory = "1G"\nmemory_mb = 1024\n');
    expect(both.environment.memoryMb).toBe(1024);
  });

  it('ignores unknown fields as Harbor does, and says so', async () => {
    const { notices } = await load('schema_version = "2.0"\n[agent]\ntimeout_secs = 3\n[extra]\na = 1\n');
    expect(notices).toEqual([
      'is of schema "2.0" and is read as 1.4',
      'task.toml has fields that are not read: agent.timeout_secs in line 3 (did you mean timeout_sec?), extra in line 4',
    ]);
  });

  it('tells of abilities that agents do not get', async () => {
    write({ 'solution/notes.md': 'x' });
    const { notices } = await load(
      '[environment]\nnetwork_mode = "no-network"\nskills_dir = "/s"\nmcp_servers = [{name = "m", url = "u"}]\n',
    );
    expect(notices).toEqual([
      expect.stringContaining('MCP servers'),
      expect.stringContaining('skills'),
      expect.stringContaining('without solve.sh'),
    ]);
  });

  it('keeps a prototype key away from every other object', async () => {
    await load('__proto__.polluted = 1\n[environment.__proto__]\npolluted = 1\n');
    expect('polluted' in {}).toBe(false);
  });
});

describe('instruction.md', () => {
  it.each([
    ['Do it.\n', 'Do it.\n'],
    ['<!-- a CANARY -->\n  # canary 2  \n\n\nDo it.\n# canary stays\n', 'Do it.\n# canary stays\n'],
    ['\r\nDo\r\nit.', 'Do\nit.'],
    ['# A title\n', '# A title\n'],
  ])('%j → %j', (text, expected) => {
    expect(withoutCanary(text)).toBe(expected);
  });
});

describe('the network that a task asks for', () => {
  const ask = async (toml: string, network: 'none' | 'task') => {
    const { environment, agent, verifier, notices } = await load(toml, { network });
    return { modes: [environment.network, agent.network, verifier.network], notices };
  };

  it('is told of where a suite does not give it', async () => {
    expect(await ask('[environment]\nnetwork_mode = "public"\n', 'none')).toEqual({
      modes: ['public', 'public', 'public'],
      notices: [expect.stringContaining('asks for a public network and gets none (network: task')],
    });
    expect(await ask('[environment]\nallow_internet = true\n', 'none')).toMatchObject({
      notices: [expect.stringContaining('asks for a public network and gets none')],
    });
    expect(
      await ask('[environment]\nnetwork_mode = "no-network"\n[agent]\nnetwork_mode = "allowlist"\n', 'none'),
    ).toEqual({
      modes: ['none', 'allowlist', 'none'],
      notices: [expect.stringContaining('asks for a network with an allowlist for its agents')],
    });
  });

  it('is given to agents, never to tests', async () => {
    expect(await ask('[environment]\nnetwork_mode = "public"\n', 'task')).toEqual({
      modes: ['public', 'public', 'public'],
      notices: ['its tests ask for a public network; tests never get one'],
    });
    expect(await ask('[verifier]\nnetwork_mode = "no-network"\n', 'task')).toEqual({
      modes: ['public', 'public', 'none'],
      notices: [],
    });
  });
});

describe('host variables', () => {
  const toml = '[environment.env]\nA = "${FOO}"\nB = "${FOO:-b}"\nC = "${BAR:-c}"\nD = "x${FOO}"\n';

  it('are read only where the suite allows it', async () => {
    const asked: string[] = [];
    const read = (name: string) => {
      asked.push(name);
      return `host ${name}`;
    };
    const { environment, notices } = await load(toml, { hostEnv: { allowed: ['FOO'], read } });
    expect(environment.env).toEqual({ A: 'host FOO', B: 'host FOO', C: 'c', D: 'x${FOO}' });
    expect(new Set(asked)).toEqual(new Set(['FOO']));
    expect(notices).toEqual([expect.stringContaining('BAR; its default is used')]);
  });

  it('are a problem where they are not allowed and have no default', async () => {
    const error = await load(toml).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AssayError);
    expect((error as AssayError).problems).toEqual([
      expect.objectContaining({ line: 2, field: 'environment.env.A' }),
    ]);
  });
});

describe('the digest of a task', () => {
  it('is Harbor’s, also with a spec, ignored files and files that are no part of a task', async () => {
    const files = {
      ...good,
      'README.md': 'r',
      'tests/é.txt': '1',
      'tests/Z.txt': '2',
      'tests/data/a-b': '3',
      'tests/data/a/b': '4',
    };
    write(files);
    mkdirSync(join(dir, 'tests/empty'));
    write({ 'spec.yaml': 's', 'spec/schema.json': '{}' });
    write({ 'tests/__pycache__/x.pyc': 'p', 'tests/a.swp': 'p', 'notes.txt': 'n', 'other/x': 'n' });
    expect((await load()).harborDigest).toBe(harborHash(files));
  });

  it('of its own knows the spec and the files beside it', async () => {
    const digests = [(await load()).digest];
    write({ 'spec.yaml': 's' });
    digests.push((await load()).digest);
    write({ 'spec/schema.json': '{}' });
    digests.push((await load()).digest);
    write({ 'notes.txt': 'n' });
    expect(new Set(digests).size).toBe(3);
    expect((await load()).digest).toBe(digests[2]);
  });

  it('obeys the task’s own .gitignore instead of the usual rules', async () => {
    const files = { ...good, 'tests/a.swp': 'p', 'tests/Big.log': 'l' };
    write(files);
    write({ '.gitignore': '*.log\n!Big.log\n/tests/skip/\n', 'tests/a.log': 'x', 'tests/skip/b': 'x' });
    expect((await load()).harborDigest).toBe(harborHash(files));
  });

  it('covers what a link inside the task points to', async () => {
    symlinkSync('../environment/Dockerfile', join(dir, 'tests/copy'));
    const files = { ...good, 'tests/copy': good['environment/Dockerfile'] };
    expect((await load()).harborDigest).toBe(harborHash(files));
  });

  it('does not know where the task lies', async () => {
    const { digest, environment } = await load('[task]\nname = "a/b"\n');
    const elsewhere = join(root, 'elsewhere');
    renameSync(dir, elsewhere);
    const moved = (await loadTask(elsewhere)).spec;
    expect([moved.digest, moved.environment.digest]).toEqual([digest, environment.digest]);
  });
});

describe('the digest of an environment', () => {
  const environment = async (toml = '') => (await load(toml)).environment.digest;

  it('changes with content, modes, links and the image, and with nothing else', async () => {
    const digests = [await environment()];
    expect(await environment('[agent]\ntimeout_sec = 3\n')).toBe(digests[0]);
    write({ 'tests/test.sh': '#!/bin/sh\ntrue\n' });
    expect(await environment()).toBe(digests[0]);
    digests.push(await environment('[environment]\ndocker_image = "a:1"\n'));
    write({ 'environment/run.sh': 'x' });
    digests.push(await environment());
    chmodSync(join(dir, 'environment/run.sh'), 0o755);
    digests.push(await environment());
    symlinkSync('run.sh', join(dir, 'environment/link'));
    digests.push(await environment());
    write({ 'environment/.DS_Store': 'in the build context' });
    digests.push(await environment());
    mkdirSync(join(dir, 'environment/empty'));
    digests.push(await environment());
    expect(new Set(digests).size).toBe(digests.length);
  });
});
