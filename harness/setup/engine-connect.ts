import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { execa } from 'execa';
import { infrastructureError, messageOf } from '../domain/errors.ts';

const PROBE_MS = 5000;

/** An engine that answers. */
export interface Engine {
  docker: Docker;
  /** `unix://…`, `tcp://…` or `ssh://…`, in the form that DOCKER_HOST takes. */
  endpoint: string;
  version: string;
  apiVersion: string;
}

/** What came of asking one endpoint. `denied`: it is there, but this user may not speak to it. */
export type Probe =
  | { state: 'answers'; engine: Engine }
  | { state: 'denied' | 'silent'; endpoint: string; reason: string };

/** Asks an endpoint for its version, within seconds. */
export async function probeEndpoint(endpoint: string, env: NodeJS.ProcessEnv): Promise<Probe> {
  try {
    const options = endpointOptions(endpoint, env);
    // Only the question is bounded in time: a build on the same client may be silent for minutes.
    const version = await new Docker({ ...options, timeout: PROBE_MS }).version();
    const docker = new Docker(options);
    return {
      state: 'answers',
      engine: { docker, endpoint, version: version.Version, apiVersion: version.ApiVersion },
    };
  } catch (error) {
    const denied =
      error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
    return { state: denied ? 'denied' : 'silent', endpoint, reason: messageOf(error) };
  }
}

/** The client options for an endpoint; pure. */
export function endpointOptions(endpoint: string, env: NodeJS.ProcessEnv): Docker.DockerOptions {
  // `host` must be named: dockerode would otherwise fill it in from the environment.
  if (endpoint.startsWith('unix://'))
    return { socketPath: endpoint.slice('unix://'.length), host: undefined };
  // dockerode reads this variable itself, with everything that belongs to it (TLS, paths, ssh agent).
  if (endpoint === env.DOCKER_HOST) return {};
  const url = new URL(endpoint);
  if (url.protocol === 'ssh:') {
    return {
      protocol: 'ssh',
      host: url.hostname,
      port: url.port || 22,
      username: url.username,
      sshOptions: env.SSH_AUTH_SOCK === undefined ? {} : { agent: env.SSH_AUTH_SOCK },
    };
  }
  return { protocol: 'http', host: url.hostname, port: url.port || 2375 };
}

/**
 * The endpoints to ask, in the Docker command's own order of precedence: DOCKER_HOST alone when it is set, else the
 * chosen context, then the places where engines are known to listen.
 */
export async function knownEndpoints(env: NodeJS.ProcessEnv): Promise<string[]> {
  if (env.DOCKER_HOST) return [env.DOCKER_HOST];
  const home = env.HOME ?? homedir();
  const context = await contextEndpoint(env, home);
  return [...new Set([...(context === null ? [] : [context]), ...usualEndpoints(home, env.XDG_RUNTIME_DIR)])];
}

/** Sockets of the system's engine, Docker Desktop, Colima, OrbStack, Rancher Desktop and a rootless engine; pure. */
export function usualEndpoints(home: string, runtimeDir: string | undefined): string[] {
  const sockets = [
    '/var/run/docker.sock',
    ...['.docker/run/docker.sock', '.docker/desktop/docker.sock', '.colima/default/docker.sock'].map((path) =>
      join(home, path),
    ),
    ...['.orbstack/run/docker.sock', '.rd/docker.sock'].map((path) => join(home, path)),
    ...(runtimeDir === undefined ? [] : [join(runtimeDir, 'docker.sock')]),
  ];
  return sockets.map((path) => `unix://${path}`);
}

/** The engine of the context that `docker context use` has chosen; null for the default one. */
async function contextEndpoint(env: NodeJS.ProcessEnv, home: string): Promise<string | null> {
  const context =
    env.DOCKER_CONTEXT ||
    (await configuredContext(join(env.DOCKER_CONFIG ?? join(home, '.docker'), 'config.json')));
  if (context === null || context === 'default') return null;
  const format = '{{.Endpoints.docker.Host}}';
  const result = await execa('docker', ['context', 'inspect', context, '--format', format], {
    reject: false,
    timeout: PROBE_MS,
    stdin: 'ignore',
  });
  return result.failed || result.stdout === '' ? null : result.stdout.trim();
}

async function configuredContext(file: string): Promise<string | null> {
  try {
    const config: unknown = JSON.parse(await readFile(file, 'utf8'));
    const named =
      typeof config === 'object' && config !== null && 'currentContext' in config
        ? config.currentContext
        : null;
    return typeof named === 'string' && named !== '' ? named : null;
  } catch {
    // No Docker configuration, or none that can be read: then no context is chosen.
    return null;
  }
}

/** The first endpoint that answers; otherwise what came of each. */
export async function findEngine(
  endpoints: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Engine | Probe[]> {
  const failures: Probe[] = [];
  for (const endpoint of endpoints) {
    const probe = await probeEndpoint(endpoint, env);
    if (probe.state === 'answers') return probe.engine;
    failures.push(probe);
  }
  return failures;
}

/**
 * Connects to the engine this machine has, without setting anything up.
 *
 * @throws infrastructure when none answers
 */
export async function connectEngine(env: NodeJS.ProcessEnv = process.env): Promise<Engine> {
  const found = await findEngine(await knownEndpoints(env), env);
  if (!Array.isArray(found)) return found;
  const tried = found.map((probe) => (probe.state === 'answers' ? '' : `${probe.endpoint}: ${probe.reason}`));
  throw infrastructureError(`no Docker engine answers:\n  ${tried.join('\n  ')}`, {
    fix: 'start one (on Debian as root `npm run quickstart` installs and starts it), or name it in DOCKER_HOST',
  });
}
