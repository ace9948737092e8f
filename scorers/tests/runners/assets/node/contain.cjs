'use strict';
const { lstatSync, readdirSync, readFileSync, realpathSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { dirname, join, sep } = require('node:path');
const { fileURLToPath } = require('node:url');
const { getEnvironmentData, isMainThread, setEnvironmentData } = require('node:worker_threads');

// Preloaded in every thread of the reporting process: no code of the workspace is run in there. Frameworks would do so
// in more ways than anybody knows: a preprocessor for styles that a package.json of the workspace claims to be, a
// configuration of one of their parts, a part of their own that code under test has overwritten meanwhile.

if (isMainThread) setEnvironmentData('assay', Date.now());
/** When the run began: no code of the candidate had run, and no clock of files can be set back. */
const startedAt = getEnvironmentData('assay');

const { workdir } = JSON.parse(readFileSync(join(__dirname, 'run.json'), 'utf8'));
const root = realpathSync(workdir);
/** Root's: what the harness and the task have laid. */
const trusted = [__dirname, '/tests'];
const homesIn = (folders) => folders.map((folder) => join(folder || sep, 'node_modules'));
/** Where packages lie: in the workspace or above it, and where they are installed globally. */
const localHomes = homesIn(root.split(sep).map((_, index, parts) => parts.slice(0, index + 1).join(sep)));
const globalHomes = homesIn(['/usr/local/lib', '/usr/lib', join(process.execPath, '../../lib')]);

// Node before 22.15 has no such hooks, and has to do with the other defences.
registerHooks?.({
  load(url, context, next) {
    const loaded = next(url, context);
    // Only then: what was changed before it was read, shows that afterwards.
    if (url.startsWith('file:') && loaded.format !== 'json') check(fileURLToPath(url.replace(/[?#].*/, '')));
    return loaded;
  },
});
const { dlopen } = process;
process.dlopen = (target, file, ...rest) => {
  check(file);
  return dlopen.call(process, target, file, ...rest);
};
if (!isMainThread) {
  // Some preprocessors run programs that are written in what they process.
  globalThis.Function = globalThis.eval = () => {
    throw new Error('code that is no file is not run in the reporting process');
  };
}

function check(file) {
  const path = realpathSync(file);
  if (trusted.some((folder) => path.startsWith(folder + sep))) return;
  const home = [...localHomes, ...globalHomes].find((folder) => path.startsWith(folder + sep));
  if (home === undefined)
    throw new Error(`code outside of packages is not run in the reporting process: ${path}`);
  for (let at = path; at !== home; at = dirname(at))
    if (isNew(at)) throw new Error(`${at} was changed while the tests ran`);
}

/** Caches that honest tools keep there. */
const isCache = (name) => name.startsWith('.') && !['.bin', '.pnpm', '.store'].includes(name);
const limits = { found: 10, visited: 1_000_000 };

/** What speaks against the packages of the workspace: parts that were changed since the run began, in words. */
function changedPackages() {
  const found = [];
  let visited = 0;
  const visit = (folder, isPackage) => {
    for (const entry of list(folder)) {
      visited += 1;
      if (found.length === limits.found || visited > limits.visited) return;
      if (folder.endsWith(`${sep}node_modules`) && isCache(entry.name)) continue;
      const path = join(folder, entry.name);
      const isHome = entry.name === 'node_modules' && entry.isDirectory();
      // Caches come and go in the folder itself; what was put into it shows its own time.
      if (isPackage && !isHome && isNew(path)) found.push(`${path} was changed while the tests ran`);
      else if (entry.isDirectory()) visit(path, isPackage || isHome);
    }
  };
  visit(root, false);
  for (const home of localHomes) if (!home.startsWith(root + sep)) visit(home, true);
  if (visited > limits.visited) found.push(`the workspace holds more than ${limits.visited} files`);
  return found;
}

/** What cannot be read, tests cannot have used either. */
function list(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isNew(path) {
  return (lstatSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0) > startedAt;
}

module.exports = Object.freeze({ changedPackages });
