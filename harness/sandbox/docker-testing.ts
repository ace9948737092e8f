import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type Dockerode from 'dockerode';
import { sha256 } from '../domain/digest.ts';
import { defaultLimits, type Limits } from '../domain/limits.ts';
import type { LoadedTask, TaskSpec } from '../domain/task.ts';
import { defaultTestSettings } from '../domain/test-settings.ts';
import { ensureBaseImage } from './base-images.ts';
import { connectDocker } from './connect.ts';
import { openDockerSandbox } from './docker-sandbox.ts';
import type { CapturedOutput, ContainerRequest, Sandbox } from './sandbox.ts';

/** The base that tests of the sandbox start from; made like any task's base. */
export const testBase = 'python:3.11-slim-bookworm';

export interface TestEngine {
  docker: Dockerode;
  sandbox: Sandbox;
  session: string;
  image: string;
  log: string[];
  /** Containers of the session that exist now, whatever their state. */
  containers(): Promise<string[]>;
  /** A request that runs a shell script as an unprivileged user with small bounds. */
  request(script: string, changes?: RequestChanges): ContainerRequest<undefined>;
}

export type RequestChanges = Omit<Partial<ContainerRequest<undefined>>, 'limits'> & {
  limits?: Partial<Limits>;
};

/** A sandbox on the real engine, under a session name of its own. */
export async function openTestEngine(): Promise<TestEngine> {
  const docker = await connectDocker();
  const { ref: image } = await ensureBaseImage(docker, testBase);
  const session = `test-${randomUUID().slice(0, 8)}`;
  const log: string[] = [];
  const sandbox = await openDockerSandbox({ docker, runtime: null, session, log: (line) => log.push(line) });
  return {
    docker,
    sandbox,
    session,
    image,
    log,
    async containers() {
      const filters = { label: [`assay.session=${session}`] };
      return (await docker.listContainers({ all: true, filters })).map(({ Id, State }) => `${State} ${Id}`);
    },
    request: (script, { limits, ...changes } = {}) => ({
      image,
      command: ['/bin/sh', '-c', script],
      env: {},
      workdir: '/work',
      user: { uid: 1000, gid: 1000 },
      network: 'none',
      limits: {
        ...defaultLimits,
        memoryMb: 256,
        pids: 64,
        storageMb: 512,
        tmpMb: 16,
        timeoutSec: 30,
        ...limits,
      },
      labels: { task: 'test' },
      ...changes,
    }),
  };
}

/** Everything that is kept of an output, as text. */
export function outputText({ head, tail }: CapturedOutput): string {
  return Buffer.concat([head, tail]).toString('utf8');
}

type EnvironmentChanges = Partial<TaskSpec['environment']>;

/** A task folder in a temp folder of its own, with these files under `environment/`. */
export async function makeTestTask(
  files: Readonly<Record<string, string>>,
  changes: EnvironmentChanges = {},
): Promise<LoadedTask & { remove(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-task-'));
  await mkdir(join(dir, 'environment'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, 'environment', path)), { recursive: true });
    await writeFile(join(dir, 'environment', path), content);
  }
  const spec = {
    ...testSpec,
    environment: { ...testSpec.environment, hasDockerfile: 'Dockerfile' in files, ...changes },
  };
  // Unlike a real task's digest: what one test built must not be there for another.
  spec.environment.digest = sha256(randomUUID());
  return { spec, dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** The smallest task there is; tests change what they are about. */
export const testSpec: TaskSpec = {
  id: 'probe',
  fullName: 'probe',
  description: '',
  digest: sha256(''),
  harborDigest: sha256(''),
  instruction: '',
  environment: {
    digest: sha256(''),
    dockerImage: null,
    hasDockerfile: false,
    buildTimeoutSec: 120,
    workdir: null,
    env: {},
    cpus: null,
    memoryMb: null,
    storageMb: null,
    network: 'none',
    healthcheck: null,
  },
  agent: { timeoutSec: null, user: null, network: 'none' },
  verifier: { timeoutSec: 600, env: {}, user: null, network: 'none', separate: null, collect: [] },
  tests: defaultTestSettings,
  deliverable: 'workspace',
  equivalentMutants: [],
  solution: { exists: false, env: {} },
  artifacts: [],
  notices: [],
};
