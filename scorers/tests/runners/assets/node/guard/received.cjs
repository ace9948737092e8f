'use strict';
const { types } = require('node:util');
const primordials = require('./primordials.cjs');
const { arrayValues, defineProperty, get, getOwnPropertyDescriptor, getPrototypeOf, is, isArray } =
  primordials;
const { isObject, mapForEach, mapGet, mapSet, NativeMap, NativeSet, ownKeys, setAdd, setForEach } =
  primordials;
const { setHas, setPrototypeOf } = primordials;
const { isProxy, isMap, isSet, isDate, isRegExp, isNativeError, isArrayBufferView, isAnyArrayBuffer } = types;
const { isArgumentsObject, isBoxedPrimitive } = types;

const { iterator, toStringTag } = Symbol;
const wrappers = [Number, String, Boolean, Symbol, BigInt].map((each) => each.prototype);
const mapIterator = Map.prototype[iterator];
const mapSize = getOwnPropertyDescriptor(Map.prototype, 'size').get;
const setIterator = Set.prototype[iterator];
const setSize = getOwnPropertyDescriptor(Set.prototype, 'size').get;

/** How much is looked through of a value whose expected counterpart is not known. */
const maxObjects = 100_000;
/** An iterator that gives more is taken for one without an end. */
const maxIterated = 1_000_000;

const decides = 'a received value decides by itself what it equals';
const pretends = 'a received value only pretends to be a collection';

/**
 * Looks through a value that a matcher is about to compare with what a test expects, in step with the latter. A value
 * that decides by itself what it equals (an asymmetric matcher, of whoever's making) has no business there: `refuse`
 * gets to know. Gives the value to compare: where reading it twice could give two answers (getters, proxies,
 * iterators), a copy of one reading.
 */
function settle(received, expected, refuse) {
  const known = new NativeMap();

  function settled(value, counterpart) {
    if (!isObject(value) || is(value, counterpart)) return value;
    const isHidden = isProxy(value);
    if (!isHidden && isForged(value, refuse)) return value;
    const isAsked = isObject(counterpart) && 'asymmetricMatch' in counterpart;
    const guide = isAsked ? counterpart.sample : counterpart;
    if (typeof value === 'function' || !isObject(guide)) {
      // Nothing inside of it is compared, and it is equal to nothing that is expected; only a proxy may claim to be.
      return isHidden && !isAsked ? {} : value;
    }
    // Seen with this counterpart before: then the two are compared elsewhere, or are being compared just now.
    const seen = mapGet(known, value) ?? new NativeMap();
    mapSet(known, value, seen);
    const before = mapGet(seen, guide);
    if (before !== undefined) return before;
    mapSet(seen, guide, value);
    const read = readOnce(value, guide);
    mapSet(seen, guide, read);
    return read;
  }

  function readOnce(value, guide) {
    if (isArrayBufferView(value) || isAnyArrayBuffer(value)) return value;
    const isHidden = isProxy(value);
    const isOdd = isHidden || isOddIterable(value);
    const keys = ownKeys(value);
    const others = new NativeMap();
    let isChanged = isOdd;
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index];
      const descriptor = getOwnPropertyDescriptor(value, key);
      // An error's message and cause are compared as well.
      if (descriptor === undefined || !(descriptor.enumerable || isNativeError(value))) continue;
      const isAsked = isHidden || descriptor.get !== undefined;
      const raw = isAsked ? get(value, key) : descriptor.value;
      const child = settled(raw, guide[key]);
      if (!isAsked && is(child, raw)) continue;
      isChanged = true;
      mapSet(others, key, { value: child, enumerable: descriptor.enumerable });
    }
    const items = isOdd || !isMap(value) ? null : new NativeMap();
    if (items !== null) isChanged = readMap(value, items, guide) || isChanged;
    if (!isHidden && isSet(value)) setForEach(value, searched);
    // What only its own kind can hold cannot be copied.
    if (!isChanged || hasSlots(value)) return value;

    const copy = isArray(value) ? [] : (items ?? (!isOdd && isSet(value) ? copyOfSet(value) : {}));
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index];
      const read = mapGet(others, key) ?? getOwnPropertyDescriptor(value, key);
      if (key === 'length' && isArray(value)) copy.length = read.value;
      else if (read !== undefined) define(copy, key, read.value, read.enumerable);
    }
    if (isOdd && !isArray(value) && typeof value[iterator] === 'function') record(value, copy);
    setPrototypeOf(copy, getPrototypeOf(value));
    return copy;
  }

  function readMap(map, items, guide) {
    let isChanged = false;
    mapForEach(map, (item, key) => {
      const child = settled(item, !isProxy(guide) && isMap(guide) ? mapGet(guide, key) : undefined);
      if (!is(child, item)) isChanged = true;
      mapSet(items, searched(key), child);
    });
    return isChanged;
  }

  /** What a foreign iterator gives, once. */
  function record(value, copy) {
    const items = [];
    let count = 0;
    for (const item of value) {
      if (count === maxIterated) return refuse('a received value is iterated without an end');
      define(items, count, searched(item), true);
      count += 1;
    }
    define(copy, iterator, () => arrayValues(items), false);
    if (!('size' in value)) return undefined;
    if (get(value, 'size') !== count) refuse(pretends);
    return define(copy, 'size', count, false);
  }

  function searched(value) {
    search(value, refuse);
    return value;
  }

  return settled(received, expected);
}

/** Looks through all that a value holds, as far as that can be read without running code of the value's. */
function search(root, refuse) {
  if (!isObject(root)) return;
  const seen = new NativeSet();
  let objects = 0;
  let last = { value: root, next: null };
  for (let entry = last; entry !== null; entry = entry.next) {
    const { value } = entry;
    if (isProxy(value) || setHas(seen, value)) continue;
    setAdd(seen, value);
    objects += 1;
    if (objects > maxObjects || isForged(value, refuse)) return;
    if (typeof value === 'function' || isArrayBufferView(value)) continue;
    const add = (item) => {
      if (isObject(item)) last = last.next = { value: item, next: null };
    };
    if (isMap(value)) {
      mapForEach(value, (item, key) => {
        add(item);
        add(key);
      });
    } else if (isSet(value)) setForEach(value, add);
    const keys = ownKeys(value);
    for (let index = 0; index < keys.length; index += 1)
      add(getOwnPropertyDescriptor(value, keys[index])?.value);
  }
}

function isForged(value, refuse) {
  if ('asymmetricMatch' in value) return refuse(decides) ?? true;
  if (typeof value === 'object' && toStringTag in value && !isMap(value) && !isSet(value)) {
    const tag = value[toStringTag];
    // Compared by methods of its own then.
    if ((tag === 'Map' || tag === 'Set') && typeof value[iterator] !== 'function')
      return refuse(pretends) ?? true;
  }
  return false;
}

/** Numbers, strings and their like, which a prototype can make decide as well. */
function checkPrimitives(refuse) {
  for (let index = 0; index < wrappers.length; index += 1) {
    if ('asymmetricMatch' in wrappers[index]) refuse(decides);
  }
}

/** True for what only its own kind can hold, so that no copy is as good. */
function hasSlots(value) {
  if (isProxy(value)) return false;
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
function isOddIterable(value) {
  if (isArray(value) || hasSlots(value)) return false;
  if (isMap(value)) return value[iterator] !== mapIterator || sizeGetter(value) !== mapSize;
  if (isSet(value)) return value[iterator] !== setIterator || sizeGetter(value) !== setSize;
  return typeof value[iterator] === 'function';
}

function sizeGetter(value) {
  for (let holder = value; holder !== null; holder = getPrototypeOf(holder)) {
    const descriptor = getOwnPropertyDescriptor(holder, 'size');
    if (descriptor !== undefined) return descriptor.get;
  }
  return undefined;
}

function copyOfSet(set) {
  const copy = new NativeSet();
  setForEach(set, (item) => setAdd(copy, item));
  return copy;
}

function define(object, key, value, enumerable) {
  defineProperty(object, key, { value, enumerable, writable: true, configurable: true });
}

module.exports = Object.freeze({ checkPrimitives, search, settle });
