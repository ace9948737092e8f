import { describe, expect, it } from 'vitest';
import type { Finding } from '../../harness/domain/finding.ts';
import type { ToolAnalysis } from './analysis.ts';
import type { ToolDelta } from './delta-of-tool.ts';
import { staticVerdict } from './verdict.ts';

const finding = (level: Finding['level'], over: Partial<Finding> = {}): Finding => ({
  tool: 'lint',
  rule: 'no-x',
  level,
  message: 'do not',
  path: 'a.ts',
  startLine: 3,
  startColumn: 1,
  endLine: null,
  endColumn: null,
  security: null,
  ...over,
});

const analysis = (over: Partial<ToolAnalysis> = {}): ToolAnalysis => ({
  label: 'lint',
  failure: null,
  findings: [],
  files: 4,
  paths: [],
  unanalysed: {},
  version: null,
  rules: {},
  measures: {},
  fileMeasures: {},
  ...over,
});

const delta = (over: Partial<ToolDelta['delta']> = {}, after: Partial<ToolAnalysis> = {}): ToolDelta => ({
  before: analysis(),
  after: analysis(after),
  delta: { new: [], fixed: [], unchanged: [], ...over },
});

const verdictOf = (deltas: ToolDelta[], fail_on: 'error' | 'warning' | 'note' | 'never' = 'error') =>
  staticVerdict({ fail_on }, deltas, []);

describe('the verdict on findings', () => {
  it.each([
    ['error', 'error', 'fail'],
    ['warning', 'error', 'pass'],
    ['warning', 'warning', 'fail'],
    ['note', 'warning', 'pass'],
    ['note', 'note', 'fail'],
    ['none', 'note', 'pass'],
    ['error', 'never', 'pass'],
  ] as const)('with a new %s at the gate %s is %s', (level, gate, outcome) => {
    expect(verdictOf([delta({ new: [finding(level)] })], gate).outcome).toBe(outcome);
  });

  it('does not count what was there, and weighs what was fixed', () => {
    const before = finding('error');
    const verdict = verdictOf([
      delta({
        unchanged: [{ before, after: before }],
        fixed: [finding('error'), finding('warning')],
        new: [finding('note')],
      }),
    ]);
    expect(verdict).toMatchObject({
      outcome: 'pass',
      measures: { new_error: 0, fixed_error: 1, new_weighted: 1, fixed_weighted: 13, net_weighted: -12 },
    });
  });

  it('is an error, without any number, as soon as one tool failed', () => {
    const verdict = verdictOf([
      delta({ new: [finding('error')] }),
      delta({}, { label: 'types', failure: 'it crashed', files: 0 }),
    ]);
    expect(verdict).toMatchObject({ outcome: 'error', measures: {}, score: null });
    expect(verdict.reason).toBe('types did not do its work: it crashed');
    expect(verdict.checks[0]).toMatchObject({ id: 'types', outcome: 'error' });
  });

  it('is an error where there is no tool, or none that had a file', () => {
    expect(verdictOf([]).outcome).toBe('error');
    expect(verdictOf([delta({}, { files: 0 })])).toMatchObject({ outcome: 'error' });
  });

  it('says in each tool’s check how many files were analysed', () => {
    const { checks } = verdictOf([delta({}, { files: 12 })]);
    expect(checks[0]?.message).toBe('12 files analysed: 0 new, 0 fixed, 0 unchanged');
  });

  it('ranks by what tools count, as a difference', () => {
    const counted: ToolDelta = {
      before: analysis({ measures: { complexity: 10 } }),
      after: analysis({ measures: { complexity: 14, duplicated_lines: 3 } }),
      delta: { new: [], fixed: [], unchanged: [] },
    };
    expect(verdictOf([counted]).measures).toMatchObject({ complexity_added: 4, duplicated_lines_added: 3 });
  });
});
