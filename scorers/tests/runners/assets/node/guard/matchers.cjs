'use strict';
const primordials = require('./primordials.cjs');
const { apply, defineProperty, getOwnPropertyDescriptor, isArray, isObject, mapGet, NativeError, ownKeys } =
  primordials;
const { checkPrimitives, search } = require('./forged.cjs');
const { settle } = require('./received.cjs');

/** What matchers look at, by their names: the value to go on with instead of the received one. */
const looks = new Map();
const looked = (names, look) => {
  for (const name of names) looks.set(name, look);
};

looked(['toEqual', 'toStrictEqual', 'toMatchObject'], (received, args, refuse) =>
  settle(received, args[0], refuse),
);
looked(['toContainEqual'], (received, args, refuse) => {
  if (isArray(received))
    for (let at = 0; at < received.length; at += 1) settle(received[at], args[0], refuse);
  else search(received, refuse);
  return received;
});
looked(['toContain'], (received, _args, refuse) => {
  // Elements of a page, where there is one, are asked themselves.
  if (isForeignNode(received)) refuse('a received value only pretends to be part of a page');
  return received;
});
looked(['toMatch'], (received, _args, refuse) => {
  if (isObject(received)) refuse('a received value that is no text is matched');
  return received;
});
looked(
  ['toHaveProperty', 'toMatchSnapshot', 'matchSnapshot', 'toMatchFileSnapshot'],
  (received, _, refuse) => {
    search(received, refuse);
    return received;
  },
);

const calls = (mock) => mock.calls;
const returned = (mock) => mock.results;
const resolved = (mock) => mock.settledResults;
looked(
  ['toHaveBeenCalledWith', 'toBeCalledWith', 'lastCalledWith', 'toHaveBeenLastCalledWith'],
  called(calls, 0),
);
looked(['toHaveBeenCalledExactlyOnceWith'], called(calls, 0));
looked(['toHaveBeenNthCalledWith', 'nthCalledWith'], called(calls, 1));
looked(
  ['toHaveReturnedWith', 'toReturnWith', 'lastReturnedWith', 'toHaveLastReturnedWith'],
  called(returned, 0),
);
looked(['toHaveNthReturnedWith', 'nthReturnedWith'], called(returned, 1));
looked(['toHaveResolvedWith', 'toHaveLastResolvedWith'], called(resolved, 0));
looked(['toHaveNthResolvedWith'], called(resolved, 1));
looked(['toThrow', 'toThrowError'], (received, args, refuse) => {
  if (typeof received !== 'function') {
    checkThrown(received, args, refuse);
    return received;
  }
  return function (...passed) {
    try {
      return apply(received, this, passed);
    } catch (error) {
      checkThrown(error, args, refuse);
      throw error;
    }
  };
});

/** What a mock was called with or gave, in step with what is expected of it; the first `skip` arguments are numbers. */
function called(listOf, skip) {
  return (received, args, refuse) => {
    const mock = isObject(received) ? received.mock : undefined;
    const list = isObject(mock) ? listOf(mock) : undefined;
    if (!isArray(list)) return received;
    const expected = [];
    for (let at = skip; at < args.length; at += 1) expected[at - skip] = args[at];
    for (let at = 0; at < list.length; at += 1) {
      if (listOf === calls) settle(list[at], expected, refuse);
      else settle(list[at]?.value, expected[0], refuse);
    }
    return received;
  };
}

function checkThrown(thrown, args, refuse) {
  if (!isObject(thrown)) return;
  settle(thrown, args[0], refuse);
  // Searched for the expected text by methods of its own.
  if (isObject(thrown.message)) refuse('the message of what was thrown is no text');
}

const page = ['Node', 'DOMTokenList'].filter((name) => !(name in globalThis));
function isForeignNode(received) {
  if (!isObject(received)) return false;
  for (let at = 0; at < page.length; at += 1) {
    const kind = globalThis[page[at]];
    if (typeof kind === 'function' && received instanceof kind) return true;
  }
  return false;
}

/** Names of the matchers that are looked after. */
const guardedNames = [...looks.keys()];

/**
 * Looks at what a matcher of this name is about to compare. Gives the `value` to compare instead of the received one,
 * and `end`, to be called when the matcher is done, whatever came out: both fail the test where something is forged.
 * `note` gets the violation.
 */
function beginMatcher(name, received, args, note) {
  let reason = null;
  const refuse = (why) => {
    reason ??= why;
  };
  const end = () => {
    if (reason === null) return;
    note(`equality is forged: ${reason}`);
    throw new NativeError(`equality is forged: ${reason}`);
  };
  checkPrimitives(refuse);
  const value = apply(mapGet(looks, name), undefined, [received, args, refuse]);
  end();
  return { value, end };
}

/** Frameworks keep notes on a matcher's function: the one in its place has them too. */
function inPlaceOf(original, guarded) {
  const keys = ownKeys(original);
  for (let at = 0; at < keys.length; at += 1) {
    if (keys[at] !== 'prototype')
      defineProperty(guarded, keys[at], getOwnPropertyDescriptor(original, keys[at]));
  }
  return guarded;
}

module.exports = Object.freeze({ beginMatcher, guardedNames, inPlaceOf });
