import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const { search, settle } = createRequire(import.meta.url)('./assets/node/guard/received.cjs');

/** Why a received value is refused, and what is compared instead of it. */
function settled(received: unknown, expected: unknown): { value: unknown; why: string | null } {
  let why: string | null = null;
  const value: unknown = settle(received, expected, (reason: string) => {
    why ??= reason;
  });
  return { value, why };
}

class Point {
  #secret = 1;
  constructor(
    readonly x: number,
    readonly deep: unknown = null,
  ) {}
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
    ['an array with a hole', [1, , 3]],
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
    const { value, why } = settled(received, structure(received));
    expect(why).toBe(null);
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
    const { value, why } = settled(
      {
        get a() {
          return read();
        },
      },
      { a: { b: 1 } },
    );
    expect(why).toBe(null);
    expect([value, value]).toEqual([{ a: { b: 1 } }, { a: { b: 1 } }]);
  });

  it('a getter that gives the forged value first', () => {
    expect(
      settled(
        {
          get a() {
            return always;
          },
        },
        { a: 1 },
      ).why,
    ).toBe(decides);
  });

  it('a proxy', () => {
    const read = changing(1);
    const received = new Proxy({ a: 1 }, { get: () => read() });
    const { value } = settled({ deep: received }, { deep: { a: 1 } });
    expect(value).toEqual({ deep: { a: 1 } });
  });

  it('a proxy in the place of a number', () => {
    const everything = new Proxy({}, { get: () => () => true, has: () => true });
    expect(settled(everything, 5).value).not.toEqual(5);
    expect(settled({ a: everything }, { a: 5 }).value).not.toEqual({ a: 5 });
    expect(settled({ a: new Proxy(() => 1, { get: () => () => true }) }, { a: 5 }).value).not.toEqual({
      a: 5,
    });
  });

  it('an iterator', () => {
    let count = 0;
    const received = {
      *[Symbol.iterator]() {
        yield* count++ === 0 ? [1, 2] : [always, always];
      },
    };
    const { value, why } = settled(received, {
      *[Symbol.iterator]() {
        yield* [1, 2];
      },
    });
    expect(why).toBe(null);
    expect([...(value as Iterable<unknown>)]).toEqual([1, 2]);
    expect([...(value as Iterable<unknown>)]).toEqual([1, 2]);
  });

  it('a set whose iterator gives nothing', () => {
    class Liar extends Set {
      override *[Symbol.iterator]() {}
    }
    expect(settled(new Liar([1, 2, 3]), new Set([4, 5, 6])).why).toMatch('only pretends to be a collection');
  });

  it('something that calls itself a set', () => {
    const fake = { [Symbol.toStringTag]: 'Set', constructor: Set, size: 2, has: () => true };
    expect(settled(fake, new Set([1, 2])).why).toMatch('only pretends to be a collection');
    const iterated = { ...fake, *[Symbol.iterator]() {} };
    expect(settled(iterated, new Set([1, 2])).why).toMatch('only pretends to be a collection');
  });

  it('and is equal as before', () => {
    const pairs: [unknown, unknown][] = [
      [new URLSearchParams('a=1'), new URLSearchParams('a=1')],
      [new Headers({ a: 'b' }), new Headers({ a: 'b' })],
      [new Proxy([1, { a: 2 }], {}), [1, { a: 2 }]],
      [new Proxy({ a: { b: 1 } }, {}), { a: { b: 1 } }],
      [
        {
          get a() {
            return [1];
          },
        },
        { a: [1] },
      ],
      [
        new Map([
          [
            'a',
            {
              get b() {
                return 1;
              },
            },
          ],
        ]),
        new Map([['a', { b: 1 }]]),
      ],
      [
        [
          new Set([1]),
          {
            get b() {
              return 1;
            },
          },
        ],
        [new Set([1]), { b: 1 }],
      ],
    ];
    for (const [received, expected] of pairs) {
      const { value, why } = settled(received, expected);
      expect(why).toBe(null);
      expect(value).toEqual(expected);
    }
    expect(settled(new URLSearchParams('a=1'), new URLSearchParams('a=2')).value).not.toEqual(
      new URLSearchParams('a=2'),
    );
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
