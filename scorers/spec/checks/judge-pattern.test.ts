import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleResult, SearchMatch } from '../search/search.ts';
import { grown, judgePattern } from './judge-pattern.ts';

const at = (path: string, text: string, side: SearchMatch['side'] = 'after', line = 1): SearchMatch => ({
  side,
  path,
  line,
  text,
  captures: {},
});
const result = (matches: SearchMatch[], more: Partial<RuleResult> = {}): RuleResult => ({
  matches,
  problem: null,
  cut: false,
  ...more,
});
const none = result([]);
const must = { language: 'typescript', must: 'x' };
const not = { language: 'typescript', must_not: 'x' };
const changed = new Set(['a.ts']);

describe('what a search says of a pattern', () => {
  it.each<[string, object, Partial<Parameters<typeof judgePattern>[1]>, string]>([
    ['there', must, { found: result([at('a.ts', 'x')]) }, 'pass 1 match: a.ts:1'],
    ['not there', must, {}, 'fail no match in 2 files'],
    [
      'there, and more than is read',
      must,
      { found: result([at('a.ts', 'x')], { problem: 'too many', cut: true }) },
      'pass at least 1 match: a.ts:1',
    ],
    [
      'perhaps in what was left out',
      must,
      { left: [{ path: 'b.ts', reason: 'is large' }] },
      'unknown b.ts was not looked at: it is large',
    ],
    ['never looked for', must, { found: undefined }, 'unknown ast-grep did not come to it'],
    ['forbidden and not there', not, {}, 'pass '],
    [
      'forbidden and there',
      not,
      { found: result([at('a.ts', 'x'), at('a.ts', 'x', 'after', 3)]) },
      'fail 2 matches: a.ts:1, a.ts:3',
    ],
    ['forbidden, there in the base alone', not, { found: result([at('a.ts', 'x', 'before')]) }, 'pass '],
    ['forbidden and cut', not, { found: result([], { problem: 'too many', cut: true }) }, 'unknown too many'],
    [
      'forbidden in what was left out',
      not,
      { left: [{ path: 'b.ts', reason: 'is large' }] },
      'unknown b.ts was not looked at: it is large',
    ],
    ['forbidden where nothing was parsed', not, { errors: undefined }, 'unknown nothing was parsed'],
    [
      'forbidden where parsing broke',
      not,
      { errors: result([at('a.ts', '(')]) },
      'unknown a.ts:1 cannot be parsed: what stands there was not looked at',
    ],
    [
      'forbidden where parsing had broken',
      not,
      { errors: result([at('a.ts', '(', 'before'), at('a.ts', '(')]) },
      'pass ',
    ],
    ['forbidden where the base does not parse', not, { errors: result([at('b.ts', '(')]) }, 'pass '],
    [
      'new',
      { ...must, only_new: true },
      { found: result([at('a.ts', 'x', 'before'), at('b.ts', 'x'), at('a.ts', 'x ')]) },
      'pass 1 match that the base does not have: a.ts:1',
    ],
    [
      'not new',
      { ...must, only_new: true },
      { found: result([at('a.ts', 'x\n y', 'before'), at('b.ts', 'x y')]) },
      'fail no new match in 2 files',
    ],
    [
      'new and forbidden',
      { ...not, only_new: true },
      { found: result([at('a.ts', 'x')]) },
      'fail 1 match that the base does not have: a.ts:1',
    ],
    [
      'perhaps new',
      { ...not, only_new: true },
      { found: result([at('a.ts', 'x')], { problem: 'too many', cut: true }) },
      'unknown too many',
    ],
  ])('%s', (_, given, seen, want) => {
    const { outcome, message } = judgePattern(given as never, {
      files: 2,
      changed,
      left: [],
      found: none,
      errors: none,
      ...seen,
    });
    expect(`${outcome} ${message}`).toBe(want);
  });

  it('counts as new exactly what a text occurs more often, wherever it stands', () => {
    const text = fc.constantFrom('a', 'b', 'c d', 'c\n  d');
    const matches = fc.array(
      fc.tuple(text, fc.constantFrom<SearchMatch['side']>('before', 'after'), fc.constantFrom('x', 'y')),
    );
    fc.assert(
      fc.property(matches, (all) => {
        const found = grown(all.map(([each, side, path]) => at(path, each, side)));
        for (const form of ['a', 'b', 'c d']) {
          const count = (side: string) =>
            all.filter(([each, on]) => on === side && each.replace(/\s+/g, ' ') === form).length;
          const more = found.filter((match) => match.text.replace(/\s+/g, ' ') === form).length;
          expect(more).toBe(Math.max(0, count('after') - count('before')));
        }
      }),
    );
  });
});
