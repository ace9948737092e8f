'use strict';
const { types } = require('node:util');
const primordials = require('./primordials.cjs');
const { defineProperty, get, getOwnPropertyDescriptor, is, isArray, isObject, mapForEach, mapGet, mapSet } =
  primordials;
const { NativeMap, ownKeys, setForEach } = primordials;
const { decides, hasSlots, isForged, isIteratedByOthers, pretends, search } = require('./forged.cjs');
const { standBefore } = require('./stand-in.cjs');

const { isProxy, isMap, isSet, isNativeError, isArrayBufferView, isAnyArrayBuffer } = types;
const { toStringTag } = Symbol;
/** By these, the collections of a well-known library say what they are, and so can anything else. */
const marks = ['@@__IMMUTABLE_SET__@@', '@@__IMMUTABLE_KEYED__@@'];

/** An iterator that gives more is taken for one without an end. */
const maxItems = 1_000_000;

/**
 * Looks through a value that a matcher is about to compare with what a test expects, in step with the latter. A value
 * that decides by itself what it equals (an asymmetric matcher, of whoever's making) has no business there: `refuse`
 * gets to know. Gives the value to compare: where asking twice could give two answers (getters, proxies, iterators),
 * something in front of it that asks once, looks at the answer and remembers it.
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
    const answers = new NativeMap();
    const isOpen = isHidden || lookThrough(value, guide, answers);
    // No stand-in is as good as what only its own kind can be.
    const isReplaced = isOpen && (isHidden || !hasSlots(value));
    const judge = {
      answerOf: (key, answer) => settled(answer, key in guide ? guide[key] : undefined),
      itemsOf: () => itemsOf(value, guide),
      decides: () => refuse(decides),
    };
    const kept = isReplaced ? standBefore(value, answers, judge) : value;
    mapSet(seen, guide, kept);
    return kept;
  }

  /** Looks at what can be read without running code of the value's; true where that is not all, or not as it is. */
  function lookThrough(value, guide, answers) {
    if (isArrayBufferView(value) || isAnyArrayBuffer(value)) return false;
    let isOpen = isIteratedByOthers(value);
    const keys = ownKeys(value);
    for (let index = 0; index < keys.length; index += 1) {
      const key = keys[index];
      const descriptor = getOwnPropertyDescriptor(value, key);
      const isCompared = descriptor?.enumerable || (isNativeError(value) && isPartOfError(key));
      if (!isCompared || descriptor === undefined) continue;
      const isAsked = descriptor.get !== undefined;
      const child = isAsked ? undefined : settled(descriptor.value, guide[key]);
      if (!isAsked && is(child, descriptor.value)) continue;
      isOpen = true;
      if (!isAsked) mapSet(answers, key, child);
    }
    if (isSet(value)) setForEach(value, (item) => search(item, refuse));
    if (isMap(value)) {
      mapForEach(value, (item, key) => {
        search(key, refuse);
        if (!is(settled(item, valueIn(guide, key)), item)) isOpen = true;
      });
    }
    return isOpen;
  }

  /** What iterating the value gives, once; of a map, the values as they are to be compared. */
  function itemsOf(value, guide) {
    const items = [];
    let count = 0;
    for (const item of value) {
      if (count === maxItems) return refuse('a received value is iterated without an end') ?? [];
      const isEntry = isArray(item) && isMap(guide);
      if (!isEntry) search(item, refuse);
      const kept = isEntry ? [item[0], settled(item[1], valueIn(guide, item[0]))] : item;
      defineProperty(items, count, { value: kept, enumerable: true, configurable: true, writable: true });
      count += 1;
    }
    if (isCollection(value) && get(value, 'size') !== count) refuse(pretends);
    return items;
  }

  return settled(received, expected);
}

/** What is compared of errors, although it is not enumerable. */
function isPartOfError(key) {
  return key === 'message' || key === 'cause' || key === 'errors';
}

function valueIn(guide, key) {
  return !isProxy(guide) && isMap(guide) ? mapGet(guide, key) : undefined;
}

/** True for what is compared like a set or a map: by its size and its items. */
function isCollection(value) {
  const tag = value[toStringTag];
  return tag === 'Map' || tag === 'Set' || marks[0] in value || marks[1] in value;
}

module.exports = Object.freeze({ settle });
