import { describe, expect, it } from 'vitest';
import { type Digest, sha256 } from '../domain/digest.ts';
import { Policy } from '../domain/policy.ts';
import { type Trial, type TrialResult, trialId } from '../domain/trial.ts';
import type { Outcome, Verdict } from '../domain/verdict.ts';
import { type DecideInput, decide } from './decide.ts';
import { decisionDigest } from './decision-digest.ts';

interface Case {
  agent: string;
  tree: string | null;
  lines?: number;
  outcome?: Outcome;
  passed?: number;
  reason?: string;
}

const policy = Policy.parse({
  gates: ['tests'],
  order: [
    { measure: 'tests.passed', better: 'higher' },
    { measure: 'diff.lines', better: 'lower', tolerance: 0.1 },
  ],
});

function input(cases: Case[]): DecideInput {
  const verdicts = new Map<Digest, Verdict[]>();
  const trials = cases.map(
    ({ agent, tree, lines = 10, outcome, passed = 41, reason }): { trial: Trial; result: TrialResult } => {
      const trial = { id: trialId('t', agent, 1), task: 't', agent, attempt: 1, retry: 0 };
      const digest = tree === null ? null : sha256(tree);
      if (digest !== null && outcome !== undefined) {
        verdicts.set(digest, [
          {
            scorer: 'tests',
            version: '1',
            outcome,
            reason: reason ?? `${passed} of 41 tests passed`,
            score: passed / 41,
            checks: [],
            checksTotal: 41,
            measures: { passed },
            evidence: [],
            confirmed: false,
          },
        ]);
      }
      const candidate =
        digest === null
          ? null
          : {
              tree: digest,
              base: sha256('base'),
              diff: { files: 1, added: lines, deleted: 0, lines, binary: 0 },
              artifacts: null,
              state: null,
            };
      return {
        trial,
        result: {
          outcome: candidate ? 'delivered' : 'failed',
          reason: reason ?? 'said so',
          candidate,
          evidence: [],
          retryable: false,
          ignoredFiles: 0,
          exitCode: 0,
          wallSec: 1,
        },
      };
    },
  );
  return {
    task: 't',
    policy,
    gate: { proven: true, reason: '' },
    trials,
    verdictsOf: (tree) => verdicts.get(tree) ?? [],
  };
}

describe('decide', () => {
  it('explains each rank by what separated it from the one above', () => {
    const selection = decide(
      input([
        { agent: 'sprawling', tree: 's', lines: 118, outcome: 'pass' },
        { agent: 'concise', tree: 'c', lines: 23, outcome: 'pass' },
        {
          agent: 'partial',
          tree: 'p',
          lines: 5,
          outcome: 'fail',
          passed: 38,
          reason: '3 of 41 tests failed: x, y, z',
        },
      ]),
    );
    expect(selection.winner).toMatchObject({ agent: 'concise', attempt: 1 });
    expect(selection.ranking.map(({ rank, agent, eligible }) => [rank, agent, eligible])).toEqual([
      [1, 'concise', true],
      [2, 'sprawling', true],
      [3, 'partial', false],
    ]);
    expect(selection.ranking[1]?.reason).toBe('passed the same 41 tests; 118 lines against 23');
    expect(selection.ranking[2]?.reason).toBe('refused: tests: 3 of 41 tests failed: x, y, z');
    expect(selection.trace[1]?.behind).toMatchObject({ criterion: 'diff.lines', own: 118, other: 23 });
  });

  it.each(['fail', 'error', 'skipped', undefined] as const)(
    'never lets a candidate with gate outcome %s win',
    (outcome) => {
      const selection = decide(input([{ agent: 'a', tree: 'a', ...(outcome ? { outcome } : {}) }]));
      expect(selection.winner).toBeNull();
      expect(selection.reason).toBe('no winner: 1 candidate was refused by a gate');
      expect(selection.ranking[0]).toMatchObject({ rank: 1, eligible: false });
    },
  );

  it('gives rows of equal trees one rank and the same verdicts', () => {
    const selection = decide(
      input([
        { agent: 'b', tree: 'same', outcome: 'pass' },
        { agent: 'a', tree: 'same', outcome: 'pass' },
        { agent: 'c', tree: 'other', lines: 90, outcome: 'pass' },
      ]),
    );
    expect(selection.ranking.map(({ rank, agent }) => [rank, agent])).toEqual([
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
    expect(selection.winner?.agent).toBe('a');
  });

  it('keeps trials without a candidate, last and without a rank', () => {
    const selection = decide(
      input([
        { agent: 'none', tree: null, reason: 'the patch does not apply' },
        { agent: 'ok', tree: 'ok', outcome: 'pass' },
      ]),
    );
    expect(selection.ranking[1]).toMatchObject({
      rank: null,
      candidate: null,
      agent: 'none',
      reason: 'no candidate: the patch does not apply',
    });
  });

  it('says no winner when nothing was delivered or nothing was run', () => {
    expect(decide(input([{ agent: 'a', tree: null }])).reason).toBe(
      'no winner: 1 trial delivered no candidate',
    );
    expect(decide(input([])).reason).toBe('no winner: no trial was run');
  });

  it('does not depend on the order of trials, in any byte', () => {
    const cases: Case[] = ['d', 'a', 'c', 'b'].map((agent, index) => ({
      agent,
      tree: agent,
      lines: 10 + index,
      outcome: 'pass',
    }));
    expect(decide(input([...cases].reverse()))).toEqual(decide(input(cases)));
  });
});

describe('decisionDigest', () => {
  const inputs = {
    suite: { name: 's', version: '1.0.0' },
    tasks: [],
    agents: [],
    attempts: 1,
    scorers: [],
    policy,
    network: 'none' as const,
    sandbox: {},
    ignore: [],
  };
  const selection = decide(input([{ agent: 'a', tree: 'a', outcome: 'pass' }]));
  const digest = decisionDigest(inputs, new Map(), [selection]);

  it('changes with inputs, bases, verdicts and winners', () => {
    const others = [
      decisionDigest({ ...inputs, attempts: 2 }, new Map(), [selection]),
      decisionDigest(inputs, new Map([['t', sha256('other')]]), [selection]),
      decisionDigest(inputs, new Map(), [{ ...selection, winner: null }]),
      decisionDigest(inputs, new Map(), [decide(input([{ agent: 'a', tree: 'a', outcome: 'fail' }]))]),
    ];
    expect(new Set([digest, ...others]).size).toBe(5);
  });

  it('does not change with a retry after an engine failure', () => {
    const retried = {
      ...selection,
      winner: selection.winner && { ...selection.winner, trial: `${selection.winner.trial}~1` },
      ranking: selection.ranking.map((row) => ({ ...row, trial: `${row.trial}~1` })),
    };
    expect(decisionDigest(inputs, new Map(), [retried])).toBe(digest);
  });
});
