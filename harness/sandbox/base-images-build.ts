import { createReadStream } from 'node:fs';
import { access, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { ExecaError, execa } from 'execa';
import { sha256 } from '../domain/digest.ts';
import { type AssayError, infrastructureError, messageOf } from '../domain/errors.ts';
import { type Architecture, importChanges, type Recipe } from './base-image-recipes.ts';
import { type AptAccess, DEBIAN_KEYRING, hostAptAccess } from './base-images-apt.ts';
import { cacheFolder, stateFolder } from './base-images-lock.ts';
import { fetchNpmPackage, type NpmFiles } from './base-images-npm.ts';
import { engineError } from './engine-errors.ts';

const BUILD_MS = 15 * 60_000;

/** What the builder is made of, resolved to files of this machine. */
export interface RecipeFiles {
  node: { binary: NpmFiles; npm: NpmFiles } | null;
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
  options: { env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined },
): Promise<string> {
  const architecture = await commonArchitecture(docker);
  const prefix = tempPrefix(recipe, options.env);
  await removeLeftovers(prefix);
  const temp = await mkdtemp(join(tmpdir(), prefix));
  try {
    const [apt, files] = await Promise.all([
      hostAptAccess(recipe.suite),
      fetchFiles(recipe, architecture, join(cacheFolder(options.env), 'npm')),
    ]);
    const tar = join(temp, 'root.tar');
    await bootstrap(recipe, files, apt, { temp, tar, ...options });
    return await importTar(docker, recipe, tar);
  } finally {
    await removeTree(temp);
  }
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
  {
    temp,
    tar,
    env,
    signal,
  }: { temp: string; tar: string; env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined },
): Promise<void> {
  const finish = join(temp, 'finish.sh');
  await writeFile(finish, finishScript(recipe, files));
  const mergedUsr = (await exists(MERGED_USR_HOOKS)) ? MERGED_USR_HOOKS : null;
  const args = builderArguments(recipe, apt, { finish, mergedUsr, tar });
  try {
    // Sources go in on standard input: an address may hold a password, and arguments are public.
    await execa('mmdebstrap', args, {
      input: `${apt.sources.join('\n')}\n`,
      env: { ...env, TMPDIR: temp, LC_ALL: 'C' },
      all: true,
      maxBuffer: 1_000_000,
      timeout: BUILD_MS,
      forceKillAfterDelay: 5000,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
  } catch (error) {
    throw buildError(recipe, error);
  }
}

/** Present with mmdebstrap: without it `usrmerge` would bring the whole of Perl, 50 MB, into every image. */
const MERGED_USR_HOOKS = '/usr/share/mmdebstrap/hooks/merged-usr';

/** The builder's arguments; pure. */
export function builderArguments(
  recipe: Recipe,
  apt: Pick<AptAccess, 'options' | 'auth'>,
  paths: { finish: string; mergedUsr: string | null; tar: string },
): string[] {
  const slim = ['path-exclude=/usr/share/doc/*', 'path-include=/usr/share/doc/*/copyright'];
  for (const folder of ['man', 'info', 'locale', 'groff', 'lintian'])
    slim.push(`path-exclude=/usr/share/${folder}/*`);
  const packages = paths.mergedUsr === null ? recipe.packages : ['usr-is-merged', ...recipe.packages];
  return [
    '--variant=minbase',
    '--format=tar',
    ...(paths.mergedUsr === null ? [] : [`--hook-dir=${paths.mergedUsr}`]),
    `--include=${packages.join(',')}`,
    ...slim.map((option) => `--dpkgopt=${option}`),
    // The result is a tar file: syncing each package to disk on the way would double the time.
    '--dpkgopt=force-unsafe-io',
    ...apt.options.map((option) => `--aptopt=${option}`),
    ...apt.auth.map((path) => `--setup-hook=cp -a ${shellQuote(path)} "$1/etc/apt/"`),
    `--customize-hook=sh -eu ${shellQuote(paths.finish)} "$1"`,
    recipe.suite,
    paths.tar,
    '-',
  ];
}

/** The last step inside the new root: the recipe's own lines, then everything of the host's goes; pure. */
export function finishScript(recipe: Recipe, files: RecipeFiles): string {
  const sources = [
    'Types: deb',
    'URIs: http://deb.debian.org/debian',
    `Suites: ${recipe.suite} ${recipe.suite}-updates`,
    'Components: main',
    `Signed-By: ${DEBIAN_KEYRING}`,
    '',
    'Types: deb',
    'URIs: http://deb.debian.org/debian-security',
    `Suites: ${recipe.suite}-security`,
    'Components: main',
    `Signed-By: ${DEBIAN_KEYRING}`,
  ];
  return [
    'cd "$1"',
    ...(files.node === null ? [] : nodeLines(files.node)),
    ...recipe.finish,
    '# Nothing of the machine that built this stays.',
    'rm -rf etc/apt/auth.conf etc/apt/auth.conf.d etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap',
    'rm -f etc/resolv.conf etc/hostname etc/machine-id var/lib/dbus/machine-id',
    'mkdir -p etc/apt/auth.conf.d etc/apt/sources.list.d etc/apt/apt.conf.d',
    heredoc('etc/apt/sources.list.d/debian.sources', sources),
    heredoc('etc/apt/apt.conf.d/docker', ['Acquire::Languages "none";', 'Acquire::GzipIndexes "true";']),
    'if [ -e etc/dpkg/dpkg.cfg.d/99mmdebstrap ]; then mv etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/dpkg/dpkg.cfg.d/docker; fi',
    '# No init runs in a container: packages must not start services.',
    heredoc('usr/sbin/policy-rc.d', ['#!/bin/sh', 'exit 101']),
    'chmod 755 usr/sbin/policy-rc.d',
    'find var/log -type f -exec truncate -s 0 {} +',
    // Not /tmp: mmdebstrap's own apt configuration lies there, and without it apt would clean the host.
    'rm -rf var/cache/debconf/*-old var/lib/dpkg/*-old',
    '',
  ].join('\n');
}

function nodeLines(node: { binary: NpmFiles; npm: NpmFiles }): string[] {
  const npmRoot = 'usr/local/lib/node_modules/npm';
  return [
    `mkdir -p ${npmRoot} usr/local/bin`,
    'folder' in node.binary
      ? `cp ${shellQuote(join(node.binary.folder, 'bin', 'node'))} usr/local/bin/node`
      : `tar -xzf ${shellQuote(node.binary.tarball)} -C usr/local --strip-components=1 package/bin/node`,
    'folder' in node.npm
      ? `cp -R ${shellQuote(node.npm.folder)}/. ${npmRoot}`
      : `tar -xzf ${shellQuote(node.npm.tarball)} -C ${npmRoot} --strip-components=1 --exclude=package/docs --exclude=package/man`,
    'for name in npm npx; do ln -sf ../lib/node_modules/npm/bin/$name-cli.js usr/local/bin/$name; done',
    'chmod 755 usr/local/bin/node usr/local/lib/node_modules/npm/bin/*.js',
    'chown -R 0:0 usr/local',
  ];
}

function heredoc(file: string, lines: string[]): string {
  return [`cat > ${file} <<'END'`, ...lines, 'END'].join('\n');
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function buildError(recipe: Recipe, error: unknown): AssayError {
  const what = `cannot build ${recipe.tag} from Debian packages`;
  if (!(error instanceof ExecaError))
    return infrastructureError(`${what}: ${messageOf(error)}`, { cause: error });
  if (error.isCanceled) return infrastructureError(`${what}: interrupted`, { cause: error });
  const lines = withoutCredentials(String(error.all ?? ''))
    .trim()
    .split('\n');
  const telling = lines.filter((line) => /^(E|W|Err)[:\d]|error/i.test(line));
  const shown = (telling.length > 0 ? telling : lines).slice(-8).join('\n  ');
  return infrastructureError(
    `${what}: ${error.timedOut ? 'it took too long' : 'mmdebstrap failed'}:\n  ${shown}`,
    {
      fix: 'make the Debian archive reachable (apt-get update), or set ASSAY_REGISTRY_MIRROR to a registry mirror',
      cause: error,
    },
  );
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

/** Folders that start so belong to builds under one lock: whoever holds it may remove them. */
function tempPrefix(recipe: Recipe, env: NodeJS.ProcessEnv): string {
  return `assay-base-${sha256(`${stateFolder(env)} ${recipe.tag}`).slice(7, 23)}-`;
}

async function removeLeftovers(prefix: string): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => removeTree(join(tmpdir(), name))));
}

/** A killed build may still have the host's /dev mounted in its root: stay on the one file system. */
async function removeTree(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const mount of mounts.toReversed()) await execa('umount', ['--lazy', mount], { reject: false });
  await execa('rm', ['-rf', '--one-file-system', folder], { reject: false });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
