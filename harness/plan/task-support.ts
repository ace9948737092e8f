import type { Problem } from '../domain/errors.ts';
import { type FieldPath, type PlacedValue, problemAt } from './place.ts';
import { hasFile, type TaskFile } from './task-files.ts';
import type { TaskToml } from './task-toml.ts';
import { isSeparate } from './task-verifier.ts';

const notYet = 'is not supported yet';

/** The task's environment and, where it has one, the verifier's: both are held to the same rules. */
function environments(toml: TaskToml): { table: TaskToml['environment']; path: FieldPath }[] {
  const own = toml.verifier.environment;
  return [
    { table: toml.environment, path: ['environment'] },
    ...(own === undefined ? [] : [{ table: own, path: ['verifier', 'environment'] }]),
  ];
}

/** What a task's `task.toml` asks for that one Linux container cannot honour: never dropped silently. */
export function unsupported(toml: TaskToml, document: PlacedValue): Problem[] {
  const problems: Problem[] = [];
  const refuse = (wanted: boolean, path: FieldPath, what: string, fix: string) => {
    if (wanted) problems.push(problemAt(document, path, what, fix));
  };
  const remove = (field: string) => `remove ${field}, or leave the task out of the suite`;

  refuse((toml.steps?.length ?? 0) > 0, ['steps'], `a task of several steps ${notYet}`, remove('[[steps]]'));
  for (const { table, path } of environments(toml)) {
    const os = table.os?.toLowerCase() ?? 'linux';
    refuse(os === 'windows', [...path, 'os'], `Windows ${notYet}`, 'write os = "linux"');
    refuse(os !== 'windows' && os !== 'linux', [...path, 'os'], 'unknown system', 'write os = "linux"');
    refuse((table.gpus ?? 0) > 0, [...path, 'gpus'], `a GPU ${notYet}`, remove('gpus'));
    const types = (table.gpu_types?.length ?? 0) > 0;
    refuse(types, [...path, 'gpu_types'], `a GPU ${notYet}`, remove('gpu_types'));
    refuse(table.tpu !== undefined, [...path, 'tpu'], `a TPU ${notYet}`, remove('tpu'));
  }

  for (const [index, artifact] of toml.artifacts.entries()) {
    if (typeof artifact === 'string' || artifact.service === undefined || artifact.service === 'main')
      continue;
    const what = `a service other than "main" ${notYet}`;
    problems.push(problemAt(document, ['artifacts', index, 'service'], what, remove('the artifact')));
  }
  return problems;
}

/** Rules of single fields that Harbor has and a schema cannot say well. */
export function inconsistent(toml: TaskToml, document: PlacedValue): Problem[] {
  const problems: Problem[] = [];
  for (const { table, path } of environments(toml)) {
    for (const [old, now] of [
      ['memory', 'memory_mb'],
      ['storage', 'storage_mb'],
    ] as const) {
      const size = table[old];
      if (size === undefined || table[now] === undefined || megabytes(size) === table[now]) continue;
      problems.push(problemAt(document, [...path, old], `contradicts ${now}`, `keep only ${now}`));
    }
    const { workdir } = table;
    if (workdir !== undefined && (!workdir.startsWith('/') || /^[/.]*$/.test(workdir) || climbs(workdir))) {
      const message = 'must be an absolute path below "/"';
      problems.push(problemAt(document, [...path, 'workdir'], message, 'write e.g. "/app"'));
    }
  }
  for (const [index, artifact] of toml.artifacts.entries()) {
    const source = typeof artifact === 'string' ? artifact : artifact.source;
    const destination = typeof artifact === 'string' ? undefined : artifact.destination;
    if (climbs(source))
      problems.push(problemAt(document, ['artifacts', index], 'source must not hold ".."', 'write it out'));
    if (destination !== undefined && badDestination(destination)) {
      const what = 'must be a relative path without ".." or "\\", and not manifest.json';
      problems.push(problemAt(document, ['artifacts', index, 'destination'], what, 'correct the path'));
    }
  }
  return problems;
}

function badDestination(path: string): boolean {
  return path.startsWith('/') || path.includes('\\') || climbs(path) || path === 'manifest.json';
}

function climbs(path: string): boolean {
  return path.split('/').includes('..');
}

/** `2G`, `512M`, `100K` → MiB, at least 1. */
export function megabytes(size: string): number {
  const factor = { K: 1 / 1024, M: 1, G: 1024 }[size.slice(-1).toUpperCase()] ?? 1;
  return Math.max(1, Math.ceil(Number(size.slice(0, -1)) * factor));
}

/** The files that a task must have, and those that it must not. `file` gives a path's name in problems. */
export function layoutProblems(
  files: readonly TaskFile[],
  toml: TaskToml,
  hasEnvironment: boolean,
  file: (path: string) => string,
): Problem[] {
  const has = (path: string) => hasFile(files, path);
  const problems: Problem[] = [];
  const add = (path: string, message: string, fix: string) =>
    problems.push({ file: file(path), message, fix });

  if (!has('instruction.md')) add('instruction.md', 'does not exist', 'write what the agent is to do in it');
  // A separate verifier brings its own, in its image.
  if (!has('tests/test.sh') && toml.metadata.assay.tests.runner === 'script' && !isSeparate(toml)) {
    if (has('tests/test.bat')) add('tests/test.bat', `Windows ${notYet}`, 'write tests/test.sh');
    else add('tests/test.sh', 'does not exist', 'write the script that decides the task');
  }
  const image = toml.environment.docker_image;
  const dockerfile = has('environment/Dockerfile');
  const compose = ['environment/docker-compose.yaml', 'environment/docker-compose.yml'].find(has);
  if (!hasEnvironment) add('environment', 'does not exist', 'make the folder, with a Dockerfile in it');
  else if (compose !== undefined)
    add(compose, `docker compose ${notYet}`, 'describe the one container in environment/Dockerfile');
  else if (!dockerfile && image === undefined)
    add('environment/Dockerfile', 'does not exist', 'write it, or set [environment].docker_image');
  return problems;
}
