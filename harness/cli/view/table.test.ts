import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { type TestRun, type TestTrial, testRecord } from '../../../reports/testing.ts';
import { plain } from './paint.ts';
import { summaryText } from './table.ts';

const show = (run: TestRun, columns: number) =>
  summaryText(testRecord(run), { columns, paint: plain }).split('\n');

const trials: TestTrial[] = [
  { agent: 'small', lines: 23, total: 41 },
  { agent: 'sprawling', lines: 118, total: 41 },
  { agent: 'edge', lines: 1, passed: 39, total: 41 },
  { agent: 'unmeasured', verdict: 'error', verdictReason: 'no test was executed' },
  { agent: 'late', tree: null, outcome: 'timeout', reason: 'killed after 600 s' },
];

describe('summaryText', () => {
  it('shows ranking, winner and reason on a wide terminal, the answer last', () => {
    const run = { tasks: { slugify: trials } };
    expect(show(run, 100)).toEqual([
      '✔ slugify: small wins',
      '  best of 2 that passed every gate: passed the same 41 tests; 23 lines against 118',
      '    1  small       pass     41/41   23 lines',
      '    2  sprawling   pass     41/41  118 lines  passed the same 41 tests; 118 lines against 23',
      '  (3)  edge        fail     39/41     1 line  refused: tests: 2 of 41 tests failed',
      '  (4)  unmeasured  error            10 lines  refused: tests: error: no test was executed; no tests…',
      '    –  late        timeout                    killed after 600 s',
      '',
      'The task has a winner · the gate is proven · finished: 5 of 5 trials',
      `decision ${testRecord(run).finished?.decisionDigest}`,
      '',
    ]);
  });

  it('says where a winner is named that the gate is not proven', () => {
    const gate = { proven: false, reason: 'no reference solution: the task has no solution/solve.sh' };
    const lines = show({ tasks: { slugify: trials }, gate }, 100);
    expect(lines[2]).toBe('  gate not proven: no reference solution: the task has no solution/solve.sh');
    expect(lines.at(-3)).toBe('The task has a winner · the gate is not proven · finished: 5 of 5 trials');
  });

  it('leaves out the reasons and cuts long names on a narrow one', () => {
    const long = { agent: 'vendor/a-model-with-a-very-long-name-2026-11-20', lines: 30, total: 41 };
    const lines = show({ tasks: { slugify: [...trials, long] } }, 50);
    expect(lines.slice(2, 5)).toEqual([
      '    1  small             pass     41/41   23 lines',
      '    2  vendor/a-model-…  pass     41/41   30 lines',
      '    3  sprawling         pass     41/41  118 lines',
    ]);
    for (const line of lines.filter((each) => !each.startsWith('decision')))
      expect(stringWidth(line)).toBeLessThanOrEqual(50);
  });

  it('shows the top of a long ranking and counts the rest', () => {
    const many = Array.from(
      { length: 31 },
      (_, index): TestTrial => ({
        agent: `agent-${String(index).padStart(2, '0')}`,
        passed: index < 25 ? 5 : 3,
        lines: 10 + 5 * index,
      }),
    );
    const lines = show({ tasks: { t: [...many, { agent: 'z', tree: null }] } }, 100);
    expect(lines[11]).toMatch(/^ +10 {2}agent-/);
    expect(lines[12]).toBe('  … 22 more: 15 pass, 6 fail, 1 no candidate');
  });

  it('numbers attempts, marks equal changes and sums up the agents of several tasks', () => {
    const lines = show(
      {
        attempts: 2,
        tasks: {
          b: [
            { agent: 'x', tree: 'same' },
            { agent: 'x', attempt: 2, tree: 'same' },
            { agent: 'y', passed: 0 },
          ],
          a: [{ agent: 'x', tree: null, outcome: 'error', reason: 'engine went away' }],
        },
      },
      100,
    );
    expect(lines).toEqual([
      '✖ a: no winner',
      '  no winner: 1 trial delivered no candidate',
      '  –  x #1  error  engine went away',
      '',
      '✔ b: x #1 wins, the same change by 1 more',
      '  the only candidate that passed every gate',
      '    1  x #1  pass  5/5  10 lines',
      '    1  x #2  pass  5/5  10 lines  the same change as x #1',
      '  (2)  y #1  fail  0/5  10 lines  refused: tests: 5 of 5 tests failed',
      '',
      '  agent  resolved  won  passed  failed  errors',
      '  x           1/2    1     2/3       0       1',
      '  y           0/2    0     0/1       1       0',
      '',
      '1 of 2 tasks has a winner · every gate is proven · finished: 4 of 4 trials',
      expect.stringMatching(/^decision sha256:/),
      '',
    ]);
  });

  it('lists many tasks, one line each, and then the agents', () => {
    const tasks = Object.fromEntries(
      Array.from({ length: 13 }, (_, index): [string, TestTrial[]] => [
        `task-${String(index).padStart(2, '0')}`,
        [
          { agent: 'x', passed: index === 3 ? 1 : 5 },
          { agent: 'y', passed: 4, lines: 2 },
        ],
      ]),
    );
    const lines = show({ tasks }, 100);
    expect(lines.slice(0, 4)).toEqual([
      '  ✔  task-00  x          1/2 pass  5/5 tests, 10 lines',
      '  ✔  task-01  x          1/2 pass  5/5 tests, 10 lines',
      '  ✔  task-02  x          1/2 pass  5/5 tests, 10 lines',
      '  ✖  task-03  no winner  0/2 pass  no winner: 2 candidates were refused by a gate',
    ]);
    expect(lines.slice(13, 18)).toEqual([
      '',
      '  agent  resolved  won  passed  failed  errors',
      '  x         12/13   12   12/13       1       0',
      '  y          0/13    0    0/13      13       0',
      '',
    ]);
  });

  it('says what is not decided and what could not be prepared', () => {
    const lines = show(
      {
        tasks: {
          a: [{ agent: 'x', pending: true }],
          b: [{ agent: 'x', tree: null, outcome: 'error', reason: 'the task could not be prepared' }],
        },
        failedTasks: { b: 'Dockerfile:3: no such image' },
        state: 'interrupted',
      },
      100,
    );
    expect(lines.slice(0, 4)).toEqual([
      '? a: not decided',
      '',
      '✖ b: no winner',
      '  could not be prepared: Dockerfile:3: no such image',
    ]);
    expect(lines.at(-2)).toBe(
      '0 of 2 tasks have a winner so far · the gate is proven · interrupted: 1 of 2 trials',
    );
  });

  it('shows hostile text harmlessly', () => {
    const hostile = '\u001b]0;x\u0007\u009b2J\u202e\u200b\n';
    const text = show(
      {
        tasks: {
          [`t${hostile}`]: [
            { agent: `a${hostile}`, passed: 0, verdictReason: hostile },
            { agent: 'b', tree: null, reason: hostile },
          ],
        },
        failedTasks: { [`t${hostile}`]: hostile },
      },
      100,
    ).join('');
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('t\\u{1b}]0;x\\u{7}\\u{9b}2J\\u{202e}\\u{200b}\\n');
  });
});
