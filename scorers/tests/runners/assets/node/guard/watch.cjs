'use strict';
const { getOwnPropertyDescriptor, getPrototypeOf, is, ownKeys, setHas, text } = require('./primordials.cjs');

const builtins = [
  ...[
    'Object',
    'Function',
    'Array',
    'String',
    'Number',
    'Boolean',
    'Symbol',
    'BigInt',
    'Math',
    'JSON',
    'Reflect',
  ],
  ...['Promise', 'Proxy', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'RegExp', 'ArrayBuffer'],
  ...['DataView', 'Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array'],
  ...['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'Error', 'TypeError'],
  ...['RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError'],
];
const timers = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
];

/** What libraries replace for good reasons, newer methods above all, and no assertion depends on. */
const replaceable = new Set([
  ...['Function.prototype.toString', 'Error.prepareStackTrace', 'Error.stackTraceLimit'],
  ...['Error.captureStackTrace', 'Math.random', 'Promise.try', 'Promise.withResolvers'],
  ...['String.prototype.at', 'Array.prototype.at', 'Array.fromAsync'],
  ...['difference', 'intersection', 'isDisjointFrom', 'isSubsetOf', 'isSupersetOf'].map(ofSets),
  ...['symmetricDifference', 'union'].map(ofSets),
]);

function ofSets(method) {
  return `Set.prototype.${method}`;
}

/** A list of properties as they are now, to find out later which of them are others. */
function snapshot() {
  const watched = [];

  function property(label, object, key) {
    if (replaceable.has(label)) return;
    watched.push({ label, object, key, descriptor: getOwnPropertyDescriptor(object, key) });
  }

  return {
    property,
    /** All own properties of an object or a function, and of its prototype where it is a constructor. */
    all(label, object, isWatched = () => true) {
      for (const key of ownKeys(object)) {
        const name = typeof key === 'symbol' ? `[${key.description}]` : `.${key}`;
        if (isWatched(key)) property(`${label}${name}`, object, key);
      }
      if (typeof object !== 'function') return;
      const prototype = getOwnPropertyDescriptor(object, 'prototype')?.value;
      if (typeof prototype === 'object' && prototype !== null)
        this.all(`${label}.prototype`, prototype, isWatched);
    },
    /** Says of each that is another one that it was replaced. */
    compare(report) {
      for (let index = 0; index < watched.length; index += 1) {
        const { label, object, key, descriptor } = watched[index];
        const now = getOwnPropertyDescriptor(object, key);
        if (descriptor === undefined && now === undefined) continue;
        const isSame =
          descriptor !== undefined &&
          now !== undefined &&
          is(descriptor.value, now.value) &&
          is(descriptor.get, now.get) &&
          is(descriptor.set, now.set);
        if (!isSame) report(`${label} was replaced`);
      }
    },
  };
}

/** JavaScript's own objects. Nothing that tests honestly does replaces one of their parts for longer than a test. */
function watchBuiltins(global) {
  const list = snapshot();
  for (const name of builtins) {
    if (!(name in global)) continue;
    list.property(name, global, name);
    list.all(name, global[name]);
  }
  const iterators = {
    array: [].values(),
    map: new Map().values(),
    set: new Set().values(),
    string: ''[Symbol.iterator](),
  };
  for (const [name, iterator] of Object.entries(iterators))
    list.all(`the ${name} iterator`, getPrototypeOf(iterator));
  list.all('TypedArray', getPrototypeOf(Uint8Array));
  const known = new Set(ownKeys(Object.prototype));
  // Frameworks mark objects with symbols of their own; these mean something to the language.
  const symbols = new Set([Symbol.iterator, Symbol.toPrimitive, Symbol.toStringTag]);
  return {
    ...list,
    compare(report) {
      list.compare(report);
      const keys = ownKeys(Object.prototype);
      for (let index = 0; index < keys.length; index += 1) {
        const key = keys[index];
        if (!setHas(known, key) && (typeof key === 'string' || setHas(symbols, key)))
          report(`Object.prototype.${text(key)} was added`);
      }
    },
  };
}

/** Clocks and timers, which tests do replace, and put back. */
function watchClocks(global) {
  const list = snapshot();
  list.property('Date', global, 'Date');
  list.all('Date', global.Date);
  for (const name of [...timers, 'queueMicrotask', 'performance'])
    if (name in global) list.property(name, global, name);
  for (const name of ['now', 'timeOrigin']) {
    list.property(`performance.${name}`, global.performance, name);
    list.property(`performance.${name}`, getPrototypeOf(global.performance), name);
  }
  for (const name of ['hrtime', 'uptime', 'nextTick']) list.property(`process.${name}`, global.process, name);
  list.property('process.hrtime.bigint', global.process.hrtime, 'bigint');
  return list;
}

module.exports = Object.freeze({ snapshot, watchBuiltins, watchClocks });
