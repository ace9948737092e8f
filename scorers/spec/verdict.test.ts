import { describe, expect, it } from 'vitest';
import type { Requirement, RequirementOutcome } from '../../harness/domain/verdict.ts';
import { specVerdict } from './verdict.ts';

const requirement = (id: string, outcome: RequirementOutcome): Requirement => ({
  id,
  kind: 'criterion',
  says: `It does ${id}.`,
  outcome,
  message: outcome === 'fail' ? 'because' : '',
  checks: outcome === 'unverified' ? [] : [id],
  evidence: [],
});

const verdictOf = (outcomes: readonly RequirementOutcome[], unverified: 'refuse' | 'allow' = 'refuse') =>
  specVerdict(
    { unverified },
    {
      requirements: outcomes.map((outcome, index) => requirement(`r${index}`, outcome)),
      answers: [],
      unspecified: { found: null, total: 0 },
      evidence: [],
    },
  );

describe('the verdict on a spec', () => {
  it.each([
    [['pass', 'pass'], 'pass', /^conformant: all 2/],
    [['pass', 'fail', 'unknown'], 'fail', /^breaks r1: because$/],
    [['pass', 'unknown', 'unverified'], 'error', /^unknown r1$/],
    [['pass', 'unverified'], 'skipped', /no check for r1.*unverified: allow/],
    [['fail', 'fail', 'fail'], 'fail', /r0: because \(and 2 more\)/],
  ] as const)('of %j is %s', (outcomes, outcome, reason) => {
    const verdict = verdictOf(outcomes);
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.reason).toMatch(reason);
    expect(verdict.measures.conformant).toBe(outcome === 'pass' ? 1 : 0);
  });

  it('never calls conformant what has a criterion without a check, even where that may pass', () => {
    const verdict = verdictOf(['pass', 'unverified'], 'allow');
    expect(verdict).toMatchObject({ outcome: 'pass', measures: { conformant: 0, unverified: 1 } });
    expect(verdict.reason).toContain('not conformant');
  });

  it('lets nothing pass that is unknown, whatever the options', () => {
    expect(verdictOf(['pass', 'unknown'], 'allow').outcome).toBe('error');
  });

  it('calls an unknown check an error, with what it said', () => {
    const { checks } = specVerdict(
      { unverified: 'refuse' },
      {
        requirements: [requirement('a', 'unknown')],
        answers: [
          { id: 'b', outcome: 'pass', message: '', evidence: [] },
          { id: 'a', outcome: 'unknown', message: 'no\nanswer', evidence: [] },
        ],
        unspecified: { found: [], total: 0 },
        evidence: [],
      },
    );
    expect(checks).toEqual([
      { id: 'a', outcome: 'error', message: 'no answer' },
      { id: 'b', outcome: 'pass' },
    ]);
  });
});
