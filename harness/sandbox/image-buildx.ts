import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { execa } from 'execa';
import { inputError } from '../domain/errors.ts';
import { buildLog } from './build-log.ts';
import { type BuildRequest, buildFailure, tooSlow } from './image-build.ts';

/**
 * Builds an image with BuildKit, through Docker's command-line plugin, for Dockerfiles that the classic builder does
 * not understand. `why` says what in the Dockerfile asks for it. Throws as `buildClassic`, and `input` where the
 * plugin is not installed.
 */
export async function buildWithBuildKit(
  docker: Dockerode,
  context: { dir: string; dockerfile: string; why: string },
  request: BuildRequest,
): Promise<void> {
  const env = { ...engineEnv(docker), BUILDKIT_PROGRESS: 'plain', NO_COLOR: '1' };
  const probe = await execa('docker', ['buildx', 'version'], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
    env,
  });
  if (probe.failed) {
    throw inputError(`${request.name} needs BuildKit (${context.why}), which is not installed`, {
      fix: "install Docker's buildx plugin, or write the Dockerfile for the classic builder",
    });
  }
  const temp = await mkdtemp(join(tmpdir(), 'assay-build-'));
  const log = buildLog(request.log);
  try {
    const file = join(temp, 'Dockerfile');
    await writeFile(file, context.dockerfile);
    const labels = Object.entries(request.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
    const build = execa(
      'docker',
      [
        'buildx',
        'build',
        '--load',
        '--network',
        request.network,
        '--tag',
        request.tag,
        ...labels,
        '-f',
        file,
        context.dir,
      ],
      {
        reject: false,
        stdin: 'ignore',
        all: true,
        buffer: false,
        env,
        timeout: Math.min(request.timeoutSec * 1000, 2 ** 31 - 1),
        cancelSignal: request.signal,
      },
    );
    build.all.on('data', (chunk: Buffer) => log.add(chunk.toString('utf8')));
    const result = await build;
    request.signal.throwIfAborted();
    if (result.timedOut) throw tooSlow(request, log);
    if (result.failed)
      throw buildFailure(request, log, `docker buildx build ended with ${result.exitCode ?? result.signal}`);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** The command-line program must speak to the engine that we speak to. */
function engineEnv(docker: Dockerode): Record<string, string> {
  const { socketPath } = docker.modem as { socketPath?: unknown };
  return typeof socketPath === 'string' ? { DOCKER_HOST: `unix://${socketPath}` } : {};
}
