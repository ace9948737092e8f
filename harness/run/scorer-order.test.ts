import { describe, expect, it } from 'vitest';
import type { Verdict } from '../domain/verdict.ts';
import { askAll, inOrderOfNeed } from './scorer-order.ts';

const verdictOf = (scorer: string): Verdict => ({
  scorer,
  version: '1',
  outcome: 'pass',
  reason: '',
  score: null,
  checks: [],
  checksTotal: 0,
  measures: {},
  evidence: [],
  confirmed: false,
});

describe('the order of scorers', () => {
  it('puts each after those that it needs and leaves the others', () => {
    const order = inOrderOfNeed([
      { name: 'a', needs: ['c', 'missing'] },
      { name: 'b' },
      { name: 'c', needs: ['b'] },
    ]);
    expect(order.map(({ name }) => name)).toEqual(['b', 'c', 'a']);
  });

  it('refuses a circle', () => {
    const circle = [
      { name: 'a', needs: ['b'] },
      { name: 'b', needs: ['a'] },
    ];
    expect(() => inOrderOfNeed(circle)).toThrow(TypeError);
  });

  it('hands each the verdicts that it needs and no others', async () => {
    const seen: Record<string, string[]> = {};
    const verdicts = await askAll(
      [{ name: 'spec', needs: ['tests', 'other'] }, { name: 'static' }, { name: 'tests' }],
      async ({ name }, needed) => {
        seen[name] = [...needed.keys()];
        return verdictOf(name);
      },
    );
    expect(seen).toEqual({ spec: ['tests'], static: [], tests: [] });
    expect([...verdicts.keys()].sort()).toEqual(['spec', 'static', 'tests']);
  });

  it('rejects when one does, those that need it included', async () => {
    const asked: string[] = [];
    const asking = askAll([{ name: 'spec', needs: ['tests'] }, { name: 'tests' }], async ({ name }) => {
      asked.push(name);
      throw new Error(`${name} broke`);
    });
    await expect(asking).rejects.toThrow('tests broke');
    expect(asked).toEqual(['tests']);
  });
});
