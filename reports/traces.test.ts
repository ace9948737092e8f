import { describe, expect, it } from 'vitest';
import { sha256 } from '../harness/domain/digest.ts';
import { defaultPolicy } from '../harness/domain/policy.ts';
import type { Requirement, Unspecified } from '../harness/domain/verdict.ts';
import { renderJson } from './json.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderRequirementsCsv } from './requirements-csv.ts';
import { testRecord } from './testing.ts';

const requirement = (id: string, over: Partial<Requirement> = {}): Requirement => ({
  id,
  kind: 'criterion',
  says: `It does ${id}.`,
  outcome: 'pass',
  message: '',
  checks: [id],
  evidence: [],
  ...over,
});

const hostile = '=1+1|<img src=x>`\u001b[31m';
const requirements = [
  requirement('round-trip', {
    outcome: 'fail',
    message: `counterexample ${hostile}`,
    checks: ['round-trip/1', 'round-trip/2'],
    evidence: ['round-trip.counterexample.json'],
  }),
  requirement('scope', { kind: 'scope', evidence: ['scope.json'] }),
  requirement('fast', { outcome: 'unverified', checks: [], message: 'it has no check' }),
];
const unspecified: Unspecified[] = [{ kind: 'environment', what: hostile, path: 'src/a.ts', line: 3 }];
const record = testRecord({
  scorers: ['spec'],
  policy: { ...defaultPolicy, gates: ['spec'] },
  tasks: {
    parse: [
      {
        agent: 'small',
        verdict: 'fail',
        requirements,
        unspecified,
        checks: [
          {
            id: 'round-trip/1',
            outcome: 'fail',
            message: `counterexample ${hostile}`,
            evidence: ['round-trip.counterexample.json'],
          },
          { id: 'round-trip/2', outcome: 'pass', evidence: [] },
          { id: 'scope', outcome: 'pass', evidence: ['scope.json'] },
        ],
      },
      {
        agent: 'large',
        requirements: [requirement('round-trip'), requirement('scope'), requirement('fast')],
      },
    ],
  },
});

describe('requirements in reports', () => {
  it('stand in a table, requirement by candidate', () => {
    const text = renderMarkdown(record);
    const row = text.split('\n').find((line) => line.startsWith('| `round-trip` | It does'));
    expect(row).toBe('| `round-trip` | It does round-trip. | pass | **fail** |');
    expect(text).toContain('**unverified**');
  });

  it('lead to their checks and these to their evidence', () => {
    const rows = renderRequirementsCsv(record).trim().split('\n');
    const small = rows.filter((row) => row.includes(',small,'));
    const digest = sha256('round-trip.counterexample.json');
    const shown = `,round-trip.counterexample.json,${digest}`;
    expect(small.some((row) => row.includes('round-trip/1,fail,') && row.includes(shown))).toBe(true);
    expect(small.some((row) => /,round-trip\/2,pass,,,\s*$/.test(row))).toBe(true);
    expect(small.some((row) => row.includes(',fast,criterion,unverified,'))).toBe(true);
  });

  it('say of each check what came of it, not what came of all', () => {
    const rows = renderMarkdown(record).split('\n');
    expect(rows.some((row) => row.startsWith('| `round-trip` | `round-trip/1` | **fail** |'))).toBe(true);
    expect(rows).toContain('| `round-trip` | `round-trip/2` | pass | – |  |');
  });

  it('are found from the evidence as well', () => {
    const { verdicts } = JSON.parse(renderJson(record)) as {
      verdicts: { verdict: { outcome: string }; backing: unknown[] }[];
    };
    expect(verdicts.find(({ verdict }) => verdict.outcome === 'fail')?.backing).toEqual([
      {
        evidence: 'round-trip.counterexample.json',
        digest: sha256('round-trip.counterexample.json'),
        requirements: ['round-trip'],
        checks: ['round-trip/1'],
      },
      { evidence: 'scope.json', digest: sha256('scope.json'), requirements: ['scope'], checks: ['scope'] },
    ]);
  });

  it('stand in junit for candidates that pass, too', () => {
    const xml = renderJunit(record);
    expect(xml).toContain('requirement scope: pass: check scope pass');
    expect(xml).toContain('requirement fast: unverified: no check');
  });

  it('show what a candidate wrote as text only', () => {
    const texts = [renderMarkdown(record), renderRequirementsCsv(record), renderJunit(record)];
    for (const text of texts) expect(text).not.toContain('\u001b');
    // In Markdown a message is escaped, and a name stands in a code span that it cannot close.
    expect(renderMarkdown(record)).toContain('counterexample =1+1\\|\\<img');
    expect(renderMarkdown(record)).toMatch(/environment: .+ in `src\/a\.ts:3`/);
  });
});

describe('a task that does not count', () => {
  it('says so in place of its gate', () => {
    const broken = testRecord({
      tasks: { parse: [{ agent: 'small' }] },
      invalid: 'spec: the base breaks invariant x',
    });
    expect(renderMarkdown(broken)).toContain('**the task does not count**');
    expect(JSON.parse(renderJson(broken)).tasks[0]).toMatchObject({
      winner: null,
      invalid: 'spec: the base breaks invariant x',
      reason: 'no winner: the task does not count: spec: the base breaks invariant x',
    });
  });
});
