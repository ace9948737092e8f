import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const { search } = require('./assets/node/guard/forged.cjs');
const { settle } = require('./assets/node/guard/received.cjs');

/** What is compared in place of a received value, and why it is refused, before or while it is compared. */
function settled(received: unknown, expected: unknown) {
  let why: string | null = null;
  const value: unknown = settle(received, expected, (reason: string) => {
    why ??= reason;
  });
  let isEqual = true;
  try {
    expect(value).toEqual(expected);
  } catch {
    isEqual = false;
  }
  return { value, why: why as string | null, isEqual };
}

class Point {
  #secret = 1;
  x: number;
  deep: unknown;
  constructor(x: number, deep: unknown = null) {
    this.x = x;
    this.deep = deep;
  }
  get secret() {
    return this.#secret;
  }
}

const always = { asymmetricMatch: () => true };
const decides = 'a received value decides by itself what it equals';

describe('a received value is compared as it is', () => {
  const cycle: Record<string, unknown> = { a: 1 };
  cycle.self = cycle;
  class Own extends Map<string, number> {
    override get(key: string) {
      return super.get(key) ?? 0;
    }
  }
  it.each<[string, unknown]>([
    ['a number', 1],
    ['nothing', null],
    ['NaN in an object', { a: Number.NaN }],
    ['nested objects and arrays', { a: [1, { b: 'x' }], c: null, d: undefined }],
    ['an array with a hole', Object.assign([], { 2: 1 })],
    ['a cycle', cycle],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['a date', new Date(0)],
    ['a regular expression', /x/g],
    ['an error with a cause', new Error('x', { cause: { a: 1 } })],
    ['bytes', Buffer.from('abc')],
    ['a map', new Map([['a', { b: 1 }]])],
    ['a set', new Set([{ a: 1 }])],
    ['a map of its own kind', new Own([['a', 1]])],
    ['an instance with a private field', new Point(1, { a: 1 })],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['arguments', ((...args: unknown[]) => args)(1, 2)],
  ])('%s', (_what, received) => {
    const refused: string[] = [];
    const value: unknown = settle(received, structure(received), (why: string) => refused.push(why));
    expect(refused).toEqual([]);
    expect(Object.is(value, received)).toBe(true);
  });

  /** Something that every part of the value has a counterpart in. */
  function structure(value: unknown): unknown {
    return new Proxy(
      {},
      { get: (_target, key) => (key === 'asymmetricMatch' ? undefined : value), has: () => false },
    );
  }
});

describe('a received value that decides by itself what it equals is refused', () => {
  it.each<[string, unknown, unknown]>([
    ['itself', always, 5],
    ['of the framework', expect.anything(), 5],
    ['with the method on its prototype', Object.create(always), 5],
    ['in an object', { a: { b: always } }, { a: { b: 5 } }],
    ['in an array', [1, [always]], [1, [2]]],
    ['as a value of a map', new Map([['a', always]]), new Map([['a', 5]])],
    ['inside of a value of a map', new Map([['a', { b: always }]]), new Map([['a', { b: 5 }]])],
    ['as a key of a map', new Map([[always, 1]]), new Map([[5, 1]])],
    ['in a set', new Set([{ a: always }]), new Set([{ a: 5 }])],
    ['as the cause of an error', new Error('x', { cause: always }), new Error('x', { cause: 5 })],
    [
      'as a detail of an error',
      Object.assign(new Error('x'), { a: always }),
      Object.assign(new Error('x'), { a: 5 }),
    ],
    ['in an instance', new Point(1, [always]), new Point(1, [5])],
    ['behind a symbol', { [Symbol.for('a')]: always }, { [Symbol.for('a')]: 5 }],
    ['where the test expects a matcher', { a: { b: always } }, { a: expect.objectContaining({ b: 5 }) }],
    ['a function', Object.assign(() => 1, always), () => 1],
    ['without a value', { asymmetricMatch: undefined }, {}],
  ])('%s', (_what, received, expected) => {
    expect(settled(received, expected).why).toBe(decides);
  });
});

describe('what can give two answers is read once', () => {
  /** Gives `first` once, and then something that equals all. */
  function changing(first: unknown) {
    let count = 0;
    return () => (count++ === 0 ? first : always);
  }

  it('a getter', () => {
    const read = changing({ b: 1 });
    const received = Object.defineProperty({}, 'a', { get: read, enumerable: true });
    expect(settled(received, { a: { b: 1 } })).toMatchObject({ why: null, isEqual: true });
    const forged = Object.defineProperty({}, 'a', { get: () => always, enumerable: true });
    expect(settled(forged, { a: 1 }).why).toBe(decides);
  });

  it('a proxy', () => {
    const read = changing(1);
    const received = new Proxy({ a: 1 }, { get: (_target, key) => (key === 'a' ? read() : undefined) });
    const { value, ...found } = settled({ deep: received }, { deep: { a: 1 } });
    expect(found).toEqual({ why: null, isEqual: true });
    expect([value, value]).toEqual([{ deep: { a: 1 } }, { deep: { a: 1 } }]);
  });

  it('a proxy that claims to be everything', () => {
    const everything = new Proxy({}, { get: () => () => true, has: () => true });
    const called = new Proxy(() => 1, { get: () => () => true });
    for (const received of [everything, called, { a: everything }, { a: called }, [everything]]) {
      const expected = Array.isArray(received)
        ? [5]
        : 'a' in received && received !== everything
          ? { a: 5 }
          : 5;
      expect(settled(received, expected).isEqual).toBe(false);
    }
    expect(settled({ a: everything }, { a: { b: 5 } }).isEqual).toBe(false);
  });

  it('an iterator', () => {
    let count = 0;
    class List {
      *[Symbol.iterator]() {
        yield* count++ === 0 ? [1, 2] : [always, always];
      }
    }
    class Right extends List {
      override *[Symbol.iterator]() {
        yield* [1, 2];
      }
    }
    const expected = Object.setPrototypeOf(new Right(), Right.prototype);
    expected.constructor = List;
    const { value, why } = settled(new List(), expected);
    expect(why).toBe(null);
    expect([...(value as Iterable<unknown>), ...(value as Iterable<unknown>)]).toEqual([1, 2, 1, 2]);
  });

  it('a set whose iterator gives nothing', () => {
    class Liar extends Set {
      override [Symbol.iterator]() {
        return new Set().values();
      }
    }
    Object.defineProperty(Liar.prototype, 'constructor', { value: Set });
    expect(settled(new Liar([1, 2, 3]), new Set([4, 5, 6])).why).toMatch('only pretends to be a collection');
  });

  it('something that calls itself a set', () => {
    const fake = { [Symbol.toStringTag]: 'Set', constructor: Set, size: 2, has: () => true };
    expect(settled(fake, new Set([1, 2])).why).toMatch('only pretends to be a collection');
    const iterated = { ...fake, [Symbol.iterator]: () => [].values() };
    expect(settled(iterated, new Set([1, 2])).why).toMatch('only pretends to be a collection');
  });

  it('and is equal as before', () => {
    const open = (value: unknown) => Object.defineProperty({}, 'b', { get: () => value, enumerable: true });
    const frozen = Object.freeze({ a: Object.freeze([open(1)]) });
    const pairs: [unknown, unknown][] = [
      [new URLSearchParams('a=1'), new URLSearchParams('a=1')],
      [new Headers({ a: 'b' }), new Headers({ a: 'b' })],
      [new Proxy([1, { a: 2 }], {}), [1, { a: 2 }]],
      [new Proxy({ a: { b: 1 } }, {}), { a: { b: 1 } }],
      [open([1]), { b: [1] }],
      [new Map([['a', open(1)]]), new Map([['a', { b: 1 }]])],
      [
        [new Set([1]), open(1)],
        [new Set([1]), { b: 1 }],
      ],
      [[1, 2].values(), [1, 2].values()],
      [frozen, { a: [{ b: 1 }] }],
      [Object.assign(new Point(1), { open: open(1) }), Object.assign(new Point(1), { open: { b: 1 } })],
    ];
    for (const [received, expected] of pairs)
      expect(settled(received, expected)).toMatchObject({ why: null, isEqual: true });
    expect(settled(new URLSearchParams('a=1'), new URLSearchParams('a=2')).isEqual).toBe(false);
    expect(settled([1, 2].values(), [1, 3].values()).isEqual).toBe(false);
    expect(settled(new Map([['a', open(1)]]), new Map([['a', { b: 2 }]])).isEqual).toBe(false);
  });
});

it('looks through a value of which no counterpart is known', () => {
  const why: string[] = [];
  search({ a: [new Map([[1, { b: always }]])] }, (reason: string) => why.push(reason));
  search(
    {
      a: [new Map([[1, { b: 1 }]])],
      get c() {
        throw new Error('is not read');
      },
    },
    (reason: string) => why.push(reason),
  );
  expect(why).toEqual([decides]);
});
