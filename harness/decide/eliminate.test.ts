import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../domain/digest.ts';
import type { Criterion } from '../domain/policy.ts';
import { type Contender, eliminate } from './eliminate.ts';

const contender = (name: string, measures: Record<string, number>): Contender => ({
  candidate: sha256(name),
  measures: new Map(Object.entries(measures)),
});

const criterion = (
  measure: string,
  better: Criterion['better'],
  tolerance: Criterion['tolerance'] = 0,
): Criterion => ({
  measure,
  better,
  tolerance,
});

const ranked = (contenders: Contender[], order: Criterion[]) =>
  [...eliminate(contenders, order)].map((round) => round.chosen);

describe('eliminate', () => {
  const a = contender('a', { 'tests.passed': 41, 'diff.lines': 100 });
  const b = contender('b', { 'tests.passed': 41, 'diff.lines': 109 });
  const c = contender('c', { 'tests.passed': 41, 'diff.lines': 118 });
  const d = contender('d', { 'tests.passed': 40, 'diff.lines': 1 });

  it('puts the first criterion before the second', () => {
    const order = [criterion('tests.passed', 'higher'), criterion('diff.lines', 'lower')];
    expect(ranked([d, c, b, a], order)).toEqual([a, b, c, d]);
  });

  it('keeps those within the tolerance of the best, not of each other', () => {
    // 109 is within 10 % of 100 and 118 is within 10 % of 109, but 118 is not within 10 % of the best.
    const [round] = eliminate([a, b, c], [criterion('diff.lines', 'lower', 0.1)]);
    expect(round?.steps[0]).toEqual({ criterion: 'diff.lines', best: 100, compared: 3, survivors: 2 });
    expect(round?.eliminatedBy.get(c.candidate)).toBe('diff.lines');
  });

  it('reads an absolute tolerance in the unit of the measure', () => {
    const [round] = eliminate([a, b, c], [criterion('diff.lines', 'lower', { absolute: 8 })]);
    expect(round?.steps[0]?.survivors).toBe(1);
  });

  it('prefers any measured value to an unknown one, in both directions', () => {
    const unknown = contender('unknown', {});
    const bad = contender('bad', { 'x.y': -1e9 });
    expect(ranked([unknown, bad], [criterion('x.y', 'higher')])[0]).toBe(bad);
    expect(ranked([unknown, bad], [criterion('x.y', 'lower')])[0]).toBe(bad);
  });

  it('lets the digest decide where nothing else does', () => {
    const twins = [contender('one', { 'x.y': 1 }), contender('two', { 'x.y': 1 })];
    const smaller = [...twins].sort((x, y) => (x.candidate < y.candidate ? -1 : 1))[0];
    const [round] = eliminate(twins, [criterion('x.y', 'higher')]);
    expect(round?.chosen).toBe(smaller);
    expect(round?.steps.at(-1)).toEqual({ criterion: 'digest', best: null, compared: 2, survivors: 1 });
  });

  const pools = fc.uniqueArray(
    fc.record({
      name: fc.string(),
      passed: fc.option(fc.integer({ min: 0, max: 5 })),
      lines: fc.integer({ min: 0, max: 300 }),
    }),
    { selector: (entry) => entry.name, maxLength: 12 },
  );
  const order = [criterion('tests.passed', 'higher', { absolute: 1 }), criterion('diff.lines', 'lower', 0.1)];
  const build = (pool: { name: string; passed: number | null; lines: number }[]) =>
    pool.map(({ name, passed, lines }) =>
      contender(name, { 'diff.lines': lines, ...(passed === null ? {} : { 'tests.passed': passed }) }),
    );

  it('ranks everyone once, whatever the order they are named in', () => {
    fc.assert(
      fc.property(pools, fc.integer(), (pool, seed) => {
        const contenders = build(pool);
        const shuffled = contenders
          .map((entry, index) => ({ entry, key: (index * 7919 + seed) % 101 }))
          .sort((x, y) => x.key - y.key)
          .map(({ entry }) => entry);
        const result = ranked(contenders, order);
        expect(new Set(result).size).toBe(contenders.length);
        expect(ranked(shuffled, order)).toEqual(result);
      }),
    );
  });

  it('never lets a loser decide: without the last, the others keep their order', () => {
    fc.assert(
      fc.property(pools, (pool) => {
        const result = ranked(build(pool), order);
        expect(ranked(result.slice(0, -1), order).length).toBe(Math.max(0, result.length - 1));
        expect(ranked(result.slice(0, -1), order)[0]).toBe(result.length > 1 ? result[0] : undefined);
      }),
    );
  });
});
