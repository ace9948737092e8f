import { createReadStream } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { ExecaError } from 'execa';
import { sha256 } from '../domain/digest.ts';
import { type AssayError, infrastructureError, messageOf } from '../domain/errors.ts';
import { type Architecture, importChanges, type Recipe } from './base-image-recipes.ts';
import { type AptAccess, hostAptAccess } from './base-images-apt.ts';
import { fetchNpmPackage } from './base-images-npm.ts';
import { builderArguments, finishScript, type RecipeFiles } from './base-images-script.ts';
import { runInGroup, withBuildFolder } from './base-images-workplace.ts';
import { engineError } from './engine-errors.ts';
import { cacheFolder, stateFolder } from './file-lock.ts';

const BUILD_MS = 15 * 60_000;

interface BuildOptions {
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}

/**
 * Makes the recipe's image from Debian packages and imports it under the recipe's tag. The caller holds the lock of
 * the tag. Returns the image's id. Nothing is left behind but the image, and what a killed build left is removed.
 *
 * @throws infrastructure when packages cannot be fetched, the builder is missing or the engine refuses the import
 */
export async function buildFromRecipe(
  docker: Docker,
  recipe: Recipe,
  options: BuildOptions,
): Promise<string> {
  const architecture = await commonArchitecture(docker);
  return withBuildFolder(folderPrefix(recipe, options.env), async (folder) => {
    const [apt, files] = await Promise.all([
      hostAptAccess(recipe.suite),
      fetchFiles(recipe, architecture, join(cacheFolder(options.env), 'npm')),
    ]);
    const tar = join(folder, 'root.tar');
    await bootstrap(recipe, files, apt, { folder, tar }, options);
    return importTar(docker, recipe, tar);
  });
}

/** Folders that start so belong to builds under one lock: whoever holds it may remove them. */
function folderPrefix(recipe: Recipe, env: NodeJS.ProcessEnv): string {
  return `assay-base-${sha256(`${stateFolder(env)} ${recipe.tag}`).slice(7, 23)}-`;
}

async function fetchFiles(recipe: Recipe, architecture: Architecture, cache: string): Promise<RecipeFiles> {
  if (recipe.node === null) return { node: null };
  const [binary, npm] = await Promise.all([
    fetchNpmPackage(recipe.node.binary[architecture], cache),
    fetchNpmPackage(recipe.node.npm, cache),
  ]);
  return { node: { binary, npm } };
}

async function bootstrap(
  recipe: Recipe,
  files: RecipeFiles,
  apt: AptAccess,
  { folder, tar }: { folder: string; tar: string },
  { env, signal }: BuildOptions,
): Promise<void> {
  const finish = join(folder, 'finish.sh');
  await writeFile(finish, finishScript(recipe, files));
  const mergedUsr = (await exists(MERGED_USR_HOOKS)) ? MERGED_USR_HOOKS : null;
  const args = builderArguments(recipe, apt, { finish, mergedUsr, tar });
  const limit = AbortSignal.timeout(BUILD_MS);
  try {
    await runInGroup('mmdebstrap', args, {
      // Sources go in on standard input: an address may hold a password, and arguments are public.
      input: `${apt.sources.join('\n')}\n`,
      env: { ...env, LC_ALL: 'C' },
      folder,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
  } catch (error) {
    throw buildError(
      recipe,
      error,
      signal?.aborted ? 'interrupted' : limit.aborted ? 'it took too long' : null,
    );
  }
}

/** Present with mmdebstrap: without it `usrmerge` would bring the whole of Perl, 50 MB, into every image. */
const MERGED_USR_HOOKS = '/usr/share/mmdebstrap/hooks/merged-usr';

function buildError(recipe: Recipe, error: unknown, stopped: string | null): AssayError {
  const what = `cannot build ${recipe.tag} from Debian packages`;
  if (stopped !== null) return infrastructureError(`${what}: ${stopped}`, { cause: error });
  if (!(error instanceof ExecaError))
    return infrastructureError(`${what}: ${messageOf(error)}`, { cause: error });
  const lines = withoutCredentials(String(error.all ?? ''))
    .trim()
    .split('\n');
  const telling = lines.filter((line) => /^(E|W|Err)[:\d]|error/i.test(line));
  const shown = (telling.length > 0 ? telling : lines).slice(-8).join('\n  ');
  return infrastructureError(`${what}: mmdebstrap failed:\n  ${shown}`, {
    fix: 'make the Debian archive reachable (apt-get update), or set ASSAY_REGISTRY_MIRROR to a registry mirror',
    cause: error,
  });
}

/** Addresses may hold a user and a password. */
function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s]+@/g, '//***@');
}

/** The recipes are built by the host's own dpkg: its architecture must be the engine's. */
async function commonArchitecture(docker: Docker): Promise<Architecture> {
  const engine = (await docker.version()).Arch;
  const host = process.arch;
  const names: Record<string, Architecture> = { amd64: 'x64', arm64: 'arm64' };
  const architecture = names[engine];
  if (process.platform === 'linux' && architecture !== undefined && architecture === host)
    return architecture;
  throw infrastructureError(
    `base images can be built from Debian packages only on a Linux machine of the engine's architecture (here ${process.platform} ${host}, engine ${engine})`,
    { fix: 'make an image registry reachable, or set ASSAY_REGISTRY_MIRROR to a mirror' },
  );
}

/** Imports from the file, so that a build that broke off can never become an image. */
async function importTar(docker: Docker, recipe: Recipe, tar: string): Promise<string> {
  const colon = recipe.tag.lastIndexOf(':');
  try {
    const reply = await docker.importImage(createReadStream(tar), {
      repo: recipe.tag.slice(0, colon),
      tag: recipe.tag.slice(colon + 1),
      changes: importChanges(recipe),
      message: 'built from Debian packages by assay',
    });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(reply, (error: Error | null) => (error ? reject(error) : resolve()));
    });
    return (await docker.getImage(recipe.tag).inspect()).Id;
  } catch (error) {
    throw engineError(`import ${recipe.tag} into the container engine`, error);
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
