import type Docker from 'dockerode';
import { infrastructureError, messageOf } from '../domain/errors.ts';
import { connectDocker, findEndpoints } from '../sandbox/connect.ts';

/** An engine that answers. */
export interface Engine {
  docker: Docker;
  /** `unix://…`, `tcp://…` or `ssh://…`, in the form that DOCKER_HOST takes. */
  endpoint: string;
  version: string;
  apiVersion: string;
}

/** An endpoint without an answer. `denied`: something is there, but this user may not speak to it. */
export interface NoEngine {
  endpoint: string;
  denied: boolean;
  reason: string;
}

/** Asks one endpoint, within seconds; `env` adds what belongs to it, such as certificates. */
export async function probeEndpoint(endpoint: string, env: NodeJS.ProcessEnv): Promise<Engine | NoEngine> {
  try {
    const docker = await connectDocker({ ...env, DOCKER_HOST: endpoint });
    const { Version, ApiVersion } = await docker.version();
    return { docker, endpoint, version: Version, apiVersion: ApiVersion };
  } catch (error) {
    const reason = messageOf(error).split('\n').at(-1)?.trim() ?? '';
    return { endpoint, denied: /\b(EACCES|EPERM)\b/.test(reason), reason };
  }
}

/** The first engine that answers where a person, Docker's context or custom says; otherwise what came of each place. */
export async function findEngine(env: NodeJS.ProcessEnv): Promise<Engine | NoEngine[]> {
  const failures: NoEngine[] = [];
  for (const { host, tlsDir } of await findEndpoints(env)) {
    const tls = tlsDir === null ? {} : { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: tlsDir };
    const probe = await probeEndpoint(host, { ...env, ...tls });
    if ('docker' in probe) return probe;
    failures.push(probe);
  }
  return failures;
}

/**
 * Connects to the engine this machine has, without setting anything up.
 *
 * @throws infrastructure when none answers, naming every place that was asked
 */
export async function connectEngine(env: NodeJS.ProcessEnv): Promise<Engine> {
  const found = await findEngine(env);
  if (!Array.isArray(found)) return found;
  const tried = found.map((probe) => probe.reason).join('; ') || 'no socket was found';
  throw infrastructureError(`no Docker engine answers (${tried})`, {
    fix: 'start one (on Debian as root `npm run quickstart` installs and starts it), or name it in DOCKER_HOST',
    component: 'engine',
  });
}
