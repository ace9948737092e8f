import { describe, expect, it } from 'vitest';
import { deltaJson } from './delta-json.ts';
import { finding } from './testing.ts';

const delta = {
  new: [finding({ path: 'b' }), finding({ path: 'a' })],
  fixed: [finding({ rule: 'old' })],
  unchanged: [{ before: finding({ startLine: 1 }), after: finding({ startLine: 9 }) }],
};
const tool = (name: string) => ({ tool: name, version: '1', files: 3, delta });

describe('deltaJson', () => {
  it('has what is new, fixed and unchanged of each tool, in an order of its own', () => {
    const text = deltaJson([tool('z'), tool('a')]);
    const expected = (name: string) => ({
      tool: name,
      version: '1',
      files: 3,
      totals: { new: 2, fixed: 1, unchanged: 1 },
      omitted: 0,
      new: [finding({ path: 'a' }), finding({ path: 'b' })],
      fixed: delta.fixed,
      unchanged: delta.unchanged,
    });
    expect(JSON.parse(text)).toEqual({ tools: [expected('a'), expected('z')] });
    const reversed = { ...delta, new: delta.new.toReversed() };
    expect(deltaJson([tool('a'), { ...tool('z'), delta: reversed }])).toBe(text);
  });

  it.each([
    [{ findings: 1, units: 1e6 }, [1, 0, 0], 3],
    [{ findings: 3, units: 1e6 }, [2, 1, 0], 1],
    [{ findings: 99, units: 400 }, [1, 0, 0], 3],
    [{ findings: 0, units: 0 }, [0, 0, 0], 4],
  ])('leaves out what is too much for %o, and says how much', (limit, lengths, omitted) => {
    const [only] = JSON.parse(deltaJson([tool('a')], limit)).tools;
    expect([only.new.length, only.fixed.length, only.unchanged.length]).toEqual(lengths);
    expect(only).toMatchObject({ omitted, totals: { new: 2, fixed: 1, unchanged: 1 } });
  });

  it('keeps the most severe', () => {
    const news = [finding({ level: 'note', path: 'a' }), finding({ level: 'error', path: 'z' })];
    const [only] = JSON.parse(
      deltaJson([{ ...tool('a'), delta: { ...delta, new: news } }], { findings: 1, units: 1e6 }),
    ).tools;
    expect(only.new).toMatchObject([{ level: 'error' }]);
  });
});
