import { infrastructureError } from '../domain/errors.ts';
import { openIndex } from './index-client.ts';
import { installLocked, installPackage } from './install-npm.ts';
import { installWheels, resolveWheels } from './install-wheels.ts';
import { type ParsedRef, parseRef } from './package-ref.ts';
import { type Arch, declarationOf, lockFolder, lockText, pinOf } from './pins.ts';
import type { PackageRef } from './toolbox.ts';
import { PinnedWheels } from './wheel-name.ts';

/** How one tool comes into a folder. */
export interface Recipe {
  name: string;
  version: string;
  /** Of the folder in the cache: equal names are equal content. */
  folder: string;
  /** Executable below `bin/` → file, relative to the folder. */
  bin: Readonly<Record<string, string>>;
  /** Files that must be there in the end. */
  requires: readonly string[];
  /** Fills an empty folder; returns what the installation is named by. Throws `infrastructure`, or the signal's reason. */
  fill(folder: string, signal: AbortSignal): Promise<unknown>;
}

/**
 * Throws `TypeError` for a name that is not pinned, `input` for a `PackageRef` without an exact version, `infrastructure`
 * for a tool that there is not for the architecture.
 */
export function recipeOf(tool: string | PackageRef, arch: Arch, env: NodeJS.ProcessEnv): Recipe {
  return typeof tool === 'string' ? pinnedRecipe(tool, arch, env) : refRecipe(parseRef(tool), arch, env);
}

function pinnedRecipe(name: string, arch: Arch, env: NodeJS.ProcessEnv): Recipe {
  const { ecosystem, bin = {}, requires = [], keep, runsOn } = declarationOf(name);
  if (runsOn !== undefined && !runsOn.includes(arch)) throw foreignArch(name, arch);
  const pin = pinOf(name);
  const onArch = (path: string) => path.replaceAll('{arch}', arch);
  return {
    name,
    version: pin.version,
    folder: `${name}-${pin.version}-${arch}-${pin.digest.slice('sha256:'.length, 'sha256:'.length + 16)}`,
    bin: Object.fromEntries(Object.entries(bin).map(([command, path]) => [command, onArch(path)])),
    requires: requires.map(onArch),
    async fill(folder, signal) {
      const kept = { arch, signal, keep: keep?.map(onArch) };
      if (ecosystem === 'npm') return await installLocked(folder, lockFolder(name), { ...kept, env });
      await installWheels(folder, parseWheels(name), { ...kept, index: openIndex(env, signal) });
    },
  };
}

function parseWheels(name: string) {
  return PinnedWheels.parse(JSON.parse(lockText(name)));
}

/** What is installed for a `PackageRef` on its first use is kept; another machine may come to other dependencies. */
function refRecipe(ref: ParsedRef, arch: Arch, env: NodeJS.ProcessEnv): Recipe {
  return {
    name: ref.name,
    version: ref.version,
    folder: `${ref.name}-${arch}`,
    bin: {},
    requires: ref.ecosystem === 'npm' ? [`node_modules/${ref.package}/package.json`] : [],
    async fill(folder, signal) {
      if (ref.ecosystem === 'npm') return await installPackage(folder, ref, { arch, env, signal });
      const index = openIndex(env, signal);
      const wheels = await resolveWheels(ref, { arch, index });
      await installWheels(folder, wheels, { arch, index, signal });
      return wheels;
    },
  };
}

/** Throws `infrastructure` for an architecture that no tool is there for. */
export function archOf(name: string): Arch {
  if (name === 'x64' || name === 'arm64') return name;
  throw foreignArch('a pinned tool', name);
}

function foreignArch(what: string, arch: string) {
  return infrastructureError(`there is no package of ${what} for Linux on ${arch}`, {
    fix: 'use a container engine of another architecture, or leave the tool out',
  });
}
