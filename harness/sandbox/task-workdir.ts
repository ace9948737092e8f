import { posix } from 'node:path';
import { inputError } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';

/** A task's workspace: what it says itself, else the image's. Throws `input` when that is none, relative, or `/`. */
export function taskWorkdir(task: LoadedTask, imageWorkdir: string | undefined): string {
  const said = task.spec.environment.workdir ?? imageWorkdir ?? '';
  const workdir = said === '' ? '' : posix.normalize(said).replace(/(?<=.)\/+$/, '');
  if (workdir.startsWith('/') && !/^\/+$/.test(workdir) && !workdir.includes('\0')) return workdir;
  const problem = said === '' ? 'has no workdir' : `has the workdir ${JSON.stringify(said)}`;
  throw inputError(`task ${task.spec.id} ${problem}; its workspace must be an absolute path other than /`, {
    fix: 'set workdir under [environment] in task.toml, or WORKDIR in environment/Dockerfile',
  });
}
