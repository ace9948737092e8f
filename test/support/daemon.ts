import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Dockerode from 'dockerode';

/** A Docker daemon of the test's own, beside the machine's: it may be killed and started again. */
export interface Daemon {
  /** For DOCKER_HOST. */
  host: string;
  docker: Dockerode;
  start(): Promise<void>;
  /** Ends the daemon and with it its containers. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Two engines on one machine must not share folders, sockets or bridges. In a network namespace of its own this one
 * cannot touch the other's bridge: a daemon with `--bridge=none` deletes `docker0` wherever it finds it.
 */
export function ownDaemon(dir: string): Daemon {
  mkdirSync(dir, { recursive: true });
  const socket = join(dir, 'docker.sock');
  const docker = new Dockerode({ socketPath: socket });
  let child: ChildProcess | null = null;
  return {
    host: `unix://${socket}`,
    docker,
    async start() {
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
      child = spawn('unshare', ['--net', 'dockerd', ...folders, ...network, '--host', `unix://${socket}`], {
        stdio: ['ignore', log, log],
      });
      for (let tries = 0; tries < 300; tries += 1) {
        if (child.exitCode !== null)
          throw new Error(`dockerd ended with ${child.exitCode}: see ${dir}/dockerd.log`);
        if (await docker.ping().then(Boolean, () => false)) return;
        await sleep(100);
      }
      throw new Error('dockerd does not answer');
    },
    async stop(signal = 'SIGTERM') {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
      child = null;
    },
  };
}

/** Copies an image from one engine to another, as no registry stands between them. */
export async function copyImage(from: Dockerode, to: Dockerode, ref: string): Promise<void> {
  const loaded = await to.loadImage(await from.getImage(ref).get());
  loaded.resume();
  await once(loaded, 'end');
}
