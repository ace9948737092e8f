import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { infrastructureError, messageOf } from '../domain/errors.ts';
import type { NpmPackage } from './base-image-recipes.ts';

/** Files of an npm package on this machine: an unpacked folder, or a tarball whose files are under `package/`. */
export type NpmFiles = { folder: string } | { tarball: string };

/**
 * The package's files: from our own dependencies where they are the same version, else downloaded once per version
 * with the user's npm and its configuration, and checked against the pinned integrity.
 *
 * @throws infrastructure when it cannot be fetched or is not what the recipe pins
 */
export async function fetchNpmPackage(wanted: NpmPackage, cache: string): Promise<NpmFiles> {
  const installed = await ownDependency(wanted);
  if (installed !== null) return { folder: installed };

  const tarball = join(cache, `${wanted.name}-${wanted.version}.tgz`);
  if ((await exists(tarball)) && (await hasIntegrity(tarball, wanted.integrity))) return { tarball };
  const fresh = await download(wanted, cache);
  if (!(await hasIntegrity(fresh, wanted.integrity))) {
    await rm(fresh, { force: true });
    throw infrastructureError(`${wanted.name}@${wanted.version} from npm is not the content that is pinned`, {
      fix: 'check which registry npm is configured to use (npm config get registry)',
    });
  }
  await rename(fresh, tarball);
  return { tarball };
}

async function download(wanted: NpmPackage, cache: string): Promise<string> {
  const folder = join(cache, `incoming-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const spec = `${wanted.name}@${wanted.version}`;
  try {
    const args = [
      'pack',
      spec,
      '--json',
      '--ignore-scripts',
      '--loglevel=error',
      `--pack-destination=${folder}`,
    ];
    await execa('npm', args, { cwd: folder, timeout: 300_000, stdin: 'ignore' });
    const packed = join(folder, `${wanted.name}-${wanted.version}.tgz`);
    const target = join(cache, `${wanted.name}-${wanted.version}.${process.pid}.tgz`);
    await rename(packed, target);
    return target;
  } catch (error) {
    throw infrastructureError(`cannot fetch ${spec} with npm: ${messageOf(error)}`, {
      fix: 'make the npm registry reachable (npm ping), or set ASSAY_REGISTRY_MIRROR to pull images instead',
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `npm ci` has checked these bytes against the lock file already. */
async function ownDependency(wanted: NpmPackage): Promise<string | null> {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${wanted.name}/package.json`);
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version?: unknown };
    return version === wanted.version ? dirname(manifest) : null;
  } catch {
    // Not among the dependencies on this platform: it is fetched instead.
    return null;
  }
}

async function hasIntegrity(file: string, integrity: string | null): Promise<boolean> {
  if (integrity === null) return true;
  const hash = createHash('sha512').update(await readFile(file));
  return integrity === `sha512-${hash.digest('base64')}`;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
