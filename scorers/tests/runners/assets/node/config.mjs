import { existsSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { dirname, extname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The task's own configuration of the framework, as an object; empty where there is none. */
export async function loadConfig(file, workdir, argument) {
  if (file === null) return {};
  if (extname(file) === '.json') return JSON.parse(readFileSync(file, 'utf8'));
  findPackagesIn(workdir, dirname(file));
  const loaded = await import(pathToFileURL(file).href);
  const config = 'default' in loaded ? loaded.default : loaded;
  return (typeof config === 'function' ? await config(argument) : config) ?? {};
}

/** What the configuration refers to lies beside it, or else in the workspace. */
export function placed(path, file) {
  if (file === null || typeof path !== 'string' || isAbsolute(path)) return path;
  const beside = resolve(dirname(file), path);
  return existsSync(beside) ? beside : path;
}

/** A configuration outside of the workspace imports the packages that are installed there. */
function findPackagesIn(workdir, folder) {
  const from = pathToFileURL(`${folder}/`).href;
  // From within: a package.json of the workspace could claim a package's name.
  const parentURL = pathToFileURL(`${workdir}/node_modules/_`).href;
  // Node before 22.15 cannot be told: there, a configuration can import no packages.
  module.registerHooks?.({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        const isPackage = /^[^./]/.test(specifier) && !specifier.includes(':');
        if (!isPackage || !context.parentURL?.startsWith(from)) throw error;
        return next(specifier, { ...context, parentURL });
      }
    },
  });
}
