import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Dockerode from 'dockerode';
import { execa } from 'execa';
import { infrastructureError, messageOf } from '../domain/errors.ts';
import { engineAgent } from './engine-agent.ts';

/** How long an engine may take to answer its first ping. */
const pingMs = 5000;

/** A place where an engine may listen. */
export interface Endpoint {
  /** `unix://…`, `tcp://…`, `ssh://…` or `npipe://…`. */
  host: string;
  /** Folder with ca.pem, cert.pem and key.pem; null without TLS. */
  tlsDir: string | null;
}

/**
 * Connects to the container engine: the one in DOCKER_HOST, else that of Docker's current context, else the first
 * socket that answers (system-wide, rootless, Docker Desktop and the like). Throws `infrastructure` naming every place
 * that was tried when none answers.
 */
export async function connectDocker(env: NodeJS.ProcessEnv = process.env): Promise<Dockerode> {
  const failures: string[] = [];
  for (const endpoint of await findEndpoints(env)) {
    try {
      const docker = await openEndpoint(endpoint, env);
      await ping(docker, pingMs);
      return docker;
    } catch (error) {
      failures.push(`${endpoint.host}: ${messageOf(error)}`);
    }
  }
  throw infrastructureError(
    `no container engine answers:\n  ${failures.join('\n  ') || 'no socket was found'}`,
    {
      fix: 'install and start Docker (20.10 or newer), or set DOCKER_HOST to where it listens',
      component: 'engine',
    },
  );
}

/** Where an engine may be, best first. What a person chose explicitly is the only place then. */
export async function findEndpoints(env: NodeJS.ProcessEnv): Promise<Endpoint[]> {
  if (env.DOCKER_HOST)
    return [{ host: env.DOCKER_HOST, tlsDir: env.DOCKER_TLS_VERIFY ? (env.DOCKER_CERT_PATH ?? null) : null }];
  const fromContext = await contextEndpoint(env);
  if (fromContext !== null) return [fromContext];
  const home = env.HOME ?? homedir();
  const sockets = [
    '/var/run/docker.sock',
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []),
    ...(process.getuid ? [`/run/user/${process.getuid()}/docker.sock`] : []),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
    join(home, '.colima/default/docker.sock'),
    join(home, '.orbstack/run/docker.sock'),
  ];
  const present = await Promise.all(
    sockets.map((path) =>
      access(path).then(
        () => path,
        () => null,
      ),
    ),
  );
  return [...new Set(present.filter((path) => path !== null))].map((path) => ({
    host: `unix://${path}`,
    tlsDir: null,
  }));
}

/** The endpoint of the context that Docker's own command would use; null for its default one. */
async function contextEndpoint(env: NodeJS.ProcessEnv): Promise<Endpoint | null> {
  const name = env.DOCKER_CONTEXT || (await configuredContext(env));
  if (!name || name === 'default') return null;
  const { stdout, failed } = await execa('docker', ['context', 'inspect', name], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
    env,
    extendEnv: false,
  });
  if (failed) return null;
  const [context] = parseJson(stdout) as ContextInspection[];
  const host = context?.Endpoints?.docker?.Host;
  if (!host) return null;
  const hasTls = Object.keys(context?.TLSMaterial ?? {}).includes('docker');
  return {
    host,
    tlsDir: hasTls && context?.Storage?.TLSPath ? join(context.Storage.TLSPath, 'docker') : null,
  };
}

interface ContextInspection {
  Endpoints?: { docker?: { Host?: string } };
  TLSMaterial?: Record<string, unknown>;
  Storage?: { TLSPath?: string };
}

async function configuredContext(env: NodeJS.ProcessEnv): Promise<string | null> {
  const folder = env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker');
  const text = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '{}');
  const config = parseJson(text) as { currentContext?: unknown };
  return typeof config.currentContext === 'string' ? config.currentContext : null;
}

/** Not our file: what cannot be read says nothing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return [];
  }
}

async function openEndpoint({ host, tlsDir }: Endpoint, env: NodeJS.ProcessEnv): Promise<Dockerode> {
  const local = /^(?:unix|npipe):\/\/(.*)$/s.exec(host)?.[1] ?? (host.startsWith('/') ? host : null);
  if (local !== null) return overAgent(new Dockerode({ socketPath: local }), false);
  const url = new URL(host.includes('://') ? host : `tcp://${host}`);
  if (url.protocol === 'ssh:') {
    return new Dockerode({
      protocol: 'ssh',
      host: url.hostname,
      port: url.port || 22,
      username: decodeURIComponent(url.username),
      sshOptions: env.SSH_AUTH_SOCK ? { agent: env.SSH_AUTH_SOCK } : {},
    });
  }
  const place = { host: url.hostname, port: url.port || (tlsDir === null ? 2375 : 2376) };
  if (tlsDir === null) return overAgent(new Dockerode({ ...place, protocol: 'http' }), false);
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => readFile(join(tlsDir, name))),
  );
  return overAgent(new Dockerode({ ...place, protocol: 'https', ca, cert, key }), true);
}

/** The client's types do not know the option, which it hands on to every request. */
function overAgent(docker: Dockerode, isSecure: boolean): Dockerode {
  Object.assign(docker.modem, { agent: engineAgent(isSecure) });
  return docker;
}

/** One ping that ends within the time. */
export async function ping(docker: Dockerode, timeoutMs: number): Promise<void> {
  const late = AbortSignal.timeout(timeoutMs);
  const gaveUp = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs} ms`)), {
      once: true,
    });
  });
  // The options are missing from the client's types.
  const pinging = docker as unknown as { ping(options: { abortSignal: AbortSignal }): Promise<unknown> };
  await Promise.race([pinging.ping({ abortSignal: late }), gaveUp]);
}
