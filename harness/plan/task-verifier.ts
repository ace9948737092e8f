import { posix } from 'node:path';
import { isWithin } from '../domain/artifact-sources.ts';
import type { Problem } from '../domain/errors.ts';
import type { TaskSpec } from '../domain/task.ts';
import { type PlacedValue, problemAt, show } from './place.ts';
import { contextDigest, hasFile, type TaskFile } from './task-files.ts';
import type { TaskToml } from './task-toml.ts';

/** Harbor's rule: what the task says; else `separate` where it describes an environment for the verifier. */
export function isSeparate({ verifier }: TaskToml): boolean {
  return (verifier.environment_mode ?? (verifier.environment ? 'separate' : 'shared')) === 'separate';
}

/** A verifier's container as the task describes it: its own table, else all of `[environment]`. */
export function verifierTable(toml: TaskToml): TaskToml['environment'] {
  return toml.verifier.environment ?? toml.environment;
}

type VerifierImage = NonNullable<TaskSpec['verifier']['separate']>;

/**
 * Where the verifier's own image comes from: the docker_image of its table, else `tests/` with its Dockerfile, else the
 * task's own image.
 */
export function imageOfVerifier(
  toml: TaskToml,
  files: readonly TaskFile[],
): Pick<VerifierImage, 'digest' | 'context' | 'dockerImage'> {
  const named = toml.verifier.environment?.docker_image ?? null;
  const context = named !== null ? null : hasFile(files, 'tests/Dockerfile') ? 'tests' : 'environment';
  const dockerImage = context === 'environment' ? (toml.environment.docker_image ?? null) : named;
  return { digest: contextDigest(files, context, dockerImage), context, dockerImage };
}

/** Places in the verifier's container that are not for artifacts: the tests, their results, and what is ours. */
const reserved = ['/tests', '/logs/verifier', '/opt/assay'];

/** Rules of an environment of the verifier's own, and of the commands that run before artifacts are collected. */
export function verifierProblems(toml: TaskToml, document: PlacedValue): Problem[] {
  const { verifier } = toml;
  const problems: Problem[] = [];
  if (verifier.environment_mode === 'shared' && verifier.environment !== undefined) {
    const message = 'contradicts environment_mode = "shared"';
    const fix = 'remove [verifier.environment], or write environment_mode = "separate"';
    problems.push(problemAt(document, ['verifier', 'environment'], message, fix));
  }
  for (const [index, { service }] of verifier.collect.entries()) {
    if (service === 'main') continue;
    const message = 'a service other than "main" is not supported yet';
    const fix = 'remove the command, or leave the task out of the suite';
    problems.push(problemAt(document, ['verifier', 'collect', index, 'service'], message, fix));
  }
  if (isSeparate(toml)) problems.push(...sourceProblems(toml, document));
  return problems;
}

/** Artifacts are laid into another container: each must have one place there, and one that is free. */
function sourceProblems(toml: TaskToml, document: PlacedValue): Problem[] {
  return toml.artifacts.flatMap((artifact, index) => {
    const written = typeof artifact === 'string' ? artifact : artifact.source;
    const field = ['artifacts', index, ...(typeof artifact === 'string' ? [] : ['source'])];
    const source = artifactSource(toml, written);
    const refuse = (message: string, fix: string) => [problemAt(document, field, message, fix)];
    if (source === null)
      return refuse('is relative, and [environment] says no workdir', 'write the absolute path');
    if (isWithin(source, '/tmp'))
      return refuse('lies under /tmp, which is gone with the container', 'use e.g. /logs/artifacts');
    const taken = reserved.find((path) => isWithin(path, source) || isWithin(source, path));
    if (taken === undefined) return [];
    return refuse(`${show(source)} would overlap the verifier's own ${taken}`, 'name what is to be judged');
  });
}

/** The absolute path of an artifact; null where only the image would say to what it is relative. */
export function artifactSource(toml: TaskToml, written: string): string | null {
  const workdir = toml.environment.workdir;
  if (!written.startsWith('/') && workdir === undefined) return null;
  return posix.resolve(workdir ?? '/', written);
}

/** What of a separate verifier is not used. */
export function verifierNotices(toml: TaskToml, files: readonly TaskFile[]): string[] {
  if (!isSeparate(toml)) return [];
  const named = toml.verifier.environment?.docker_image;
  return named !== undefined && hasFile(files, 'tests/Dockerfile')
    ? ['tests/Dockerfile is not built: verifier.environment.docker_image names the image']
    : [];
}
