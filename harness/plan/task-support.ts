import type { Problem } from '../domain/errors.ts';
import { type FieldPath, type PlacedValue, problemAt } from './place.ts';
import { hasFile, type TaskFile } from './task-files.ts';
import type { TaskToml } from './task-toml.ts';

const notYet = 'is not supported yet';

/** What a task's `task.toml` asks for that one Linux container cannot honour: never dropped silently. */
export function unsupported(toml: TaskToml, document: PlacedValue): Problem[] {
  const { environment, verifier } = toml;
  const problems: Problem[] = [];
  const refuse = (wanted: boolean, path: FieldPath, what: string, fix: string) => {
    if (wanted) problems.push(problemAt(document, path, what, fix));
  };
  const remove = (field: string) => `remove ${field}, or leave the task out of the suite`;

  refuse((toml.steps?.length ?? 0) > 0, ['steps'], `a task of several steps ${notYet}`, remove('[[steps]]'));
  const os = environment.os?.toLowerCase() ?? 'linux';
  refuse(os === 'windows', ['environment', 'os'], `Windows ${notYet}`, 'write os = "linux"');
  refuse(os !== 'windows' && os !== 'linux', ['environment', 'os'], 'unknown system', 'write os = "linux"');
  refuse((environment.gpus ?? 0) > 0, ['environment', 'gpus'], `a GPU ${notYet}`, remove('gpus'));
  const types = (environment.gpu_types?.length ?? 0) > 0;
  refuse(types, ['environment', 'gpu_types'], `a GPU ${notYet}`, remove('gpu_types'));
  refuse(environment.tpu !== undefined, ['environment', 'tpu'], `a TPU ${notYet}`, remove('tpu'));

  const { environment_mode: mode, environment: own } = verifier;
  const separate = `a separate environment for the tests ${notYet}`;
  const path = ['verifier', 'environment_mode'];
  refuse(mode === 'separate', path, separate, 'write environment_mode = "shared"');
  const field = ['verifier', 'environment'];
  refuse(own !== undefined, field, separate, remove('[verifier.environment]'));
  const collects = (verifier.collect?.length ?? 0) > 0;
  const collect = `a command between agent and tests ${notYet}`;
  refuse(collects, ['verifier', 'collect'], collect, remove('[[verifier.collect]]'));

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
  for (const [old, now] of [
    ['memory', 'memory_mb'],
    ['storage', 'storage_mb'],
  ] as const) {
    const size = toml.environment[old];
    if (size === undefined || toml.environment[now] === undefined) continue;
    if (megabytes(size) === toml.environment[now]) continue;
    problems.push(problemAt(document, ['environment', old], `contradicts ${now}`, `keep only ${now}`));
  }
  const { workdir } = toml.environment;
  if (workdir !== undefined && (!workdir.startsWith('/') || /^[/.]*$/.test(workdir) || climbs(workdir))) {
    problems.push(
      problemAt(
        document,
        ['environment', 'workdir'],
        'must be an absolute path below "/"',
        'write e.g. "/app"',
      ),
    );
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
  if (!has('tests/test.sh') && toml.metadata.assay.tests.runner === 'script') {
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
