import { describe, expect, it } from 'vitest';
import { byMerit } from './agents.ts';
import { viewOf } from './model.ts';
import { rankWord, scoreOf, standingOf, testsOf } from './standing.ts';
import { testEvents, testJournal, testRecord } from './testing.ts';
import {
  count,
  criterionInWords,
  duration,
  gatesInWords,
  stateLine,
  verdictLine,
  winnerOf,
} from './words.ts';

describe('viewOf', () => {
  it('sorts tasks by id, trials by agent, attempt and retry, in code-unit order', () => {
    const view = viewOf(
      testRecord({
        attempts: 2,
        tasks: {
          b: [{ agent: 'ä' }, { agent: 'z' }],
          B: [{ agent: 'x', attempt: 2 }, { agent: 'x' }, { agent: 'X' }],
          a10: [{ agent: 'x' }],
          a9: [{ agent: 'x' }],
        },
      }),
    );
    expect(view.tasks.map((task) => task.id)).toEqual(['B', 'a10', 'a9', 'b']);
    expect(view.tasks[0]?.trials.map(({ trial }) => trial.id)).toEqual(['B/X/1', 'B/x/1', 'B/x/2']);
    expect(view.tasks[3]?.trials.map(({ trial }) => trial.agent)).toEqual(['z', 'ä']);
    expect(view.agents.map((agent) => agent.name)).toEqual(['X', 'x', 'z', 'ä']);
  });

  it('counts a retried trial once and marks what the retry replaced', () => {
    const view = viewOf(
      testRecord({
        tasks: {
          t: [
            { agent: 'a', retryable: true, outcome: 'error', tree: null },
            { agent: 'a', retry: 1 },
          ],
        },
      }),
    );
    expect(view.trials).toEqual({ planned: 1, done: 1 });
    expect(view.tasks[0]?.trials.map(({ superseded }) => superseded)).toEqual([true, false]);
    expect(view.tasks[0]?.ranking.map(({ row }) => row.trial)).toEqual(['t/a/1~1']);
  });

  it('shows an undecided task and a trial that never ended', () => {
    const view = viewOf(testRecord({ tasks: { t: [{ agent: 'a' }, { agent: 'b', pending: true }] } }));
    expect(view.trials).toEqual({ planned: 2, done: 1 });
    expect(view.tasks[0]).toMatchObject({ selection: null, ranking: [] });
    expect(view.tasks[0]?.trials[1]).toMatchObject({ result: null, row: null, verdicts: [] });
  });
});

describe('agents', () => {
  const view = viewOf(
    testRecord({
      attempts: 2,
      tasks: {
        one: [
          { agent: 'small', lines: 5 },
          { agent: 'small', attempt: 2, passed: 1 },
          { agent: 'big', lines: 50 },
          { agent: 'gone', tree: null },
        ],
        two: [
          { agent: 'small', tree: 'same', lines: 5 },
          { agent: 'big', tree: 'same', lines: 5 },
          { agent: 'gone', tree: null, outcome: 'error' },
        ],
        three: [
          { agent: 'small', passed: 0 },
          { agent: 'big', verdict: 'error' },
          { agent: 'gone', verdict: 'skipped' },
        ],
      },
    }),
  );

  it('counts resolved tasks, shared wins, and trials by how they stand', () => {
    expect(view.agents).toEqual([
      {
        name: 'big',
        adapter: 'patch',
        tasks: 3,
        resolved: 2,
        wins: 1,
        trials: { total: 3, passed: 2, failed: 0, errors: 1 },
      },
      {
        name: 'gone',
        adapter: 'patch',
        tasks: 3,
        resolved: 0,
        wins: 0,
        trials: { total: 3, passed: 0, failed: 1, errors: 2 },
      },
      {
        name: 'small',
        adapter: 'patch',
        tasks: 3,
        resolved: 2,
        wins: 2,
        trials: { total: 4, passed: 2, failed: 2, errors: 0 },
      },
    ]);
  });

  it('puts the best first for people', () => {
    expect(byMerit(view.agents).map((agent) => agent.name)).toEqual(['small', 'big', 'gone']);
  });

  it('names the winner and who delivered the same', () => {
    const [one, three, two] = view.tasks;
    expect(one && winnerOf(one)).toEqual({ agent: 'small', attempt: 1, sharedBy: [] });
    expect(two && winnerOf(two)).toEqual({ agent: 'big', attempt: 1, sharedBy: ['small'] });
    expect(three && winnerOf(three)).toBeNull();
  });
});

describe('standing', () => {
  const verdict = (scorer: string, outcome: 'pass' | 'fail' | 'error' | 'skipped') => ({
    scorer,
    outcome,
    score: null,
  });
  it.each([
    ['all gates passed', true, [verdict('tests', 'pass')], 'pass'],
    ['a gate failed', false, [verdict('tests', 'fail')], 'fail'],
    ['a gate could not be measured', false, [verdict('tests', 'error')], 'error'],
    ['a gate was skipped', false, [verdict('tests', 'skipped')], 'skipped'],
    ['no gate answered', false, [], 'error'],
    ['only what is no gate failed', false, [verdict('tests', 'error'), verdict('style', 'fail')], 'error'],
  ] as const)('is right when %s', (_, eligible, verdicts, standing) => {
    const row = { eligible, candidate: `sha256:${'a'.repeat(64)}`, verdicts: [...verdicts] };
    expect(standingOf(row, null, ['tests'])).toBe(standing);
  });

  it('tells a failure of the machinery from an agent that delivered nothing', () => {
    const row = { eligible: false, candidate: null, verdicts: [] };
    const record = testRecord({
      tasks: {
        t: [
          { agent: 'a', tree: null, outcome: 'error' },
          { agent: 'b', tree: null, outcome: 'timeout' },
        ],
      },
    });
    expect(standingOf(row, record.trials.get('t/a/1')?.result ?? null, [])).toBe('error');
    expect(standingOf(row, record.trials.get('t/b/1')?.result ?? null, [])).toBe('none');
    expect(standingOf(row, null, [])).toBe('error');
  });

  it('takes tests from the test scorer alone', () => {
    const record = testRecord({
      scorers: ['style', 'tests'],
      tasks: { t: [{ agent: 'a', passed: 3, total: 4 }] },
    });
    expect(testsOf([...record.verdicts.values()])).toEqual({ passed: 3, total: 4 });
    expect(testsOf([])).toBeNull();
    expect(scoreOf({ verdicts: [{ scorer: 'style', outcome: 'pass', score: 0.5 }] })).toBe(0.5);
    expect(scoreOf({ verdicts: [] })).toBeNull();
  });

  it('puts the rank of who cannot win in brackets', () => {
    expect(rankWord({ rank: 2, eligible: true })).toBe('2');
    expect(rankWord({ rank: 2, eligible: false })).toBe('(2)');
    expect(rankWord({ rank: null, eligible: false })).toBe('–');
  });
});

describe('words', () => {
  it.each([
    [0, '0.0 s'],
    [0.04, '0.0 s'],
    [9.94, '9.9 s'],
    [9.95, '10 s'],
    [59.4, '59 s'],
    [59.6, '1 min 0 s'],
    [200, '3 min 20 s'],
    [3599.6, '1 h 0 min'],
    [3900, '1 h 5 min'],
    [7199, '2 h 0 min'],
  ])('says %d seconds as %s', (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it('says policies', () => {
    expect(gatesInWords({ gates: ['tests', 'spec'], require_proven: false, order: [] })).toMatch(
      /^a candidate must pass tests and spec to win/,
    );
    expect(gatesInWords({ gates: [], require_proven: false, order: [] })).toBe(
      'no gate: every candidate can win',
    );
    expect(criterionInWords({ measure: 'diff.lines', better: 'lower', tolerance: 0.07 })).toBe(
      'diff.lines: lower is better; within 7 % of the best counts as equal to it',
    );
    expect(criterionInWords({ measure: 'a.b', better: 'higher', tolerance: { absolute: 2 } })).toBe(
      'a.b: higher is better; within 2 of the best counts as equal to it',
    );
    expect(criterionInWords({ measure: 'a.b', better: 'higher', tolerance: 0 })).toBe(
      'a.b: higher is better',
    );
  });

  it.each([
    ['finished', 'the task has a winner', 'finished: 1 of 1 trial'],
    ['interrupted', 'the task has a winner so far', 'interrupted: 1 of 1 trial'],
    ['open', 'the task has a winner so far', 'unfinished: 1 of 1 trial'],
  ] as const)('says that a run is %s', (state, verdict, words) => {
    const view = viewOf(testRecord({ state, tasks: { t: [{ agent: 'a' }] } }));
    expect([verdictLine(view), stateLine(view)]).toEqual([verdict, words]);
    expect(count(2, 'trial')).toBe('2 trials');
  });

  it('says how many tasks have a winner', () => {
    const tasks = { a: [{ agent: 'x' }], b: [{ agent: 'x', passed: 0 }] };
    expect(verdictLine(viewOf(testRecord({ tasks })))).toBe('1 of 2 tasks has a winner');
  });
});

describe('the test factory', () => {
  it('makes a chained journal', () => {
    const journal = testJournal(testEvents({ tasks: { t: [{ agent: 'a' }] } }));
    expect(journal.length).toBeGreaterThan(4);
    for (const [index, entry] of journal.entries()) {
      expect(entry.seq).toBe(index);
      expect(entry.prev).toBe(journal[index - 1]?.hash ?? `sha256:${'0'.repeat(64)}`);
    }
  });
});
