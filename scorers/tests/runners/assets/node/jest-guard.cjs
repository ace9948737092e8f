'use strict';
const { makeGuard } = require('./guard/guard.cjs');
const { beginMatcher, guardedNames, inPlaceOf } = require('./guard/matchers.cjs');
const { apply, defineProperty, getOwnPropertyDescriptor } = require('./guard/primordials.cjs');

/** The guard of one test file, made in the context of its tests before any code of the candidate is loaded there. */
function makeJestGuard(realTimers) {
  const guard = makeGuard(globalThis, { areFaked, realTimers });
  return {
    ...guard,
    /** Jest's functions for tests are there, and nothing has used them. */
    onFramework(globals) {
      const { matchers } = globalThis[Symbol.for('$$jest-matchers-object')];
      guardMatchers(matchers, guard.note);
      guard.framework.all('matchers', matchers);
      for (const name of Object.keys(globals)) {
        if (name in globalThis) guard.framework.property(name, globalThis, name);
        guard.framework.all(name, globals[name]);
      }
      guard.framework.all('expect.not', globals.expect.not);
      guard.framework.all('node:assert', require('node:assert'));
      guard.framework.all('node:assert/strict', require('node:assert').strict);
    },
  };
}

/** Jest's fakes carry their clock, or are mocks of the older kind. Whether they are Jest's is seen at the end. */
function areFaked() {
  const { setTimeout: timer } = globalThis;
  return timer?.clock !== undefined || timer?._isMockFunction === true || globalThis.Date?.isFake === true;
}

function guardMatchers(matchers, note) {
  for (const name of guardedNames) {
    const original = getOwnPropertyDescriptor(matchers, name)?.value;
    if (typeof original !== 'function') continue;
    matchers[name] = inPlaceOf(original, function (received, ...args) {
      const { value, end } = beginMatcher(name, received, args, note);
      const passed = [value];
      for (let at = 0; at < args.length; at += 1)
        defineProperty(passed, at + 1, {
          value: args[at],
          writable: true,
          enumerable: true,
          configurable: true,
        });
      try {
        return apply(original, this, passed);
      } finally {
        end();
      }
    });
  }
}

module.exports = { makeJestGuard };
