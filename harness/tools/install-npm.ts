import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { execa } from 'execa';
import { infrastructureError } from '../domain/errors.ts';
import type { ParsedRef } from './package-ref.ts';
import type { Arch } from './pins.ts';

interface NpmOptions {
  arch: Arch;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/** Whatever the user's own configuration of npm says, these decide what is installed. */
const flags = [
  '--ignore-scripts',
  '--omit=dev',
  '--include=optional',
  '--include=peer',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--no-update-notifier',
  '--loglevel=error',
  '--engine-strict=false',
  '--install-strategy=hoisted',
  '--legacy-peer-deps=false',
  '--package-lock=true',
  '--dry-run=false',
  '--global=false',
  // By default it waits for minutes, also for a content that does not match.
  '--fetch-timeout=60000',
  '--fetch-retry-mintimeout=500',
  '--fetch-retry-maxtimeout=4000',
  '--os=linux',
  '--libc=glibc',
];

/** Installs what a lock names into `folder`, which becomes the parent of `node_modules`. Throws `infrastructure`. */
export async function installLocked(
  folder: string,
  lock: string,
  options: NpmOptions & { keep?: readonly string[] | undefined },
): Promise<void> {
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(join(lock, name), join(folder, name));
  await npm('ci', folder, options);
  if (options.keep !== undefined) await prune(folder, options.keep);
}

async function prune(folder: string, keep: readonly string[]): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const kept = keep.some((beginning) => relative(folder, path).startsWith(beginning));
    if (!kept && !entry.isDirectory()) await rm(path);
  }
}

/** Installs one package with what it depends on today, and leaves the lock of that in `folder`; its text is returned. */
export async function installPackage(folder: string, ref: ParsedRef, options: NpmOptions): Promise<string> {
  const dependencies = { [ref.package]: ref.version };
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`,
  );
  await npm('install', folder, options);
  return await readFile(join(folder, 'package-lock.json'), 'utf8');
}

async function npm(verb: string, folder: string, { arch, env, signal }: NpmOptions): Promise<void> {
  const args = [verb, ...flags, `--cpu=${arch}`, `--prefix=${folder}`];
  const result = await execa('npm', args, {
    cwd: folder,
    env: ownEnv(env),
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    maxBuffer: 1024 ** 2,
    cancelSignal: signal,
    forceKillAfterDelay: 2000,
    timeout: 15 * 60_000,
  });
  signal.throwIfAborted();
  if (result.failed) throw npmFailure(result.all ?? '', result.code, result);
  // Which registry a package came from is of no use in a container.
  await rm(join(folder, 'node_modules', '.package-lock.json'), { force: true });
}

/** npm passes its own settings to what it starts; those of another project are not meant for this folder. */
function ownEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign =
    /^npm_(config_(local_prefix|prefix|workspaces?|include_workspace_root|omit|include|only|dry_run)|package_.*|lifecycle_.*|command|execpath)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)));
}

const causes: readonly (readonly [RegExp, string, string])[] = [
  [/ENOSPC|no space left/, 'the disk is full', 'make room in the cache folder (XDG_CACHE_HOME)'],
  [
    /EINTEGRITY/,
    'the registry serves another content than is pinned',
    'find out why; another registry is named by npm_config_registry',
  ],
  [
    /E404|ETARGET|notarget/,
    'the registry does not have it',
    'name a registry that has it in npm_config_registry, or another version',
  ],
  [
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT|SELF_SIGNED/,
    'the registry cannot be reached',
    'check the network and npm_config_registry',
  ],
];

function npmFailure(output: string, code: string | undefined, cause: unknown) {
  if (code === 'ENOENT') {
    return infrastructureError('npm is not there to install it', { fix: 'put npm on PATH', cause });
  }
  const lines = output.split('\n').filter((line) => /\S/.test(line) && !/^npm (notice|warn)/.test(line));
  const known = causes.find(([pattern]) => pattern.test(output));
  const what = known?.[1] ?? 'npm failed';
  return infrastructureError(`${what}: ${lines.slice(0, 3).join('; ').slice(0, 600)}`, {
    fix: known?.[2] ?? 'read what npm says, and try again',
    cause,
  });
}
