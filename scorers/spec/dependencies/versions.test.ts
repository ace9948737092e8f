import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ecosystem } from './model.ts';
import { poetryRange } from './readers/python-manifests.ts';
import { lies, liesWithin, rangeOf } from './versions.ts';

describe('ranges of versions', () => {
  it.each<[string, string | null]>([
    ['*', ''],
    ['^1.2.3', '>=1.2.3,<2'],
    ['^0.2.3', '>=0.2.3,<0.3'],
    ['^0.0.3', '>=0.0.3,<0.0.4'],
    ['^0', '>=0,<1'],
    ['~1.2.3', '>=1.2.3,<1.3'],
    ['~1', '>=1,<2'],
    ['1.2', '==1.2'],
    ['>=1, <2', '>=1,<2'],
    ['what', null],
  ])('of Poetry: %s', (spec, want) => {
    expect(poetryRange(spec)).toBe(want);
  });

  it.each<[Ecosystem, string, string, boolean]>([
    ['npm', '^1.2.0', '^1.0.0', true],
    ['npm', '^1.2.0', '~1.2.0', false],
    ['npm', '*', '^1.0.0', false],
    ['npm', '1.2.3', '>=1', true],
    ['pypi', '==1.2.3', '>=1,<2', true],
    ['pypi', '==1.*', '>=1,<2', false],
    ['pypi', '>=1,<2', '<2', true],
    ['pypi', '>=1', '>=1,<2', false],
    ['pypi', '', '>=1', false],
    ['pypi', '', '', true],
    ['cargo', '^1.2', '^1', true],
  ])('%s: %s within %s', (ecosystem, inner, outer, want) => {
    const [a, b] = [rangeOf(ecosystem, inner), rangeOf(ecosystem, outer)];
    expect(liesWithin(ecosystem, a ?? 'none', b ?? 'none')).toBe(want);
  });

  it('lie within one another only where no version shows that they do not', () => {
    const part = fc.nat(3);
    const version = fc.tuple(part, part, part).map((parts) => parts.join('.'));
    const clause = fc
      .tuple(fc.constantFrom('>=', '<', '==', '<=', '>', '!='), version)
      .map((pair) => pair.join(''));
    const range = fc.array(clause, { minLength: 1, maxLength: 3 }).map((clauses) => clauses.join(','));
    fc.assert(
      fc.property(range, range, version, (inner, outer, each) => {
        const [a, b] = [rangeOf('pypi', inner), rangeOf('pypi', outer)];
        fc.pre(a !== null && b !== null && liesWithin('pypi', a, b) && lies('pypi', each, a));
        expect(lies('pypi', each, b ?? '')).toBe(true);
      }),
      { numRuns: 20, maxSkipsPerRun: 5000 },
    );
  });
});
