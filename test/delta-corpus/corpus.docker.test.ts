import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { problemsOf } from './known.ts';
import { type CorpusRunner, openCorpusRunner } from './run.ts';

// All tools take a minute: `npm run proof:delta`. These are the quickest of both languages.
const tools = ['biome', 'ruff'];

let runner: CorpusRunner;
beforeAll(async () => {
  runner = await openCorpusRunner();
});
afterAll(() => runner?.close());

describe('the delta of real tools', () => {
  it.each(tools)('of %s is what the corpus says', async (tool) => {
    const cases = readCorpus().filter((one) => one.tool === tool);
    const results = await runner.run(tool, cases);
    expect(results.size).toBe(cases.length);
    expect([...results].flatMap(([one, judgement]) => problemsOf(one, judgement))).toEqual([]);
  });
});
