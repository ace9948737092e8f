'use strict';
// The process of one test file. Jest runs tests in a context of their own (`node:vm`); this side of it is ours.
const { closeDoors } = require('./guard/doors.cjs');
const { watchBuiltins } = require('./guard/watch.cjs');

const send = process.send.bind(process);
const language = watchBuiltins(globalThis);
let isGuarded = false;
let setupFiles = [];
let found;

process.once('message', async ({ mark, worker, integrity, setup, job }) => {
  const { hideProcess } = await import('./hide.mjs');
  hideProcess();
  if (integrity) closeDoors();
  const jest = require(worker);
  const { config } = job;
  isGuarded = integrity;
  // Ours comes first: it wraps the real one, and runs these files when the guard stands.
  ({ setupFiles } = config);
  circusFile = config.testRunner;
  const guarded = { ...config, setupFiles: [], testRunner: __filename };
  try {
    await jest.setup({ serializableResolvers: [{ ...setup.serializableResolvers[0], config: guarded }] });
    const result = await jest.worker({ ...job, config: guarded });
    send({ mark, result, found });
  } catch (error) {
    send({ mark, error: { message: error?.message ?? String(error), stack: error?.stack }, found });
  }
});
let circusFile;

module.exports = async function run(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  const exported = require(circusFile);
  const circus = exported.default ?? exported;
  const guard = isGuarded ? watch(environment, runtime) : null;
  for (const path of setupFiles) {
    if (runtime.unstable_shouldLoadAsEsm(path)) await runtime.unstable_importModule(path);
    else {
      const setupFile = runtime.requireModule(path);
      if (typeof setupFile === 'function') await setupFile();
    }
  }
  const result = await circus(globalConfig, config, environment, runtime, testPath, sendMessageToJest);
  if (guard !== null) found = guard.end(result);
  return result;
};

/** Follows the run by Jest's own events, which nothing in the tests' context can unsubscribe. */
function watch(environment, runtime) {
  // An internal module: runs in the tests' context, and is in none of the registries that their `require` looks in.
  const { makeJestGuard } = runtime.requireInternalModule(`${__dirname}/jest-guard.cjs`);
  const guard = makeJestGuard(() => {
    // Of the two kinds, the one that is not in use would put its own timers in.
    const isLegacy = environment.global.setTimeout?._isMockFunction === true;
    (isLegacy ? environment.fakeTimers : environment.fakeTimersModern)?.useRealTimers();
  });
  const planned = new Map();
  const failed = new Set();
  let ended;

  const remember = (block) => {
    for (const child of block.children) {
      if (child.type === 'describeBlock') remember(child);
      else planned.set(child, { fn: child.fn, failing: child.failing });
    }
  };
  const events = {
    setup: ({ runtimeGlobals }) => guard.onFramework(runtimeGlobals),
    run_start: (_event, state) => {
      guard.onLoaded();
      remember(state.rootDescribeBlock);
    },
    // Also where it is run again.
    test_start: ({ test }) => failed.delete(test),
    test_fn_start: ({ test }) => {
      const before = planned.get(test);
      // Concurrent tests are started by Jest itself, through another function.
      const isSame =
        before !== undefined && before.failing === test.failing && (test.concurrent || before.fn === test.fn);
      if (!isSame) guard.note(`the test ${test.name} was replaced`);
    },
    test_fn_failure: ({ test }) => failed.add(test),
    test_done: ({ test }) => {
      if (failed.has(test) && test.errors.length === 0)
        guard.note(`the result of the test ${test.name} was changed`);
      guard.onTested();
    },
    run_finish: () => {
      ended = guard.onEnded();
    },
  };
  const theirs = environment.handleTestEvent?.bind(environment);
  environment.handleTestEvent = async (event, state) => {
    await theirs?.(event, state);
    events[event.name]?.(event, state);
  };
  return {
    end({ numFailingTests }) {
      if (ended === undefined) return undefined;
      let all = ended;
      if (numFailingTests < failed.size) all += 'the results of tests were changed\n';
      language.compare((violation) => {
        all += `${violation}\n`;
      });
      return all;
    },
  };
}
