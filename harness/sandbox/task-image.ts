import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { digestOf } from '../domain/digest.ts';
import { inputError, messageOf } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';
import { type ContextFile, listContext } from './build-context.ts';
import { packContext } from './context-tar.ts';
import {
  type DockerfileText,
  imagesUsed,
  needsBuildKit,
  readDockerfile,
  replaceImages,
} from './dockerfile.ts';
import { engineError, isNotFound } from './engine-errors.ts';
import { buildClassic } from './image-build.ts';
import { buildWithBuildKit } from './image-buildx.ts';
import { contextDir, type ImagePlan, workdirOf } from './image-plan.ts';
import type { Session } from './session.ts';

/** Where an image that a task starts from was found. */
interface BaseImage {
  ref: string;
  id: string;
  origin: 'local' | 'pulled' | 'mirror' | 'built';
}

/** Finds or makes an image by its reference. Throws `infrastructure` when there is no way to it. */
export type EnsureBase = (
  docker: Dockerode,
  ref: string,
  options: { log?: (line: string) => void; signal?: AbortSignal },
) => Promise<BaseImage>;

/** A task's image as its author described it. */
export interface TaskImage {
  ref: string;
  id: string;
  /** Where what it is made from came from, in words. */
  origin: string;
}

export interface ImageWork {
  session: Session;
  ensureBase: EnsureBase;
  log: (line: string) => void;
  signal: AbortSignal;
}

/** Changes when the same inputs would build another image. */
const rules = 1;

/** No Dockerfile of a task is larger; what is larger is something else. */
const maxDockerfileBytes = 1024 * 1024;

/** An image to make, and where its build context lies. */
interface Making extends ImagePlan {
  dir: string | null;
  /** The Dockerfile's path, for messages. */
  name: string;
}

/** Resolves or builds one of a task's images; one that was built before from the same inputs is used as it is. */
export async function makeTaskImage(work: ImageWork, task: LoadedTask, plan: ImagePlan): Promise<TaskImage> {
  const { dockerImage, hasDockerfile } = plan;
  const name = `${task.spec.id}: ${plan.context ?? 'environment'}/Dockerfile`;
  const making: Making = { ...plan, dir: contextDir(task, plan), name };
  if (dockerImage === null) {
    if (!hasDockerfile || making.dir === null)
      throw inputError(
        `${plan.what} has neither ${plan.context ?? 'environment'}/Dockerfile nor docker_image`,
      );
    return buildTask(work, making, await readTaskDockerfile(making), { files: null, under: '' });
  }
  const base = await work.ensureBase(work.session.docker, dockerImage, {
    log: work.log,
    signal: work.signal,
  });
  const files =
    hasDockerfile || making.dir === null ? [] : await listContext(making.dir, { honourIgnore: false });
  if (files.length === 0) return { ref: base.ref, id: base.id, origin: originInWords([[dockerImage, base]]) };

  // Harbor's rule: beside a docker_image, what lies in environment/ belongs into the workdir.
  const image = await work.session.docker.getImage(base.ref).inspect();
  const workdir = workdirOf(plan, image.Config?.WorkingDir).replace(/\/$/, '');
  const text = `FROM ${dockerImage}\nCOPY ["files/", ${JSON.stringify(`${workdir}/`)}]\n`;
  return buildTask(work, making, readDockerfile(text), { files, under: 'files' });
}

async function buildTask(
  work: ImageWork,
  making: Making,
  file: DockerfileText,
  /** What goes into the build; null for all that the author wants in it. */
  context: { files: ContextFile[] | null; under: string },
): Promise<TaskImage> {
  const { session, log, signal } = work;
  const { docker } = session;
  const { name, dir, what } = making;
  const bases = await resolveBases(work, file, name);
  const network = process.env.ASSAY_BUILD_NETWORK || 'default';
  const inputs = {
    rules,
    environment: making.digest,
    // Not always in the environment's digest: a Dockerfile of ours depends on the workdir.
    dockerfile: file.lines,
    bases: bases.map(([ref, { id }]) => [ref, id]),
  };
  const tag = `assay/task:${digestOf(inputs).slice('sha256:'.length)}`;
  const origin = originInWords(bases);
  const known = await imageId(docker, tag);
  if (known !== null) return { ref: tag, id: known, origin };

  log(`building the image of ${what} ...`);
  const dockerfile = replaceImages(file, new Map(bases.map(([ref, base]) => [ref, base.ref])));
  const request = {
    name,
    tag,
    labels: { 'assay.image': 'task' },
    timeoutSec: making.buildTimeoutSec,
    table: making.table,
    network,
    log: (line: string) => log(`${what}: ${line}`),
    signal,
  };
  if (dir === null) throw new TypeError(`${name} has no build context`);
  const why = needsBuildKit(file);
  if (why !== null) await buildWithBuildKit(docker, { dir, dockerfile, why }, request);
  else {
    const files = context.files ?? (await listContext(dir, { honourIgnore: true }));
    await buildClassic(docker, packContext(dir, files, dockerfile, context), request);
  }

  const id = await imageId(docker, tag);
  if (id === null)
    throw engineError(`build ${name}`, new Error('the engine ended the build without an image'));
  return { ref: tag, id, origin };
}

async function resolveBases(
  work: ImageWork,
  file: DockerfileText,
  name: string,
): Promise<[string, BaseImage][]> {
  const uses = imagesUsed(file);
  const empty = uses.find((use) => use.ref === '');
  if (empty !== undefined) {
    throw inputError(`${name}:${empty.line}: FROM names no image`, {
      fix: 'give the ARG it uses a default value before the first FROM',
    });
  }
  const refs = [...new Set(uses.map((use) => use.ref))];
  const found: [string, BaseImage][] = [];
  // One after another: each may take the whole line to a registry, or both cores.
  for (const ref of refs)
    found.push([
      ref,
      await work.ensureBase(work.session.docker, ref, { log: work.log, signal: work.signal }),
    ]);
  return found;
}

const originWords: Record<BaseImage['origin'], string> = {
  local: 'on the engine already',
  pulled: 'pulled',
  mirror: 'pulled from the mirror',
  built: 'built from Debian packages',
};

function originInWords(bases: readonly [string, BaseImage][]): string {
  if (bases.length === 0) return 'from scratch';
  return bases.map(([ref, { origin }]) => `${ref} ${originWords[origin]}`).join('; ');
}

async function readTaskDockerfile({ dir, name }: Making): Promise<DockerfileText> {
  const path = join(dir ?? '', 'Dockerfile');
  try {
    if ((await lstat(path)).size > maxDockerfileBytes) throw new RangeError('it is larger than 1 MiB');
    return readDockerfile(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
  } catch (error) {
    throw inputError(`${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The engine's id of an image; null when it has none of that name. */
async function imageId(docker: Dockerode, ref: string): Promise<string | null> {
  try {
    return (await docker.getImage(ref).inspect()).Id;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw engineError(`look for the image ${ref}`, error);
  }
}
