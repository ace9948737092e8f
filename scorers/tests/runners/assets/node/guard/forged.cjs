'use strict';
const { types } = require('node:util');
const primordials = require('./primordials.cjs');
const { getOwnPropertyDescriptor, getPrototypeOf, isArray, isObject, mapForEach, NativeSet } = primordials;
const { ownKeys, setAdd, setForEach, setHas } = primordials;

const { isProxy, isMap, isSet, isArgumentsObject, isArrayBufferView, isAnyArrayBuffer, isBoxedPrimitive } =
  types;
const { isDate, isNativeError, isRegExp } = types;
const { iterator, toStringTag } = Symbol;
const wrappers = [Number, String, Boolean, Symbol, BigInt].map((each) => each.prototype);
const sizeOf = (kind) => getOwnPropertyDescriptor(kind.prototype, 'size').get;
const native = {
  map: { iterator: Map.prototype[iterator], size: sizeOf(Map) },
  set: { iterator: Set.prototype[iterator], size: sizeOf(Set) },
};

/** How much is looked through of a value whose expected counterpart is not known. */
const maxObjects = 100_000;

const decides = 'a received value decides by itself what it equals';
const pretends = 'a received value only pretends to be a collection';

/** Tells `refuse` and is true where an object, which is no proxy, has a say in what it equals. */
function isForged(value, refuse) {
  if ('asymmetricMatch' in value) return refuse(decides) ?? true;
  if (typeof value === 'object' && toStringTag in value && !isMap(value) && !isSet(value)) {
    const tag = value[toStringTag];
    // Compared by methods of its own then.
    const isFake = (tag === 'Map' || tag === 'Set') && typeof value[iterator] !== 'function';
    if (isFake) return refuse(pretends) ?? true;
  }
  return false;
}

/** Numbers, strings and their like, which a prototype can make decide as well. */
function checkPrimitives(refuse) {
  for (let index = 0; index < wrappers.length; index += 1)
    if ('asymmetricMatch' in wrappers[index]) refuse(decides);
}

/**
 * Looks through all that a value of plain data holds, as far as that can be read without running code of the value's.
 * Instances are not looked into: some lead to everything that there is.
 */
function search(root, refuse) {
  if (!isObject(root)) return;
  const seen = new NativeSet();
  let objects = 0;
  let last = { value: root, next: null };
  const add = (item) => {
    if (isObject(item)) last = last.next = { value: item, next: null };
  };
  for (let entry = last; entry !== null; entry = entry.next) {
    const { value } = entry;
    if (isProxy(value) || setHas(seen, value)) continue;
    setAdd(seen, value);
    objects += 1;
    if (objects > maxObjects || isForged(value, refuse)) return;
    if (isMap(value)) {
      mapForEach(value, (item, key) => {
        add(item);
        add(key);
      });
    } else if (isSet(value)) setForEach(value, add);
    else if (isPlain(value)) {
      const keys = ownKeys(value);
      for (let index = 0; index < keys.length; index += 1)
        add(getOwnPropertyDescriptor(value, keys[index])?.value);
    }
  }
}

/** Arrays and object literals, of any realm. */
function isPlain(value) {
  if (typeof value === 'function') return false;
  const prototype = getPrototypeOf(value);
  return isArray(value) || prototype === null || getPrototypeOf(prototype) === null;
}

/** True for what an object of another kind cannot stand for: its kind is seen from outside. */
function hasSlots(value) {
  return (
    isDate(value) ||
    isRegExp(value) ||
    isNativeError(value) ||
    isArrayBufferView(value) ||
    isAnyArrayBuffer(value) ||
    isBoxedPrimitive(value) ||
    isArgumentsObject(value)
  );
}

/** True for what is iterated, where it is compared, by code that is not the language's own. */
function isIteratedByOthers(value) {
  if (isArray(value) || hasSlots(value)) return false;
  if (!isMap(value) && !isSet(value)) return typeof value[iterator] === 'function';
  const expected = isMap(value) ? native.map : native.set;
  return value[iterator] !== expected.iterator || sizeGetter(value) !== expected.size;
}

function sizeGetter(value) {
  for (let holder = value; holder !== null; holder = getPrototypeOf(holder)) {
    const descriptor = getOwnPropertyDescriptor(holder, 'size');
    if (descriptor !== undefined) return descriptor.get;
  }
  return undefined;
}

module.exports = Object.freeze({
  checkPrimitives,
  decides,
  hasSlots,
  isForged,
  isIteratedByOthers,
  pretends,
  search,
});
