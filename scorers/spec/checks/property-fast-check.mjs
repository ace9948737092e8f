/**
 * Brings fast-check into the process of one test file: see `RunnerLibrary`. The file gets an instance of its own that
 * nothing else in the process can reach, with seed and number of runs set; every property that ran is noted.
 */
import { randomInt } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { compileFunction } from 'node:vm';

const { getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { isNativeError, isProxy } = types;
const limits = { path: 300, error: 250, counterexample: 4000 };
/** It takes a fraction of a millisecond. */
const maxLooks = 2000;
let isIn = false;

/**
 * `folder` is the `node_modules` with fast-check in it; `note` takes a flat object, `look` looks for what was replaced.
 */
export async function bringIn({ folder, seed, runs }, file, { note, look }) {
  if (isIn) throw new Error('fast-check is there already');
  isIn = true;
  if (module.registerHooks === undefined)
    throw new Error('properties need Node 22.15 or newer, which can be told what an import means');
  const load = privateLoader();
  const real = load(createRequire(`${folder}/_`).resolve('fast-check'));
  const given = Object.freeze(watched(real, { seed, numRuns: runs }, { note, look: sometimes(look, runs) }));
  await handOver(given, pathToFileURL(realpathSync(file)).href);
}

/**
 * Looks after every input, where there are many after some of them, which nobody can foresee: what code under test
 * replaces for one input alone, it could put back at the next.
 */
function sometimes(look, runs) {
  const every = Math.ceil(runs / maxLooks);
  return every === 1 ? look : () => randomInt(every) === 0 && look();
}

/** CommonJS modules, apart from those that `require` knows: nobody who loads one of them gets these. */
function privateLoader() {
  const loaded = new Map();
  return function load(file) {
    const before = loaded.get(file);
    if (before !== undefined) return before.exports;
    const own = { exports: {} };
    loaded.set(file, own);
    const { resolve } = createRequire(file);
    const run = compileFunction(readFileSync(file, 'utf8'), ['exports', 'require', 'module'], {
      filename: file,
    });
    run(own.exports, (name) => load(resolve(name)), own);
    return own.exports;
  };
}

/** All that fast-check exports; what the file says in general is added to what is set here. */
function watched(real, ours, { note, look }) {
  const { PreconditionFailure } = real;
  const genuine = PreconditionFailure.prototype;

  /**
   * What a predicate threw, as it is to be seen. Who claims that an input does not count is the property alone: code
   * under test could leave out what it cannot do.
   */
  function seen(error) {
    const isOurs = typeof error === 'object' && error !== null && !isProxy(error);
    if (isOurs && getPrototypeOf(error) === genuine) return error;
    if (isOurs && isNativeError(error) && !mentions(error, 'footprint')) return error;
    return new Error('the code under test threw what is no error, or claimed that an input does not count');
  }

  const sync =
    (predicate) =>
    (...values) => {
      try {
        return predicate(...values);
      } catch (error) {
        throw seen(error);
      } finally {
        look();
      }
    };
  const async =
    (predicate) =>
    async (...values) => {
      try {
        return await predicate(...values);
      } catch (error) {
        throw seen(error);
      } finally {
        look();
      }
    };
  const made =
    (make, around) =>
    (...args) =>
      make(...args.slice(0, -1), around(args.at(-1)));

  function told(details) {
    const { failed, numRuns, numSkips, seed } = details;
    note({ failed, runs: numRuns, skips: numSkips, seed });
    return details;
  }
  function reporter(details) {
    told(details);
    if (details.failed) throw failure(details, real.stringify);
  }
  const configure = (parameters) => real.configureGlobal({ ...parameters, ...ours, reporter });
  configure({});
  return {
    ...real,
    configureGlobal: configure,
    resetConfigureGlobal: () => configure({}),
    property: made(real.property, sync),
    asyncProperty: made(real.asyncProperty, async),
    check(...args) {
      const details = real.check(...args);
      return typeof details.then === 'function' ? details.then(told) : told(details);
    },
  };
}

/** True where an object or one of its prototypes has the property; runs no code of theirs. */
function mentions(value, key) {
  for (let holder = value; holder !== null; holder = getPrototypeOf(holder))
    if (isProxy(holder) || getOwnPropertyDescriptor(holder, key) !== undefined) return true;
  return false;
}

/** As scorers/spec/checks/property-outcome.ts reads it. */
function failure(details, stringify) {
  const {
    counterexample,
    counterexamplePath,
    errorInstance,
    interrupted,
    numRuns,
    numShrinks,
    numSkips,
    seed,
  } = details;
  const said =
    counterexamplePath !== null
      ? [
          `Property failed: ${numRuns} runs, seed ${seed}, ${numShrinks} shrinks`,
          // One that is cut leads nowhere.
          `Path: ${counterexamplePath.length > limits.path ? '' : counterexamplePath}`,
          `Error: ${oneLine(errorInstance)}`,
          `Counterexample: ${stringify(counterexample).slice(0, limits.counterexample)}`,
        ]
      : [
          interrupted
            ? `Property not tested: interrupted after ${numRuns} runs, seed ${seed}`
            : `Property not tested: ${numSkips} inputs did not meet its preconditions, ${numRuns} did, seed ${seed}`,
        ];
  const error = new Error(said.join('\n'));
  error.stack = error.message;
  return error;
}

function oneLine(error) {
  try {
    return String(error?.message ?? error)
      .replaceAll(/\s+/g, ' ')
      .slice(0, limits.error);
  } catch {
    return 'one that cannot be shown';
  }
}

/** Makes `given` what the test file imports as fast-check, and nobody else, under a name that nobody else learns. */
async function handOver(given, importer) {
  const url = `assay:fast-check/${crypto.randomUUID()}`;
  const slot = '__assay_fast_check';
  const names = Object.keys(given).filter((name) => /^[A-Za-z_]\w*$/.test(name) && name !== 'default');
  const source = [
    `const given = globalThis.${slot};`,
    'export default given;',
    ...names.map((name) => `const own_${name} = given.${name}; export { own_${name} as ${name} };`),
  ].join('\n');
  let isHanded = false;
  module.registerHooks({
    resolve(specifier, context, next) {
      // What is required, everybody finds in its cache.
      const isImport = specifier === 'fast-check' && !context.conditions.includes('require');
      const isFirst = isImport && context.parentURL === importer && !isHanded;
      if (isFirst) isHanded = true;
      const isOwn = specifier === url && context.parentURL === import.meta.url;
      return isFirst || isOwn ? { url, format: 'module', shortCircuit: true } : next(specifier, context);
    },
    load: (asked, context, next) =>
      asked === url ? { format: 'module', source, shortCircuit: true } : next(asked, context),
  });
  // Evaluated here and now, so that nobody finds it on its way.
  globalThis[slot] = given;
  await import(url);
  delete globalThis[slot];
}
