import { createRequire } from 'node:module';
import { hideProcess } from './hide.mjs';

// The runner of one test file, loaded in that file's process before any code of the candidate. What the candidate's
// code does to hooks and results passes under the eyes of this class, which nothing hands out to it.
const require = createRequire(import.meta.url);
const { closeDoors } = require('./guard/doors.cjs');
const { makeGuard } = require('./guard/guard.cjs');
const { beginMatcher, guardedNames, inPlaceOf } = require('./guard/matchers.cjs');
const { apply, getOwnPropertyDescriptor, mapGet, mapSet, NativeMap } = require('./guard/primordials.cjs');

const { providedContext } = globalThis.__vitest_worker__;
/** `mark` is known to this module and the reporting process alone: what bears it comes from here. */
const { mark, runnerUrl } = providedContext.assay;
delete providedContext.assay;
hideProcess();
closeDoors();

const { TestRunner, VitestTestRunner } = await import(runnerUrl);
const Runner = TestRunner ?? VitestTestRunner;
const { prototype } = Runner;

let guard;
/** Identifiers of the tests that passed, one a line: no list, which others' code could come between. */
let passed = '';
/** What became of a test before hooks of others could change it. */
const ended = new NativeMap();
/** Whether a test was meant to fail, as it was when all tests were known. */
const inverted = new NativeMap();

export default class extends Runner {
  async onBeforeCollect(paths) {
    guard = watch();
    await super.onBeforeCollect?.(paths);
  }

  async onCollected(files) {
    guard.onLoaded();
    for (let at = 0; at < files.length; at += 1) remember(files[at]);
    await super.onCollected?.(files);
  }

  async onTaskFinished(test) {
    mapSet(ended, test, test.result?.state);
    await super.onTaskFinished?.(test);
  }

  async onAfterRunTask(test) {
    await super.onAfterRunTask?.(test);
    const state = test.result?.state;
    const isInverted = Boolean(test.fails);
    if (isInverted !== mapGet(inverted, test))
      guard.note(`what is expected of the test ${test.name} was changed`);
    if (state === 'pass') passed += `${test.id}\n`;
    if (state === 'pass' && !isInverted && mapGet(ended, test) !== 'pass')
      guard.note(`the result of the test ${test.name} was changed`);
    guard.onTested();
  }

  async onBeforeRunSuite(suite) {
    await super.onBeforeRunSuite?.(suite);
    // There is no after where nothing is run.
    if ('filepath' in suite && suite.mode !== 'run' && suite.mode !== 'queued') tell(suite);
  }

  async onAfterRunSuite(suite) {
    await super.onAfterRunSuite?.(suite);
    if ('filepath' in suite) tell(suite);
  }
}

function tell(file) {
  file.meta.assay = { mark, found: guard.onEnded(), passed };
}

function remember(task) {
  if (task.tasks === undefined) return mapSet(inverted, task, Boolean(task.fails));
  for (let at = 0; at < task.tasks.length; at += 1) remember(task.tasks[at]);
}

/** Everything that decides over tests, as it is before the first of them is loaded. */
function watch() {
  const { assert, chai, createExpect, expect, vi } = globalThis.__vitest_index__;
  const { getMockedSystemTime, isFakeTimers, useRealTimers } = vi;
  const made = makeGuard(globalThis, {
    areFaked: () => apply(isFakeTimers, vi, []) || apply(getMockedSystemTime, vi, []) !== null,
    realTimers: () => apply(useRealTimers, vi, []),
  });
  const stable = unchangedBy(chai.Assertion.prototype, createExpect);
  guardMatchers(chai, made.note);
  made.framework.all('chai.Assertion', chai.Assertion, stable);
  made.framework.all('expect', expect);
  made.framework.all('assert', assert);
  made.framework.all('TestRunner.prototype', prototype);
  made.framework.all('node:assert', require('node:assert'));
  made.framework.all('node:assert/strict', require('node:assert').strict);
  for (const name of Object.keys(globalThis.__vitest_index__))
    if (name in globalThis) made.framework.property(name, globalThis, name);
  return made;
}

/** Tells of an object's keys whether `work` leaves them alone: Vitest itself defines some matchers again and again. */
function unchangedBy(object, work) {
  const partOf = (key) => {
    const descriptor = getOwnPropertyDescriptor(object, key);
    return descriptor?.value ?? descriptor?.get;
  };
  const before = new Map(Reflect.ownKeys(object).map((key) => [key, partOf(key)]));
  work();
  const changed = new Set([...before.keys()].filter((key) => partOf(key) !== before.get(key)));
  return (key) => !changed.has(key);
}

function guardMatchers(chai, note) {
  const { flag } = chai.util;
  const assertion = chai.Assertion.prototype;
  for (const name of guardedNames) {
    const descriptor = getOwnPropertyDescriptor(assertion, name);
    if (typeof descriptor?.value !== 'function') continue;
    const original = descriptor.value;
    const guarded = function (...args) {
      const received = flag(this, 'object');
      const { value, end } = beginMatcher(name, received, args, note);
      if (value !== received) flag(this, 'object', value);
      try {
        return apply(original, this, args);
      } finally {
        end();
      }
    };
    Object.defineProperty(assertion, name, { ...descriptor, value: inPlaceOf(original, guarded) });
  }
}
