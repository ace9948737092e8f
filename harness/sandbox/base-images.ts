import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { infrastructureError, inputError } from '../domain/errors.ts';
import { RECIPE_LABEL, type Recipe, recipeDigest, recipeFor } from './base-image-recipes.ts';
import { fullRef, type ImageName, mirroredRef, parseImageName } from './base-image-recipes-names.ts';
import { buildFromRecipe } from './base-images-build.ts';
import { pullImage } from './base-images-pull.ts';
import { engineError, isNotFound } from './engine-errors.ts';
import { stateFolder, withFileLock } from './file-lock.ts';

/** An image that a build can start from. */
export interface BaseImage {
  /** What to write in `FROM`: the name as given, a mirror's name for it, or that of a stand-in. */
  ref: string;
  /** The engine's id of the image, `sha256:…`. */
  id: string;
  /** `local`: was there under its own name; `built`: from Debian packages, now or earlier. */
  origin: 'local' | 'pulled' | 'mirror' | 'built';
}

export interface BaseImageOptions {
  env?: NodeJS.ProcessEnv;
  log?: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Called with Debian package names that the builder lacks; true when they are installed afterwards. */
  installPackages?: (packages: string[]) => Promise<boolean>;
}

/**
 * Finds or makes the base image that `ref` names: on the engine, as an earlier stand-in, from the mirror in
 * ASSAY_REGISTRY_MIRROR (`host[:port][/prefix]`), from its registry, or from Debian packages. Callers that ask for the
 * same image at the same time share one answer; other processes wait for the one that builds.
 *
 * @throws input when `ref` is not an image reference, infrastructure when no way leads to the image
 */
export function ensureBaseImage(
  docker: Docker,
  ref: string,
  options: BaseImageOptions = {},
): Promise<BaseImage> {
  const running = pending.get(docker) ?? new Map<string, Promise<BaseImage>>();
  pending.set(docker, running);
  const known = running.get(ref);
  if (known !== undefined) return known;
  const answer = resolveBaseImage(docker, ref, options).finally(() => running.delete(ref));
  running.set(ref, answer);
  return answer;
}

const pending = new WeakMap<Docker, Map<string, Promise<BaseImage>>>();

/** Registries that did not answer this process: each is waited for once only. */
const silentRegistries = new Map<string, string>();

async function resolveBaseImage(docker: Docker, ref: string, options: BaseImageOptions): Promise<BaseImage> {
  const name = parseImageName(ref);
  if (name === null) {
    throw inputError(`'${ref}' is not an image reference`, { fix: 'write [registry/]name[:tag][@sha256:…]' });
  }
  const recipe = recipeFor(ref);
  const present = await findPresent(docker, ref, name, recipe, options);
  if (present !== null) return present;

  const lock = join(
    stateFolder(options.env),
    'locks',
    `image-${fullRef(name).replace(/[^a-z0-9.]+/g, '-')}.lock`,
  );
  const log = options.log ?? (() => undefined);
  const fetch = async () =>
    (await findPresent(docker, ref, name, recipe, options)) ?? obtain(docker, ref, name, recipe, options);
  return withFileLock(lock, fetch, {
    onWait: () => log(`another process prepares ${ref}; waiting for it ...`),
    signal: options.signal,
  });
}

/** What the engine already has, without asking any registry. */
async function findPresent(
  docker: Docker,
  ref: string,
  name: ImageName,
  recipe: Recipe | null,
  options: BaseImageOptions,
): Promise<BaseImage | null> {
  const own = await inspect(docker, ref);
  if (own !== null) return { ref, id: own.id, origin: 'local' };
  if (recipe !== null) {
    const made = await inspect(docker, recipe.tag);
    const current = made?.labels[RECIPE_LABEL] === recipeDigest(recipe);
    if (made !== null && current) return { ref: recipe.tag, id: made.id, origin: 'built' };
  }
  const mirrored = mirrorOf(name, options);
  const pulled = mirrored === null ? null : await inspect(docker, mirrored);
  return mirrored === null || pulled === null ? null : { ref: mirrored, id: pulled.id, origin: 'mirror' };
}

/** Tries every way in turn and remembers why each failed. */
async function obtain(
  docker: Docker,
  ref: string,
  name: ImageName,
  recipe: Recipe | null,
  options: BaseImageOptions,
): Promise<BaseImage> {
  const reasons: string[] = [];
  const mirrored = mirrorOf(name, options);
  if (mirrored !== null) {
    const result = await pull(docker, mirrored, options, reasons);
    if (result !== null) return { ref: mirrored, id: result, origin: 'mirror' };
  }
  const pulled = await pull(docker, fullRef(name), options, reasons);
  if (pulled !== null) return { ref, id: pulled, origin: 'pulled' };

  if (recipe === null) reasons.push('no recipe builds it from Debian packages');
  else if (await builderReady(options)) {
    const log = options.log ?? (() => undefined);
    log(`building ${recipe.tag} from Debian packages, as no registry gives it ...`);
    const start = performance.now();
    const id = await buildFromRecipe(docker, recipe, {
      env: options.env ?? process.env,
      signal: options.signal,
    });
    log(`built ${recipe.tag} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return { ref: recipe.tag, id, origin: 'built' };
  } else reasons.push('mmdebstrap, which would build it from Debian packages, is not installed');

  throw infrastructureError(`no way to the base image ${ref}:\n  ${reasons.join('\n  ')}`, {
    fix:
      'make its registry reachable for the engine, set ASSAY_REGISTRY_MIRROR=host[:port][/prefix] to a mirror of Docker Hub, ' +
      `load it yourself (docker load, docker pull)${recipe === null ? '' : ', or install mmdebstrap (Debian, Ubuntu)'}`,
  });
}

/** The image's id, or null with one more reason. */
async function pull(
  docker: Docker,
  ref: string,
  options: BaseImageOptions,
  reasons: string[],
): Promise<string | null> {
  const registry = ref.slice(0, ref.indexOf('/'));
  const silent = silentRegistries.get(registry);
  if (silent !== undefined) {
    reasons.push(`${registry}: ${silent}`);
    return null;
  }
  options.log?.(`pulling ${ref} ...`);
  const result = await pullImage(docker, ref, options.signal);
  if (result.outcome === 'pulled') return result.id;
  if (result.outcome === 'unreachable') silentRegistries.set(registry, result.reason);
  reasons.push(`${registry}: ${result.reason}`);
  return null;
}

function mirrorOf(name: ImageName, options: BaseImageOptions): string | null {
  const mirror = (options.env ?? process.env).ASSAY_REGISTRY_MIRROR;
  return mirror ? mirroredRef(mirror, name) : null;
}

async function builderReady(options: BaseImageOptions): Promise<boolean> {
  if (await builderAnswers()) return true;
  const packages = ['mmdebstrap', 'debian-archive-keyring'];
  return ((await options.installPackages?.(packages)) ?? false) && builderAnswers();
}

/** Whether images can be built from Debian packages on this machine. */
export async function builderAnswers(): Promise<boolean> {
  const result = await execa('mmdebstrap', ['--version'], {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
  });
  return !result.failed;
}

async function inspect(
  docker: Docker,
  ref: string,
): Promise<{ id: string; labels: Record<string, string> } | null> {
  try {
    const image = await docker.getImage(ref).inspect();
    return { id: image.Id, labels: image.Config?.Labels ?? {} };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw engineError(`look for the image ${ref}`, error);
  }
}
