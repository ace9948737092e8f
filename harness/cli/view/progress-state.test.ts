import { describe, expect, it } from 'vitest';
import { type TestRun, testEvents, testJournal } from '../../../reports/testing.ts';
import type { RunEvent } from '../../domain/event.ts';
import { foldRun } from '../../domain/run-record.ts';
import { advance, type ProgressEvent, secondsLeft, startProgress, tally } from './progress-state.ts';

const run: TestRun = {
  scorers: ['spec', 'tests'],
  planned: 4,
  tasks: {
    t: [
      { agent: 'a', tree: 'same' },
      { agent: 'b', tree: 'same' },
      { agent: 'c', passed: 0 },
      { agent: 'd', tree: null },
    ],
  },
};

function split(spec: TestRun): [RunEvent, RunEvent[]] {
  const [started, ...rest] = testEvents(spec);
  if (started === undefined) throw new Error('no events');
  return [started, rest];
}

function begin(spec: TestRun, now = 0) {
  const [started, rest] = split(spec);
  const state = startProgress(now, foldRun(testJournal([started])));
  return { state, rest, feed: (event: ProgressEvent, at = now) => advance(state, event, at) };
}

describe('progress state', () => {
  it('counts trials, verdicts of distinct candidates, and how trials stand', () => {
    const { state, rest, feed } = begin(run);
    const seen = rest.map((event) => {
      feed(event);
      const { trials, verdicts, pass, fail, error, work } = tally(state);
      return [
        event.type,
        `${trials.done}/${trials.planned}`,
        `${verdicts.done}/${verdicts.known}`,
        `${pass} ${fail} ${error}`,
        `${work.done}/${work.all}`,
      ].join(' | ');
    });
    expect(seen).toEqual([
      'task.prepared | 0/4 | 0/0 | 0 0 0 | 0/12',
      'trial.started | 0/4 | 0/0 | 0 0 0 | 0/12',
      'trial.finished | 1/4 | 0/2 | 0 0 0 | 1/12',
      'verdict.recorded | 1/4 | 1/2 | 0 0 0 | 2/12',
      'verdict.recorded | 1/4 | 2/2 | 1 0 0 | 3/12',
      'trial.started | 1/4 | 2/2 | 1 0 0 | 3/12',
      'trial.finished | 2/4 | 2/2 | 2 0 0 | 6/12',
      'trial.started | 2/4 | 2/2 | 2 0 0 | 6/12',
      'trial.finished | 3/4 | 2/4 | 2 0 0 | 7/12',
      'verdict.recorded | 3/4 | 3/4 | 2 0 0 | 8/12',
      'verdict.recorded | 3/4 | 4/4 | 2 1 0 | 9/12',
      'trial.started | 3/4 | 4/4 | 2 1 0 | 9/12',
      'trial.finished | 4/4 | 4/4 | 2 2 0 | 12/12',
      'selection.decided | 4/4 | 4/4 | 2 2 0 | 12/12',
      'run.finished | 4/4 | 4/4 | 2 2 0 | 12/12',
    ]);
    expect(tally(state).tasks).toEqual({ decided: 1, won: 1, all: 1 });
  });

  it.each([
    ['error', { verdict: 'error' as const }, '0 0 1'],
    ['skipped', { verdict: 'skipped' as const }, '0 0 1'],
    ['an engine failure', { tree: null, outcome: 'error' as const }, '0 0 1'],
    ['a timeout without candidate', { tree: null, outcome: 'timeout' as const }, '0 1 0'],
    ['a timeout that passed', { outcome: 'timeout' as const }, '1 0 0'],
  ])('never counts %s as a pass', (_, trial, counts) => {
    const { state, rest, feed } = begin({ tasks: { t: [{ agent: 'a', ...trial }] } });
    for (const event of rest) feed(event);
    const { pass, fail, error } = tally(state);
    expect(`${pass} ${fail} ${error}`).toBe(counts);
  });

  it('goes on from what a journal holds', () => {
    const [started, rest] = split(run);
    const half = rest.slice(0, 7);
    const resumed = startProgress(100, foldRun(testJournal([started, ...half])));
    const { state: whole, feed } = begin(run, 100);
    for (const event of half) feed(event);
    expect(tally(resumed)).toEqual(tally(whole));
    expect(resumed.doneBefore).toBe(6);
    for (const event of rest.slice(7)) {
      advance(resumed, event, 200);
      feed(event, 200);
    }
    expect(tally(resumed)).toEqual(tally(whole));
    // An attempt that was in flight when the process died is not running now.
    expect(startProgress(0, foldRun(testJournal([started, ...rest.slice(0, 2)]))).running.size).toBe(0);
  });

  it('takes back what a retry does again', () => {
    const { state, rest, feed } = begin({
      tasks: {
        t: [
          { agent: 'a', outcome: 'error', tree: null, retryable: true },
          { agent: 'a', retry: 1 },
        ],
      },
    });
    const done = rest.map((event) => {
      feed(event);
      return `${event.type} ${tally(state).trials.done} ${tally(state).error}`;
    });
    expect(done).toEqual([
      'task.prepared 0 0',
      'trial.started 0 0',
      'trial.finished 1 1',
      'trial.started 0 0',
      'trial.finished 1 0',
      'verdict.recorded 1 0',
      'selection.decided 1 0',
      'run.finished 1 0',
    ]);
  });

  it('knows what runs, since when, and whose candidate is scored', () => {
    const { state, rest, feed } = begin({ tasks: { t: [{ agent: 'a' }] } });
    const [prepared, attempt, finished, verdict] = rest;
    if (!prepared || !attempt || !verdict || finished?.type !== 'trial.finished') throw new Error('events');
    const running = () =>
      [...state.running.values()].map(({ what, who, agents, since }) => [what, who, ...agents, since]);
    feed({ type: 'activity', phase: 'prepare', task: 't', state: 'begin' }, 1);
    expect(running()).toEqual([['image', '', 1]]);
    feed(prepared, 2);
    expect(running()).toEqual([]);
    feed(attempt, 3);
    expect(running()).toEqual([['attempt', 'a', 'a', 3]]);
    feed(finished, 4);
    expect(running()).toEqual([]);
    const tree = finished.result.candidate?.tree ?? '';
    const score = { type: 'activity', phase: 'score', task: 't', candidate: tree, scorer: 'tests' } as const;
    feed({ ...score, state: 'begin' }, 5);
    expect(running()).toEqual([['score', 'tests', 'a', 5]]);
    feed({ ...score, state: 'end' }, 6);
    expect(running()).toEqual([]);
    feed({ ...score, state: 'begin' }, 7);
    feed(verdict, 8);
    expect(running()).toEqual([]);
    feed({ ...score, state: 'begin' }, 9);
    expect(running()).toEqual([]);
  });

  it('forgets what runs when the run is interrupted', () => {
    const { state, feed } = begin({ tasks: { t: [{ agent: 'a' }] } });
    feed({ type: 'activity', phase: 'prepare', task: 't', state: 'begin' });
    feed({ type: 'run.interrupted', reason: 'SIGINT' });
    expect(state.running.size).toBe(0);
  });

  it('estimates from the pace of this process alone', () => {
    const [started, rest] = split(run);
    const state = startProgress(1000, foldRun(testJournal([started, ...rest.slice(0, 7)])));
    const left = (now: number) => secondsLeft(state, tally(state), now);
    expect(left(60_000)).toBeNull();
    for (const event of rest.slice(7, 11)) advance(state, event, 2000);
    // 3 units in 6 s, 3 of 12 units left.
    expect(left(7000)).toBeCloseTo(6);
    expect(left(3000)).toBeNull();
    for (const event of rest.slice(11)) advance(state, event, 8000);
    expect(left(9000)).toBe(0);
  });
});
