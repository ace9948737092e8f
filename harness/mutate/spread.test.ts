import { describe, expect, it } from 'vitest';
import { evenly, type Placed, spread } from './spread.ts';

const item = (path: string, line: number, operator: string, n = 0): Placed => ({
  id: `${path}:${line}:${operator}:${n}`,
  path,
  line,
  operator,
});

const first = (all: readonly Placed[], seed: string, most: number) => [...spread(all, seed)].slice(0, most);

describe('an order', () => {
  const all = ['a', 'b'].flatMap((path) =>
    [1, 2, 3, 4, 5].flatMap((line) => ['x', 'y', 'z'].map((operator) => item(path, line, operator))),
  );

  it('holds everything once', () => {
    expect([...spread(all, '1')].map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
  });

  it('is the same for a seed, whatever order they came in, and another for another', () => {
    const ids = (seed: string, from = all) => [...spread(from, seed)].map(({ id }) => id);
    expect(ids('1', all.toReversed())).toEqual(ids('1'));
    expect(ids('2')).not.toEqual(ids('1'));
  });

  it('takes each line once before any twice, and operators and files in turn', () => {
    const chosen = first(all, 'seed', 10);
    const times = (key: (one: Placed) => unknown) => {
      const counts = new Map<unknown, number>();
      for (const one of chosen) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
      return [...counts.values()].sort();
    };
    expect(times(({ path, line }) => `${path}${line}`)).toEqual(new Array(10).fill(1));
    expect(times(({ operator }) => operator)).toEqual([3, 3, 4]);
    expect(times(({ path }) => path)).toEqual([5, 5]);
  });

  it('lets no line with many crowd out the others', () => {
    const crowded = [
      ...Array.from({ length: 50 }, (_, n) => item('a', 1, 'x', n)),
      item('a', 2, 'x'),
      item('b', 1, 'y'),
    ];
    expect(new Set(first(crowded, 's', 3).map(({ path, line }) => `${path}${line}`)).size).toBe(3);
  });

  it('keeps its choice among equals when one is added', () => {
    const lines = Array.from({ length: 40 }, (_, n) => item('a', n, 'x'));
    const before = first(lines, 's', 10).map(({ id }) => id);
    const now = first([...lines, item('a', 99, 'x')], 's', 10).map(({ id }) => id);
    expect(now.filter((id) => before.includes(id)).length).toBeGreaterThanOrEqual(9);
  });
});

it('even distances', () => {
  const all = Array.from({ length: 10 }, (_, n) => n);
  expect(evenly(all, 10)).toEqual(all);
  expect(evenly(all, 5)).toEqual([1, 3, 5, 7, 9]);
  expect(evenly(all, 3)).toHaveLength(3);
  expect(evenly(all, 0)).toEqual([]);
});
