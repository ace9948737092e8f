import { describe, expect, it } from 'vitest';
import {
  type DaemonDiagnosis,
  diagnoseDaemon,
  planSetup,
  type SetupFacts,
  type SetupPlan,
} from './engine-plan.ts';

/** A bare Debian 12, as root, without systemd. */
const bare: SetupFacts = {
  platform: 'linux',
  debian: true,
  root: true,
  sudo: false,
  dockerHost: null,
  engine: 'silent',
  dockerd: false,
  daemonAlive: false,
  systemd: false,
  cgroups: true,
  appArmorParserMissing: false,
  git: true,
  builder: false,
};

const builder = ['debian-archive-keyring', 'mmdebstrap'];
const start = { do: 'start', by: 'dockerd' } as const;
const install = (...packages: string[]) => ({ do: 'install', packages: packages.sort() }) as const;

const plans: { name: string; facts: Partial<SetupFacts>; steps: NonNullable<SetupPlan['steps']> }[] = [
  { name: 'engine answers', facts: { engine: 'answers' }, steps: [] },
  { name: 'engine answers, no root', facts: { engine: 'answers', root: false }, steps: [] },
  {
    name: 'engine answers on macOS',
    facts: { engine: 'answers', platform: 'darwin', debian: false },
    steps: [],
  },
  {
    name: 'engine answers, git missing',
    facts: { engine: 'answers', git: false },
    steps: [install('ca-certificates', 'git')],
  },
  { name: 'bare', facts: {}, steps: [install('docker.io', ...builder), start] },
  { name: 'bare with builder', facts: { builder: true }, steps: [install('docker.io'), start] },
  {
    name: 'bare without git',
    facts: { git: false },
    steps: [install('ca-certificates', 'docker.io', 'git', ...builder), start],
  },
  {
    name: 'AppArmor enforced, its parser missing',
    facts: { appArmorParserMissing: true },
    steps: [install('apparmor', 'docker.io', ...builder), start],
  },
  {
    name: 'under systemd',
    facts: { systemd: true },
    steps: [install('docker.io', ...builder), { do: 'start', by: 'systemd' }],
  },
  {
    name: 'as a user with sudo',
    facts: { root: false, sudo: true },
    steps: [install('docker.io', ...builder), start],
  },
  { name: 'installed, not started', facts: { dockerd: true }, steps: [start] },
  { name: 'installed, another distribution, root', facts: { dockerd: true, debian: false }, steps: [start] },
  {
    name: 'installed, cgroups not mounted',
    facts: { dockerd: true, cgroups: false },
    steps: [{ do: 'mount-cgroups' }, start],
  },
  { name: 'being started by somebody', facts: { dockerd: true, daemonAlive: true }, steps: [{ do: 'wait' }] },
  {
    name: 'being started, no root',
    facts: { dockerd: true, daemonAlive: true, root: false },
    steps: [{ do: 'wait' }],
  },
];

const refusals: { name: string; facts: Partial<SetupFacts>; message: RegExp; fix: RegExp }[] = [
  {
    name: 'DOCKER_HOST is silent',
    facts: { dockerHost: 'tcp://10.0.0.1:2375', dockerd: true },
    message: /DOCKER_HOST=tcp:\/\/10\.0\.0\.1:2375 does not answer/,
    fix: /unset DOCKER_HOST/,
  },
  {
    name: 'not in the group',
    facts: { engine: 'denied', root: false },
    message: /may not use/,
    fix: /usermod -aG docker/,
  },
  {
    name: 'macOS',
    facts: { platform: 'darwin', debian: false },
    message: /no Docker engine/,
    fix: /Docker Desktop/,
  },
  {
    name: 'Windows',
    facts: { platform: 'win32', debian: false, root: false },
    message: /no Docker engine/,
    fix: /WSL/,
  },
  {
    name: 'installed, no root',
    facts: { dockerd: true, root: false },
    message: /does not run/,
    fix: /systemctl start docker/,
  },
  {
    name: 'Debian, no root',
    facts: { root: false },
    message: /no Docker engine is installed/,
    fix: /apt-get install docker\.io/,
  },
  {
    name: 'Fedora',
    facts: { debian: false },
    message: /no Docker engine is installed/,
    fix: /docs\.docker\.com/,
  },
  {
    name: 'git missing and no way to install it',
    facts: { engine: 'answers', git: false, root: false },
    message: /missing: git/,
    fix: /package manager/,
  },
];

describe('planSetup', () => {
  it.each(plans)('plans: $name', ({ facts, steps }) => {
    expect(planSetup({ ...bare, ...facts })).toEqual({ steps });
  });

  it.each(refusals)('refuses: $name', ({ facts, message, fix }) => {
    const plan = planSetup({ ...bare, ...facts });
    expect(plan.steps).toBeUndefined();
    expect(plan.error?.message).toMatch(message);
    expect(plan.error?.fix).toMatch(fix);
  });
});

const words: { log: string; cause: DaemonDiagnosis['cause']; retries: DaemonDiagnosis['retries'] }[] = [
  {
    log: 'failed to start daemon: Error initializing network controller: error obtaining controller instance: failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (nf_tables): Could not fetch rule set generation id',
    cause: 'iptables',
    retries: ['legacy-iptables', 'no-iptables'],
  },
  {
    log: 'failed to start daemon: error initializing graphdriver: driver not supported',
    cause: 'storage',
    retries: ['vfs'],
  },
  { log: "failed to start daemon: Devices cgroup isn't mounted", cause: 'cgroups', retries: [] },
  {
    log: 'failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid',
    cause: 'running',
    retries: [],
  },
  { log: 'dockerd needs to be started with root privileges', cause: 'privileges', retries: [] },
  { log: 'mkdir /var/lib/docker/tmp: no space left on device', cause: 'space', retries: [] },
  { log: 'unknown flag: --bogus', cause: 'unknown', retries: [] },
];

describe('diagnoseDaemon', () => {
  it.each(words)('$cause: $log', ({ log, cause, retries }) => {
    const diagnosis = diagnoseDaemon(log);
    expect(diagnosis).toMatchObject({ cause, retries });
    expect(diagnosis.hint).not.toBe('');
  });
});
