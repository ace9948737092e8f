'use strict';

/**
 * Built-ins as they are before any code of the candidate runs. The guard shares its process with that code, so it calls
 * nothing that can be replaced later: only these constants, and syntax.
 */
const { apply, defineProperty, get, getOwnPropertyDescriptor, getPrototypeOf, ownKeys, setPrototypeOf } =
  Reflect;

/** `uncurried(method)(self, …)` for `self.method(…)`. */
function uncurried(method) {
  return (self, ...rest) => apply(method, self, rest);
}

module.exports = Object.freeze({
  apply,
  defineProperty,
  get,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
  setPrototypeOf,
  uncurried,
  create: Object.create,
  is: Object.is,
  isArray: Array.isArray,
  NativeError: Error,
  NativeMap: Map,
  NativeProxy: Proxy,
  NativeSet: Set,
  mapGet: uncurried(Map.prototype.get),
  mapHas: uncurried(Map.prototype.has),
  mapSet: uncurried(Map.prototype.set),
  mapForEach: uncurried(Map.prototype.forEach),
  setAdd: uncurried(Set.prototype.add),
  setHas: uncurried(Set.prototype.has),
  setForEach: uncurried(Set.prototype.forEach),
  arrayValues: uncurried(Array.prototype.values),
  text: String,
  isObject: (value) => (typeof value === 'object' && value !== null) || typeof value === 'function',
});
