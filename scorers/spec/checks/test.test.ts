import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check, Verdict } from '../../../harness/domain/verdict.ts';
import { openStore } from '../../../harness/store/git-store.ts';
import type { Store } from '../../../harness/store/store.ts';
import type { ScoreContext } from '../../scorer.ts';
import { toVerdict } from '../../tests/verdict.ts';
import type { GivenCheck } from '../schema.ts';
import type { CheckTools } from './check.ts';
import { runTestChecks } from './test.ts';

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-test-checks-'));
  store = await openStore(join(folder, 'store'));
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function verdictOf(checks: Check[], outcome: 'pass' | 'fail' | 'error' = 'pass'): Promise<Verdict> {
  return toVerdict({ outcome, reason: 'because', score: null, measures: {}, checks }, [], store);
}

/** Only what these checks may touch. */
function toolsWith(verdict: Verdict | null): CheckTools {
  const needed = new Map(verdict === null ? [] : [['tests', verdict]]);
  const context: Pick<ScoreContext, 'needed' | 'store'> = { needed, store };
  return { context } as CheckTools;
}

async function ask(given: GivenCheck<'test'>, verdict: Verdict | null) {
  const [answer] = await runTestChecks([{ id: 'a', given }], toolsWith(verdict));
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

const checks: Check[] = [
  { id: 'a.test.ts > breaks', outcome: 'fail', message: 'expected 1\ngot 2' },
  { id: 'b.test.ts > crashes', outcome: 'error' },
  { id: 'c.test.ts > waits', outcome: 'skipped' },
  { id: 'd.test.ts > adds', outcome: 'pass' },
  { id: 'd.test.ts > subtracts', outcome: 'pass' },
];

describe('a check of tests', () => {
  it.each<[GivenCheck<'test'>, string, RegExp]>([
    [{ id: 'd.test.ts > adds' }, 'pass', /^$/],
    [{ id: 'd.test.ts > add' }, 'unknown', /no test has the id d\.test\.ts > add/],
    [{ id: 'd.test.ts > *' }, 'unknown', /no test has the id/],
    [{ id: 'a.test.ts > breaks' }, 'fail', /^1 of 1 test failed: a\.test\.ts > breaks \(expected 1 got 2\)$/],
    [{ id: 'b.test.ts > crashes' }, 'unknown', /1 of 1 test came to no result/],
    [{ id: 'c.test.ts > waits' }, 'unknown', /came to no result/],
    [{ pattern: 'd.test.ts > *' }, 'pass', /^$/],
    [{ pattern: '*s' }, 'fail', /1 of 5 tests failed/],
    [{ pattern: '*.test.ts > *a*s' }, 'fail', /a\.test/],
    [{ pattern: 'c.*' }, 'unknown', /came to no result/],
    [{ pattern: 'e*' }, 'unknown', /no test matches e\*/],
  ])('%j: %s', async (given, outcome, message) => {
    const answer = await ask(given, await verdictOf(checks, 'fail'));
    expect(answer.outcome).toBe(outcome);
    expect(answer.message).toMatch(message);
  });

  it('keeps what it matched as evidence', async () => {
    const asked = ['tables/2', 'tables-2'].map((id) => ({ id, given: { pattern: 'd*' } }));
    const answers = await runTestChecks(asked, toolsWith(await verdictOf(checks)));
    const names = answers.flatMap(({ evidence }) => evidence.map(({ name }) => name));
    expect(names).toEqual(['tables~2.tests.json', 'tables-2.tests.json']);
    const [answer] = answers;
    const blob = await store.readBlob(answer?.evidence[0]?.digest ?? 'sha256:');
    expect(JSON.parse(blob.toString())).toEqual({
      asked: { pattern: 'd*' },
      matched: 2,
      tests: [
        { id: 'd.test.ts > adds', outcome: 'pass' },
        { id: 'd.test.ts > subtracts', outcome: 'pass' },
      ],
    });
  });

  it('looks at all tests, not only at those that stand in the verdict', async () => {
    const many: Check[] = Array.from({ length: 2000 }, (_, at) => ({ id: `t ${at}`, outcome: 'pass' }));
    const verdict = await verdictOf(many);
    expect(verdict.checks.length).toBeLessThan(many.length);
    expect((await ask({ id: 't 1999' }, verdict)).outcome).toBe('pass');
    const all = await ask({ pattern: 't *' }, verdict);
    const blob = await store.readBlob(all.evidence[0]?.digest ?? 'sha256:');
    expect(JSON.parse(blob.toString())).toMatchObject({ matched: 2000 });
    expect(JSON.parse(blob.toString()).tests).toHaveLength(500);
    const lost = { ...verdict, evidence: [] };
    expect(await ask({ id: 't 1' }, lost)).toMatchObject({ outcome: 'unknown', evidence: [] });
    const wrong = { ...verdict, checksTotal: 1999 };
    await expect(ask({ id: 't 1' }, wrong)).rejects.toMatchObject({ kind: 'infrastructure' });
  });

  it('has no answer without a verdict that measured something', async () => {
    expect(await ask({ pattern: '*' }, null)).toMatchObject({
      outcome: 'unknown',
      message: 'the suite has no scorer named tests',
    });
    expect(await ask({ pattern: 'd*' }, await verdictOf(checks, 'error'))).toMatchObject({
      outcome: 'unknown',
      message: 'the tests came to no result: because',
      evidence: [],
    });
  });

  it('says hostile names in one bounded line', async () => {
    const named: Check[] = [{ id: `x\u001b[31m\n${'y'.repeat(5000)}`, outcome: 'fail', message: '\u202e\r' }];
    const answer = await ask({ pattern: 'x*' }, await verdictOf(named, 'fail'));
    expect(answer.message.length).toBeLessThanOrEqual(400);
    expect(answer.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
