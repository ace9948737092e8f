import { describe, expect, it } from 'vitest';
import { renderMarkdown } from './markdown.ts';
import { type TestRun, testRecord } from './testing.ts';

const run: TestRun = {
  run: 'run-7',
  tasks: {
    slugify: [
      { agent: 'small', lines: 23, total: 41 },
      { agent: 'sprawling', lines: 118, total: 41 },
      { agent: 'edge', lines: 20, passed: 39, total: 41 },
      { agent: 'cheat', tree: null, reason: 'changes tests/a.py | which is protected' },
    ],
    'word-count': [{ agent: 'small', verdict: 'error', verdictReason: 'no test was executed' }],
  },
  notices: [{ task: 'slugify', text: 'asks for a public network and gets none' }],
};

describe('report.md', () => {
  it('gives the answer first', () => {
    const lines = renderMarkdown(testRecord(run)).split('\n');
    expect(lines.slice(0, 11)).toEqual([
      '# quickstart 1.0.0',
      '',
      '**1 of 2 tasks has a winner.** Run `run-7`, finished: 5 of 5 trials, 4 agents.',
      '',
      '## Winners',
      '',
      '| task | winner | passed | gate | why |',
      '| --- | --- | --: | --- | --- |',
      '| `slugify` | **`small`** | 2 of 4 | proven | best of 2 that passed every gate: passed the same 41 tests; 23 lines against 118 |',
      '| `word-count` | **none** | 0 of 1 | proven | no winner: 1 candidate was refused by a gate |',
      '',
    ]);
  });

  it('marks what was selected under a gate that is not proven, before anything else', () => {
    const gate = { proven: false, reason: 'the base unchanged passes every gate | <b>' };
    const text = renderMarkdown(testRecord({ ...run, gate }));
    expect(text.split('\n')[4]).toBe(
      '> **Selected under a gate that is not proven:** `slugify`, `word-count`. The controls came out wrong or are missing, so what passed there may be worth nothing. `slugify`: the base unchanged passes every gate \\| \\<b\\>.',
    );
    expect(text).toContain('| 2 of 4 | **not proven** | best');
  });

  it('ranks every trial with its numbers and its reason', () => {
    expect(renderMarkdown(testRecord(run))).toContain(
      [
        '### `slugify`: `small` wins',
        '',
        '| rank | agent | attempt | outcome | score | tests | lines | why |',
        '| --: | --- | --: | --- | --: | --: | --: | --- |',
        '| 1 | `small` | 1 | **pass** | 1 | 41/41 | 23 | best of 2 that passed every gate: passed the same 41 tests; 23 lines against 118 |',
        '| 2 | `sprawling` | 1 | **pass** | 1 | 41/41 | 118 | passed the same 41 tests; 118 lines against 23 |',
        '| (3) | `edge` | 1 | fail | 0.9512 | 39/41 | 20 | refused: tests: 2 of 41 tests failed |',
        '| – | `cheat` | 1 | no candidate (failed) | – | – | – | no candidate: changes tests/a.py \\| which is protected |',
      ].join('\n'),
    );
  });

  it('sums up the agents, the best first', () => {
    expect(renderMarkdown(testRecord(run))).toContain(
      [
        '| `small` | 1 of 2 | 1 | 1 of 2 | 0 | 1 |',
        '| `sprawling` | 1 of 2 | 0 | 1 of 1 | 0 | 0 |',
        '| `cheat` | 0 of 2 | 0 | 0 of 1 | 1 | 0 |',
        '| `edge` | 0 of 2 | 0 | 0 of 1 | 1 | 0 |',
      ].join('\n'),
    );
  });

  it('says how it was decided, what it is a function of, and how to write it again', () => {
    const record = testRecord(run);
    const text = renderMarkdown(record);
    expect(text).toContain('- `slugify`: asks for a public network and gets none');
    expect(text).toContain('3. diff.lines: lower is better; within 10 % of the best counts as equal to it');
    expect(text).toContain('5. the smaller digest of the candidate, so that the order is total');
    expect(text).toContain(`| decision | \`${record.finished?.decisionDigest}\` |`);
    expect(text).toContain(`| inputs | \`${record.started.inputsDigest}\` |`);
    expect(text).toContain(`| journal head | \`${record.head}\` |`);
    expect(text).toContain('`assay report run-7 --format md`');
    expect(text).toContain('| `slugify/cheat/1` | failed | changes tests/a.py \\| which is protected |');
  });

  it('shows the agents before many tasks', () => {
    const tasks = Object.fromEntries([1, 2, 3].map((n) => [`task-${n}`, [{ agent: 'a' }, { agent: 'b' }]]));
    const text = renderMarkdown(testRecord({ tasks }));
    expect(text.indexOf('## Agents')).toBeLessThan(text.indexOf('## Winners'));
  });

  it('says plainly that a run is unfinished', () => {
    const text = renderMarkdown(
      testRecord({
        tasks: { a: [{ agent: 'x' }, { agent: 'y', pending: true }], b: [{ agent: 'x', pending: true }] },
        planned: 20,
        state: 'interrupted',
      }),
    );
    expect(text).toContain('**0 of 2 tasks have a winner so far.** Run `run-1`, interrupted: 1 of 20 trials');
    expect(text).toContain('> **Interrupted.** What follows is what the journal holds so far');
    expect(text).toContain('| `a` | *not decided* | 0 of 0 | – | 2 trials begun |');
    expect(text).toContain('| `a/y/1` | not finished |  |');
    expect(text).toContain('| decision | `none: the run is not finished` |');
  });

  it('names who delivered the winning change too, retries, and every scorer', () => {
    const text = renderMarkdown(
      testRecord({
        scorers: ['spec', 'tests'],
        attempts: 2,
        tasks: {
          t: [
            { agent: 'a', tree: 'same' },
            { agent: 'b', tree: 'same', attempt: 2 },
            { agent: 'c', outcome: 'error', tree: null, retryable: true, reason: 'engine went away' },
            { agent: 'c', retry: 1, passed: 0 },
          ],
        },
      }),
    );
    expect(text).toContain('| `t` | **`a`** attempt 1, the same change by `b` | 2 of 3 |');
    expect(text).toContain('| `t/c/1` | error, tried again | engine went away |');
    expect(text).toContain('| lines | verdicts | why |');
    expect(text).toContain('| spec fail, tests fail |');
  });

  it('says why a task could not be prepared', () => {
    const failed = {
      agent: 'a',
      tree: null,
      outcome: 'error' as const,
      reason: 'the task could not be prepared',
    };
    const text = renderMarkdown(
      testRecord({ tasks: { t: [failed] }, failedTasks: { t: 'Dockerfile:3: no such image' } }),
    );
    expect(text).toContain('the task could not be prepared: Dockerfile:3: no such image');
  });

  it('has the same number of cells in every row of every table', () => {
    const hostile = '| a || b \\| c `|` \\\\|';
    const text = renderMarkdown(
      testRecord({
        tasks: {
          [hostile]: [
            { agent: hostile, verdictReason: hostile, passed: 0 },
            { agent: 'x', tree: null, reason: hostile },
          ],
        },
      }),
    );
    let cells = 0;
    for (const line of text.split('\n')) {
      if (!line.startsWith('|')) cells = 0;
      else {
        // Every pipe of ours has a space before it, and every other one a backslash.
        const own = line.match(/(?<!\\)\|/g)?.length ?? 0;
        if (cells > 0) expect([line, own]).toEqual([line, cells]);
        cells = own;
      }
    }
    expect.hasAssertions();
  });
});
