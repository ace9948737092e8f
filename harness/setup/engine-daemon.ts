import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { infrastructureError } from '../domain/errors.ts';
import { type Engine, probeEndpoint } from './engine-connect.ts';
import { type DaemonRetry, diagnoseDaemon } from './engine-plan.ts';

const START_MS = 60_000;

/** Where a daemon listens and keeps its things; all absent for the machine's own. */
export interface DaemonPlace {
  /** `unix://…` */
  endpoint: string;
  /** More arguments, such as `--data-root`. */
  args: readonly string[];
  log: string;
}

/**
 * Starts dockerd so that it outlives us, and waits until it answers. When it dies, its log decides what is tried next.
 *
 * @throws infrastructure with the daemon's last words
 */
export async function startDaemon(
  place: DaemonPlace,
  options: { env: NodeJS.ProcessEnv; become: readonly string[]; log: (line: string) => void },
): Promise<Engine> {
  await mkdir(dirname(place.log), { recursive: true });
  const retries: DaemonRetry[] = [];
  for (;;) {
    const attempt = await startOnce(place, retries, options);
    if (attempt.engine !== null) return attempt.engine;
    const diagnosis = diagnoseDaemon(attempt.words);
    const next = diagnosis.retries.find((retry) => !retries.includes(retry) && applicable(retry));
    if (next === undefined) {
      throw infrastructureError(
        `dockerd ${attempt.how}; its log ${place.log} ends with:\n  ${tail(attempt.words, 8)}`,
        {
          fix: diagnosis.hint,
        },
      );
    }
    options.log(`dockerd did not start (${diagnosis.cause}); trying again with ${next} ...`);
    retries.push(next);
  }
}

async function startOnce(
  place: DaemonPlace,
  retries: readonly DaemonRetry[],
  { env, become }: { env: NodeJS.ProcessEnv; become: readonly string[] },
): Promise<{ engine: Engine } | { engine: null; words: string; how: string }> {
  const path = [
    ...(retries.includes('legacy-iptables') ? [await legacyFilterFolder(dirname(place.log))] : []),
    ...[env.PATH ?? '', '/usr/local/sbin', '/usr/sbin', '/sbin'],
  ].join(':');
  const [file = 'env', ...prefix] = [...become, 'env', '-i', `PATH=${path}`, ...proxies(env), 'dockerd'];
  const args = [
    ...prefix,
    '--host',
    place.endpoint,
    ...place.args,
    ...retryArguments(retries),
    ...socketGroup(become),
  ];

  const begin = existsSync(place.log) ? statSync(place.log).size : 0;
  // The daemon gets the file itself, from plain spawn: a pipe to us would break when we end.
  const fd = openSync(place.log, 'a', 0o640);
  const daemon = spawn(file, args, { detached: true, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  daemon.unref();
  let ended: string | null = null;
  daemon.on('exit', (code, signal) => {
    ended = `ended with ${signal ?? `exit code ${code}`}`;
  });
  daemon.on('error', (error) => {
    ended = `could not be started: ${error.message}`;
  });

  const words = () => readFileSync(place.log).subarray(begin).subarray(-20_000).toString('utf8');
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const probe = await probeEndpoint(place.endpoint, env);
    if ('docker' in probe) return { engine: probe };
    if (ended !== null) return { engine: null, words: words(), how: ended };
    await sleep(100);
  }
  daemon.kill('SIGTERM');
  return { engine: null, words: words(), how: `did not answer within ${START_MS / 1000} s` };
}

/** Waits for a daemon that somebody else has started; null when it stays silent. */
export async function waitForEngine(
  endpoint: string,
  env: NodeJS.ProcessEnv,
  timeoutMs: number = START_MS,
): Promise<Engine | null> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const probe = await probeEndpoint(endpoint, env);
    if ('docker' in probe) return probe;
    await sleep(200);
  }
  return null;
}

function retryArguments(retries: readonly DaemonRetry[]): string[] {
  return [
    // Containers then have no network at all, which is what trials and scorers have anyway.
    ...(retries.includes('no-iptables') ? ['--iptables=false', '--ip6tables=false', '--bridge=none'] : []),
    ...(retries.includes('vfs') ? ['--storage-driver=vfs'] : []),
  ];
}

const LEGACY_FILTERS = ['iptables', 'ip6tables'];

function applicable(retry: DaemonRetry): boolean {
  return retry !== 'legacy-iptables' || existsSync('/usr/sbin/iptables-legacy');
}

/** A folder whose `iptables` is the legacy one: for this daemon alone, the machine's choice stays as it is. */
async function legacyFilterFolder(state: string): Promise<string> {
  const folder = join(state, 'legacy-iptables');
  await mkdir(folder, { recursive: true });
  for (const name of LEGACY_FILTERS) {
    const link = join(folder, name);
    if (!existsSync(link)) await symlink(`/usr/sbin/${name}-legacy`, link);
  }
  return folder;
}

/** The daemon pulls images through the same proxies as we would. */
function proxies(env: NodeJS.ProcessEnv): string[] {
  const names = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'NO_PROXY',
    'http_proxy',
    'https_proxy',
    'no_proxy',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
  ];
  return names.flatMap((name) => (env[name] ? [`${name}=${env[name]}`] : []));
}

/** Started through sudo, the socket must belong to the user who asked. */
function socketGroup(become: readonly string[]): string[] {
  const group = process.getgid?.();
  return become.length > 0 && group !== undefined ? ['--group', String(group)] : [];
}

function tail(text: string, lines: number): string {
  return text.trim().split('\n').slice(-lines).join('\n  ');
}
