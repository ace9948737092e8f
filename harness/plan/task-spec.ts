import type { TaskSpec } from '../domain/task.ts';
import { assayOf } from './task-assay.ts';
import { contentDigest, contextDigest, harborDigest, hasFile, type TaskFile } from './task-files.ts';
import type { TaskNetwork } from './task-network.ts';
import { megabytes } from './task-support.ts';
import type { TaskToml } from './task-toml.ts';
import { artifactSource, imageOfVerifier, isSeparate, verifierTable } from './task-verifier.ts';

/** A task as it was read and found in order. */
export interface TaskParts {
  toml: TaskToml;
  name: { id: string; fullName: string };
  files: readonly TaskFile[];
  network: TaskNetwork;
  instruction: string;
  gitignore: string | null;
  env: Record<'environment' | 'verifier' | 'own' | 'solution', Record<string, string>>;
  notices: string[];
}

/** What the rest of the harness is told of it. */
export function specOf({
  toml,
  name,
  files,
  network,
  instruction,
  gitignore,
  env,
  notices,
}: TaskParts): TaskSpec {
  const { environment, agent, verifier } = toml;
  const dockerImage = environment.docker_image ?? null;
  const has = (path: string) => hasFile(files, path);
  return {
    id: name.id,
    fullName: name.fullName,
    description: toml.task?.description ?? '',
    digest: contentDigest(files),
    harborDigest: harborDigest(files, gitignore),
    instruction,
    environment: {
      digest: contextDigest(files, 'environment', dockerImage),
      dockerImage,
      hasDockerfile: has('environment/Dockerfile'),
      ...containerOf(environment, env.environment),
      network: network.environment,
    },
    agent: { timeoutSec: agent.timeout_sec ?? null, user: agent.user ?? null, network: network.agent },
    verifier: {
      timeoutSec: verifier.timeout_sec,
      env: env.verifier,
      user: verifier.user ?? null,
      network: network.verifier,
      separate: isSeparate(toml)
        ? { ...imageOfVerifier(toml, files), ...containerOf(verifierTable(toml), env.own) }
        : null,
      collect: verifier.collect.map(({ command, timeout_sec, user }) => ({
        command,
        timeoutSec: timeout_sec,
        user: user ?? null,
      })),
    },
    ...assayOf(toml.metadata.assay),
    solution: { exists: has('solution/solve.sh'), env: env.solution },
    artifacts: artifactsOf(toml),
    notices,
  };
}

/** What both kinds of environment say of their containers. */
function containerOf(table: TaskToml['environment'], env: Record<string, string>) {
  return {
    buildTimeoutSec: table.build_timeout_sec,
    workdir: table.workdir ?? null,
    env,
    cpus: table.cpus ?? null,
    memoryMb: table.memory_mb ?? sizeOf(table.memory),
    storageMb: table.storage_mb ?? sizeOf(table.storage),
    healthcheck: healthcheckOf(table.healthcheck),
  };
}

/** As written; absolute where they are to be laid into another container than the one they come from. */
function artifactsOf(toml: TaskToml): TaskSpec['artifacts'] {
  return toml.artifacts.map((artifact) => {
    const written = typeof artifact === 'string' ? { source: artifact, exclude: [] } : artifact;
    const source = isSeparate(toml)
      ? (artifactSource(toml, written.source) ?? written.source)
      : written.source;
    return { source, destination: written.destination ?? null, exclude: written.exclude };
  });
}

function sizeOf(size: string | undefined): number | null {
  return size === undefined ? null : megabytes(size);
}

function healthcheckOf(
  check: TaskToml['environment']['healthcheck'],
): TaskSpec['environment']['healthcheck'] {
  if (check === undefined) return null;
  return {
    command: check.command,
    intervalSec: check.interval_sec,
    timeoutSec: check.timeout_sec,
    startPeriodSec: check.start_period_sec,
    startIntervalSec: check.start_interval_sec,
    retries: check.retries,
  };
}
