import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { Digest, digestOf } from '../domain/digest.ts';
import { AssayError, infrastructureError, messageOf } from '../domain/errors.ts';
import { withFileLock } from '../sandbox/file-lock.ts';
import { differenceFrom, Manifest, sealFolder } from './manifest.ts';
import type { Recipe } from './recipe.ts';

/** `installed.json` beside `files/`: written last, before both become visible by one rename. */
const Record = z.strictObject({
  /** Of what the recipe says of itself. */
  digest: Digest,
  manifest: Manifest,
});

interface Installation {
  /** The folder to mount. */
  files: string;
  digest: Digest;
}

interface InstallOptions {
  log: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Installs into the cache what is not there or not as it was installed; one process at a time. A killed installation
 * leaves a folder that no name leads to, which the next one of the same tool removes. Throws `infrastructure`, or the
 * signal's reason.
 */
export async function ensureInstalled(
  recipe: Recipe,
  cache: string,
  { log, signal }: InstallOptions,
): Promise<Installation> {
  const home = join(cache, recipe.folder);
  const work = async (): Promise<Installation> => {
    const found = await readInstallation(home, recipe, log);
    if (found !== null) return found;
    return await installAnew(recipe, cache, home, { log, signal });
  };
  try {
    const onWait = () => log(`waiting for another process that installs ${recipe.name}`);
    return await withFileLock(join(cache, 'locks', `${recipe.folder}.lock`), work, { onWait, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AssayError ? error : diskFailure(recipe, cache, error);
  }
}

async function readInstallation(home: string, recipe: Recipe, log: (line: string) => void) {
  const files = join(home, 'files');
  if (!(await exists(home))) return null;
  try {
    const record = Record.parse(JSON.parse(await readFile(join(home, 'installed.json'), 'utf8')));
    const difference = await differenceFrom(files, record.manifest);
    if (difference === null) return { files, digest: record.digest };
    log(`installing ${recipe.name} again: ${difference}`);
  } catch (error) {
    log(`installing ${recipe.name} again: ${messageOf(error)}`);
  }
  return null;
}

async function installAnew(
  recipe: Recipe,
  cache: string,
  home: string,
  { log, signal }: InstallOptions,
): Promise<Installation> {
  const { name, version } = recipe;
  log(`installing ${name} ${version}`);
  const started = performance.now();
  const prefix = `.new-${recipe.folder}-`;
  // We hold the lock: whoever made these is dead.
  for (const entry of await readdir(cache)) {
    if (entry.startsWith(prefix)) await rm(join(cache, entry), { recursive: true, force: true });
  }
  const fresh = await mkdtemp(join(cache, prefix));
  try {
    const files = join(fresh, 'files');
    await mkdir(files);
    const named = await recipe.fill(files, signal);
    await makePrograms(recipe, files);
    signal.throwIfAborted();
    const manifest = await sealFolder(files);
    const digest = digestOf(named ?? null);
    await writeFile(join(fresh, 'installed.json'), JSON.stringify({ digest, manifest }));
    await chmod(fresh, 0o755);
    await rm(home, { recursive: true, force: true });
    await rename(fresh, home);
    const bytes = manifest.entries.reduce((sum, entry) => sum + ('bytes' in entry ? entry.bytes : 0), 0);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    log(`installed ${name} ${version} in ${seconds} s, ${Math.ceil(bytes / 1e6)} MB`);
    return { files: join(home, 'files'), digest };
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

async function makePrograms(recipe: Recipe, files: string): Promise<void> {
  for (const path of [...Object.values(recipe.bin), ...recipe.requires]) {
    if (await exists(join(files, path))) continue;
    throw infrastructureError(`${recipe.name} ${recipe.version} came without ${path}`, {
      fix: 'the registry has no package of it for this platform: name another registry, or leave the tool out',
    });
  }
  for (const [command, path] of Object.entries(recipe.bin)) {
    const link = join(files, 'bin', command);
    await mkdir(dirname(link), { recursive: true });
    // Some packages set this by an install script, which never runs here.
    await chmod(join(files, path), 0o755);
    await symlink(relative(dirname(link), join(files, path)), link);
  }
}

function diskFailure(recipe: Recipe, cache: string, error: unknown) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const fix =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `make room in ${cache}`
      : `make ${cache} writable, or delete it; XDG_CACHE_HOME names another place`;
  return infrastructureError(`cannot install ${recipe.name} ${recipe.version}: ${messageOf(error)}`, {
    fix,
    cause: error,
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
