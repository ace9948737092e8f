import { expect, test } from 'vitest';
import { defaultLimits } from '../domain/limits.ts';
import { containerSpec, type SpecContext } from './container-spec.ts';
import type { ContainerRequest } from './sandbox.ts';

const request: ContainerRequest<unknown> = {
  image: 'i',
  command: ['a', 'b'],
  env: { A: '1', B: 'x=y' },
  workdir: '/w',
  user: { uid: 7, gid: 8 },
  network: 'none',
  limits: { ...defaultLimits, cpus: 64, memoryMb: 100, pids: 9, storageMb: 10, tmpMb: 3 },
  labels: {},
};
const context: SpecContext = {
  host: {
    version: '1',
    runtime: 'runc',
    chosenRuntime: null,
    cpus: 2,
    canBoundCpu: true,
    unenforced: [],
    hasInit: true,
    storageQuota: false,
  },
  network: 'none',
  volumes: [],
  labels: { assay: '1' },
};
const mib = 1024 * 1024;

test('every bound and every restriction is there', () => {
  const { HostConfig, ...spec } = containerSpec(request, context);
  expect(spec).toMatchObject({
    User: '7:8',
    Env: ['A=1', 'B=x=y'],
    OpenStdin: false,
    Healthcheck: { Test: ['NONE'] },
  });
  expect(HostConfig).toMatchObject({
    NetworkMode: 'none',
    Init: true,
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    IpcMode: 'private',
    PidsLimit: 9,
    Memory: 100 * mib,
    MemorySwap: 100 * mib,
    NanoCpus: 2e9,
    Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,size=3m,mode=1777' },
    ShmSize: 64 * mib,
    LogConfig: { Type: 'none' },
    AutoRemove: false,
  });
  expect(HostConfig?.Ulimits).toContainEqual({ Name: 'core', Soft: 0, Hard: 0 });
  expect(HostConfig?.Ulimits).toContainEqual({ Name: 'fsize', Soft: 11 * mib, Hard: 11 * mib });
  for (const absent of ['Binds', 'Mounts', 'CapAdd', 'Devices', 'PidMode', 'StorageOpt', 'Runtime'])
    expect(HostConfig).not.toHaveProperty(absent);
});

test('what the engine can or cannot do', () => {
  const host = {
    ...context.host,
    chosenRuntime: 'runsc',
    canBoundCpu: false,
    hasInit: false,
    storageQuota: true,
  };
  const { HostConfig } = containerSpec(request, { ...context, host });
  expect(HostConfig).toMatchObject({ Runtime: 'runsc', Init: false, StorageOpt: { size: '77m' } });
  expect(HostConfig).not.toHaveProperty('NanoCpus');
});

test('declared volumes become bounded memory that the user owns', () => {
  const { HostConfig } = containerSpec(request, { ...context, volumes: ['/var/data'] });
  expect(HostConfig?.Tmpfs?.['/var/data']).toBe('rw,exec,nosuid,nodev,size=3m,mode=0755,uid=7,gid=8');
});

test('stdin is open once when there is something to say', () => {
  expect(containerSpec({ ...request, stdin: new Uint8Array() }, context)).toMatchObject({
    AttachStdin: true,
    OpenStdin: true,
    StdinOnce: true,
  });
});

test('whoever joins a network has no name and no entrypoint of its own', () => {
  const joining = { ...request, network: { joins: 'abc' } };
  const spec = containerSpec(joining, { ...context, network: 'container:abc' });
  expect(spec).toMatchObject({ Entrypoint: ['a', 'b'], HostConfig: { NetworkMode: 'container:abc' } });
  expect(spec).not.toHaveProperty('Cmd');
  expect(spec).not.toHaveProperty('Hostname');
  expect(containerSpec(request, context)).toMatchObject({ Cmd: ['a', 'b'], Hostname: 'assay' });
});

test('who is talked with has an open stdin', () => {
  const talking = containerSpec({ ...request, converse: async () => undefined }, context);
  expect(talking).toMatchObject({ AttachStdin: true, OpenStdin: true, StdinOnce: true });
});
