import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';

/** A Docker daemon of the test's own, beside the machine's: it may be killed and started again. */
export interface Daemon {
  /** For DOCKER_HOST. */
  host: string;
  docker: Dockerode;
  start(): Promise<void>;
  /** Ends the daemon; containers end with it, unless it was killed. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Removes its containers, ends it, and lets go of what it had mounted. */
  destroy(): Promise<void>;
}

/** After a SIGKILL the first start may find the old containerd dying, and give up. */
const startTries = 3;

/**
 * Two engines on one machine must not share folders, sockets or bridges. In a network namespace of its own this one
 * cannot touch the other's bridge: a daemon with `--bridge=none` deletes `docker0` wherever it finds it.
 */
export function ownDaemon(dir: string): Daemon {
  mkdirSync(dir, { recursive: true });
  const socket = join(dir, 'docker.sock');
  const docker = new Dockerode({ socketPath: socket });
  let child: ChildProcess | null = null;

  const answers = () =>
    docker.ping().then(
      () => true,
      () => false,
    );

  /** False when the daemon ended instead. */
  async function startOnce(): Promise<boolean> {
    const log = openSync(join(dir, 'dockerd.log'), 'a');
    const folders = [
      '--data-root',
      join(dir, 'data'),
      '--exec-root',
      join(dir, 'exec'),
      '--pidfile',
      join(dir, 'pid'),
    ];
    const network = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
    const started = spawn(
      'unshare',
      ['--net', 'dockerd', ...folders, ...network, '--host', `unix://${socket}`],
      {
        stdio: ['ignore', log, log],
      },
    );
    child = started;
    for (let tries = 0; tries < 600; tries += 1) {
      if (started.exitCode !== null) return false;
      if (await answers()) return true;
      await sleep(100);
    }
    return false;
  }

  const daemon: Daemon = {
    host: `unix://${socket}`,
    docker,
    async start() {
      for (let tries = 0; tries < startTries; tries += 1) {
        if (await startOnce()) return;
        await daemon.stop('SIGKILL');
        await sleep(2000);
      }
      throw new Error(`dockerd does not start: see ${dir}/dockerd.log`);
    },
    async stop(signal = 'SIGTERM') {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
      // Else the next start may take a containerd that was just killed for a living one.
      rmSync(join(dir, 'exec/containerd/containerd.pid'), { force: true });
    },
    async destroy() {
      if (await answers()) {
        const containers = await docker.listContainers({ all: true });
        await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
      }
      await daemon.stop();
      const mounts = readFileSync('/proc/mounts', 'utf8')
        .split('\n')
        .map((line) => line.split(' ')[1] ?? '')
        .filter((path) => path.startsWith(`${dir}/`));
      for (const path of mounts.reverse()) spawnSync('umount', ['--lazy', path]);
    },
  };
  return daemon;
}

/** Copies an image from one engine to another, as no registry stands between them. */
export async function copyImage(from: Dockerode, to: Dockerode, ref: string): Promise<void> {
  const loaded = await to.loadImage(await from.getImage(ref).get());
  loaded.resume();
  await once(loaded, 'end');
}
