import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { infrastructureError } from '../domain/errors.ts';
import { stateFolder, withFileLock } from '../sandbox/file-lock.ts';
import { type Engine, findEngine, type NoEngine, probeEndpoint } from './engine-connect.ts';
import { type DaemonPlace, startDaemon, waitForEngine } from './engine-daemon.ts';
import { planSetup, type SetupFacts, type SetupStep } from './engine-plan.ts';
import { installPackages } from './packages.ts';

export interface EngineOptions {
  log: (line: string) => void;
  /** Asks before system packages are installed; absent where nobody can be asked. */
  confirm?: ((question: string) => Promise<boolean>) | undefined;
  env?: NodeJS.ProcessEnv;
  /** Another daemon than the machine's own: only this endpoint is asked, and it is started there. */
  daemon?: DaemonPlace;
}

const DEFAULT_ENDPOINT = 'unix:///var/run/docker.sock';
const DEFAULT_PID_FILE = '/var/run/docker.pid';

/**
 * Gives an engine that answers: the one that is there, else one that is installed (Debian and its kind, as root or
 * with sudo) and started. Idempotent; of several processes at the same time one works and the others wait.
 *
 * @throws infrastructure when nothing can be done without the user; the error says what to do
 */
export async function ensureEngine(options: EngineOptions): Promise<Engine> {
  const env = options.env ?? process.env;
  const look = () => lookForEngine(options.daemon, env);
  const found = await look();
  if (!Array.isArray(found) && (await onPath('git', env))) return found;

  return withFileLock(
    join(stateFolder(env), 'locks', 'engine.lock'),
    async () => {
      const again = await look();
      const facts = await gatherFacts(again, env, options.daemon !== undefined);
      const plan = planSetup(facts);
      if (plan.error !== undefined) throw infrastructureError(plan.error.message, { fix: plan.error.fix });
      let engine = Array.isArray(again) ? null : again;
      for (const step of plan.steps) engine = (await carryOut(step, facts, options, env)) ?? engine;
      if (engine !== null) return engine;
      throw infrastructureError('the Docker engine was set up and still does not answer', {
        fix: 'run: assay doctor',
      });
    },
    { onWait: () => options.log('another process sets the engine up; waiting for it ...') },
  );
}

async function lookForEngine(
  daemon: DaemonPlace | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Engine | NoEngine[]> {
  if (daemon === undefined) return findEngine(env);
  const probe = await probeEndpoint(daemon.endpoint, env);
  return 'docker' in probe ? probe : [probe];
}

/** Does one step; returns the engine when the step brought it up. */
async function carryOut(
  step: SetupStep,
  facts: SetupFacts,
  options: EngineOptions,
  env: NodeJS.ProcessEnv,
): Promise<Engine | null> {
  const become = rootPrefix(facts);
  const { log, confirm } = options;
  const place = options.daemon ?? {
    endpoint: DEFAULT_ENDPOINT,
    args: ['--log-level=warn'],
    log: join(stateFolder(env), 'dockerd.log'),
  };
  switch (step.do) {
    case 'install':
      await installPackages(step.packages, { log, confirm, become });
      return null;
    case 'mount-cgroups':
      log('mounting the cgroup file system on /sys/fs/cgroup ...');
      await asRoot(become, ['mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']);
      return null;
    case 'start': {
      // Installing a package may have started its service already.
      const running = await waitForEngine(place.endpoint, env, 300);
      if (running !== null) return running;
      log(`starting the Docker engine (${step.by}) ...`);
      if (step.by === 'dockerd') {
        // Left by a killed daemon, whose number another process or a zombie may have now: dockerd would refuse.
        if (options.daemon === undefined) await asRoot(become, ['rm', '-f', DEFAULT_PID_FILE]);
        return startDaemon(place, { env, become, log });
      }
      await asRoot(become, ['systemctl', 'start', 'docker']);
      return waitForEngine(place.endpoint, env);
    }
    case 'wait':
      log('a Docker engine is starting; waiting for it ...');
      return waitForEngine(place.endpoint, env);
  }
}

async function asRoot(become: readonly string[], command: readonly string[]): Promise<void> {
  const [file = 'env', ...args] = [...become, ...command];
  const result = await execa(file, args, { reject: false, all: true, stdin: 'ignore', timeout: 120_000 });
  if (result.failed) {
    throw infrastructureError(
      `\`${command.join(' ')}\` failed: ${(result.all ?? result.shortMessage ?? '').trim()}`,
      {
        fix: 'do it by hand as root, or name another engine in DOCKER_HOST',
      },
    );
  }
}

/** Looks at this machine, with nothing that changes it. */
async function gatherFacts(
  found: Engine | NoEngine[],
  env: NodeJS.ProcessEnv,
  ownPlace: boolean,
): Promise<SetupFacts> {
  const root = process.getuid?.() === 0;
  const [apt, sudo, dockerd, git, builder, daemonAlive, systemd, unit, cgroups, appArmorParserMissing] =
    await Promise.all([
      onPath('apt-get', env),
      root ? false : succeeds('sudo', ['-n', 'true']),
      onPath('dockerd', env),
      onPath('git', env),
      onPath('mmdebstrap', env),
      ownPlace ? false : daemonLives(),
      ownPlace ? false : exists('/run/systemd/system'),
      exists('/lib/systemd/system/docker.service'),
      cgroupsMounted(),
      lacksAppArmorParser(env),
    ]);
  const denied = Array.isArray(found) && found.some((probe) => probe.denied);
  return {
    platform: process.platform,
    debian: apt && (await exists('/etc/debian_version')),
    root,
    sudo,
    dockerHost: ownPlace ? null : (env.DOCKER_HOST ?? null),
    engine: !Array.isArray(found) ? 'answers' : denied ? 'denied' : 'silent',
    dockerd,
    daemonAlive,
    // A dockerd that was put here without its service is started by hand.
    systemd: systemd && (unit || !dockerd),
    cgroups,
    appArmorParserMissing,
    git,
    builder,
  };
}

/** What installing needs on its own, for callers that find a package missing later. */
export async function rootAccess(): Promise<{ become: readonly string[] } | null> {
  const root = process.getuid?.() === 0;
  const sudo = !root && (await succeeds('sudo', ['-n', 'true']));
  const debian = (await exists('/etc/debian_version')) && (await onPath('apt-get', process.env));
  return debian && (root || sudo) ? { become: rootPrefix({ root }) } : null;
}

function rootPrefix({ root }: { root: boolean }): readonly string[] {
  return root ? [] : ['sudo', '-n'];
}

async function daemonLives(): Promise<boolean> {
  try {
    const pid = (await readFile(DEFAULT_PID_FILE, 'utf8')).trim();
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    // Where process 1 reaps nothing, a killed daemon stays as a zombie under its name.
    return /^Name:\s+dockerd$/m.test(status) && !/^State:\s+Z/m.test(status);
  } catch {
    // No file, or the process it names is gone.
    return false;
  }
}

async function cgroupsMounted(): Promise<boolean> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  return mounts.split('\n').some((line) => /^cgroup2?$/.test(line.split(' ')[2] ?? ''));
}

async function lacksAppArmorParser(env: NodeJS.ProcessEnv): Promise<boolean> {
  const enabled = await readFile('/sys/module/apparmor/parameters/enabled', 'utf8').catch(() => 'N');
  return enabled.startsWith('Y') && !(await onPath('apparmor_parser', env));
}

/** System programs count too where the user's PATH leaves their folders out. */
async function onPath(name: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const folder of folders) if (await executable(join(folder, name))) return true;
  return false;
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function succeeds(file: string, args: string[]): Promise<boolean> {
  const result = await execa(file, args, { reject: false, stdin: 'ignore', timeout: 10_000 });
  return !result.failed;
}
