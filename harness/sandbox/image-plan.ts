import { join, posix } from 'node:path';
import type { Digest } from '../domain/digest.ts';
import { inputError } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';

/** How one of a task's images is made. */
export interface ImagePlan {
  /** The task's id, and whose image it is, for messages. */
  what: string;
  isVerifier: boolean;
  /** Content hash of what the image is made of. */
  digest: Digest;
  dockerImage: string | null;
  /** Folder of the task that is the build context; null for none. */
  context: string | null;
  hasDockerfile: boolean;
  buildTimeoutSec: number;
  /** What the task says; null where the image decides. */
  workdir: string | null;
  /** Whose table in task.toml says so, for messages. */
  table: string;
}

/** The image that a task's agents get, and its verifier where that has none of its own; or the verifier's own. */
export function imagePlan({ spec }: LoadedTask, environment: 'task' | 'verifier'): ImagePlan {
  if (environment === 'task') {
    const { digest, dockerImage, hasDockerfile, buildTimeoutSec, workdir } = spec.environment;
    return {
      what: `task ${spec.id}`,
      isVerifier: false,
      ...{ digest, dockerImage, hasDockerfile, buildTimeoutSec, workdir },
      context: 'environment',
      table: '[environment]',
    };
  }
  const { separate } = spec.verifier;
  if (separate === null) throw new TypeError(`the verifier of task ${spec.id} has no image of its own`);
  const { digest, dockerImage, context, buildTimeoutSec, workdir } = separate;
  return {
    what: `the verifier of task ${spec.id}`,
    isVerifier: true,
    ...{ digest, dockerImage, context, buildTimeoutSec, workdir },
    // A folder other than the task's own is only named where it holds a Dockerfile.
    hasDockerfile: context === 'environment' ? spec.environment.hasDockerfile : context !== null,
    table: '[verifier.environment]',
  };
}

/** Where the build context lies on this machine. */
export function contextDir(task: LoadedTask, plan: ImagePlan): string | null {
  return plan.context === null ? null : join(task.dir, plan.context);
}

/**
 * The folder that everything runs in: what the task says, else the image's. A task's is its workspace: throws `input`
 * when it is none, relative, or `/`. A verifier's may be `/`, as in Harbor.
 */
export function workdirOf(plan: ImagePlan, imageWorkdir: string | undefined): string {
  const said = plan.workdir ?? imageWorkdir ?? '';
  const workdir = said === '' ? '' : posix.normalize(said).replace(/(?<=.)\/+$/, '');
  if (plan.isVerifier && (workdir === '' || /^\/+$/.test(workdir))) return '/';
  if (workdir.startsWith('/') && !/^\/+$/.test(workdir) && !workdir.includes('\0')) return workdir;
  const problem = said === '' ? 'has no workdir' : `has the workdir ${JSON.stringify(said)}`;
  throw inputError(`${plan.what} ${problem}; its workspace must be an absolute path other than /`, {
    fix: `set workdir under ${plan.table} in task.toml, or WORKDIR in ${plan.context ?? 'environment'}/Dockerfile`,
  });
}
