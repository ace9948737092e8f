'use strict';
const primordials = require('./primordials.cjs');
const { apply, arrayValues, create, get, getOwnPropertyDescriptor, getPrototypeOf, isArray } = primordials;
const { mapGet, mapHas, mapSet, NativeProxy, ownKeys } = primordials;

const { iterator } = Symbol;

/**
 * What a matcher gets to see in place of a value that could answer differently each time: every property is asked for
 * once, and its items are iterated once. `answers` holds what is known already; `answerOf(key, answer)` and `itemsOf()`
 * look at what the value says and give what is to be seen; `decides` is told where the value has a say in what it equals.
 */
function standBefore(value, answers, { answerOf, itemsOf, decides }) {
  let items;

  function iterate() {
    items ??= itemsOf();
    return arrayValues(items);
  }

  function answer(key) {
    if (key === 'asymmetricMatch') {
      if (get(value, key) !== undefined) decides();
      return undefined;
    }
    if (key === iterator && !isArray(value) && typeof get(value, iterator) === 'function') return iterate;
    if (!mapHas(answers, key)) mapSet(answers, key, ask(key));
    return mapGet(answers, key);
  }

  function ask(key) {
    // The value itself is asked: methods and getters of many kinds of objects work on no other.
    const raw = get(value, key);
    if (
      typeof raw !== 'function' ||
      key === 'constructor' ||
      getOwnPropertyDescriptor(value, key) !== undefined
    )
      return answerOf(key, raw);
    // Those of arrays are to see the items as they are seen from outside.
    return isArray(value) ? raw : (...passed) => apply(raw, value, passed);
  }

  // In front of nothing, as a proxy may not say otherwise of frozen properties than what it stands before.
  return new NativeProxy(isArray(value) ? [] : create(getPrototypeOf(value)), {
    get: (_target, key) => answer(key),
    has: (_target, key) => (key === 'asymmetricMatch' ? answer(key) !== undefined : key in value),
    ownKeys: () => ownKeys(value),
    getOwnPropertyDescriptor(_target, key) {
      const descriptor = getOwnPropertyDescriptor(value, key);
      if (descriptor === undefined) return undefined;
      const isLength = key === 'length' && isArray(value);
      return {
        value: answer(key),
        enumerable: descriptor.enumerable,
        writable: true,
        configurable: !isLength,
      };
    },
  });
}

module.exports = Object.freeze({ standBefore });
