import { execFile } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type TestRun, type TestTrial, testEvents, testJournal } from '../../../reports/testing.ts';
import { foldRun } from '../../domain/run-record.ts';
import { plain } from './paint.ts';
import { createProgress } from './progress.ts';
import { liveLines } from './progress-lines.ts';
import { advance, startProgress } from './progress-state.ts';

const hide = '\u001b[?25l';
const reveal = '\u001b[?25h';

const small: TestRun = {
  tasks: {
    t: [
      { agent: 'a', lines: 7, tree: 'same' },
      { agent: 'b', lines: 7, tree: 'same' },
      { agent: 'c', passed: 3 },
      { agent: 'd', tree: null, outcome: 'timeout', reason: 'killed after 600 s' },
    ],
    u: [{ agent: 'a', verdict: 'error', verdictReason: 'no test was executed' }],
  },
  notices: [{ task: 't', text: 'asks for a network' }],
};

function watch(run: TestRun, isTTY: boolean, already = 1) {
  const chunks: string[] = [];
  const stream = Object.assign(new PassThrough(), { columns: 80, isTTY });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const events = testEvents(run);
  const clock = { now: 0 };
  const progress = createProgress({
    stream,
    isTTY,
    columns: 80,
    now: () => clock.now,
    record: foldRun(testJournal(events.slice(0, already))),
  });
  return { progress, stream, clock, rest: events.slice(already), text: () => chunks.join('') };
}

describe('progress in a log', () => {
  it('says one plain line per finished trial, verdict and selection', () => {
    const { progress, rest, text } = watch(small, false);
    for (const event of rest) progress.on(event);
    progress.stop();
    expect(text().split('\n')).toEqual([
      'run run-1: 2 tasks, 4 agents, 5 trials',
      'note: t: asks for a network',
      't: image ready (built from Debian packages)',
      'u: image ready (built from Debian packages)',
      '[1/5] t: a: delivered in 2.5 s, 7 lines',
      't: a: tests pass: passed 5 tests',
      '[2/5] t: b: delivered in 2.5 s, 7 lines, the same change as a',
      '[3/5] t: c: delivered in 2.5 s, 10 lines',
      't: c: tests fail: 2 of 5 tests failed',
      '[4/5] t: d: timeout in 2.5 s: killed after 600 s',
      '[5/5] u: a: delivered in 2.5 s, 10 lines',
      'u: a: tests error: no test was executed',
      't: winner a: the only candidate that passed every gate',
      'u: no winner: 1 candidate was refused by a gate',
      '',
    ]);
  });

  it('begins a resumed run with what is done', () => {
    const { progress, rest, text } = watch(small, false, 7);
    for (const event of rest) progress.on(event);
    progress.stop();
    expect(text().split('\n').slice(0, 4)).toEqual([
      'run run-1: 2 tasks, 4 agents, 5 trials',
      'note: t: asks for a network',
      'resumed: 1/5 trials · 1/1 verdicts · 1 pass, 0 fail, 0 errors · 0/2 tasks decided',
      '[2/5] t: b: delivered in 2.5 s, 7 lines, the same change as a',
    ]);
  });

  it('says totals now and then for a large run, and each selection', () => {
    const trials = Array.from({ length: 201 }, (_, index): TestTrial => ({ agent: `a${index}` }));
    const { progress, clock, rest, text } = watch({ tasks: { t: trials } }, false);
    for (const event of rest) {
      clock.now += 10;
      progress.on(event);
    }
    progress.stop();
    const lines = text().trimEnd().split('\n');
    // 603 events of trials, 10 ms each, and a line at most every 2 s.
    expect(lines.filter((line) => line.includes('trials ·'))).toHaveLength(5);
    expect(lines.at(-2)).toMatch(/^t: winner a/);
    expect(lines.at(-1)).toBe(
      '201/201 trials · 201/201 verdicts · 201 pass, 0 fail, 0 errors · 1/1 tasks decided',
    );
    expect(lines).toHaveLength(1 + 1 + 5 + 1);
  });

  it('bounds the notices', () => {
    const { progress, text } = watch(small, false);
    for (let index = 0; index < 100; index += 1)
      progress.on({ type: 'notice', task: null, text: `n${index}` });
    progress.stop();
    expect(text().match(/^note: n/gm)).toHaveLength(20);
  });

  it('writes no control character, whatever the names', () => {
    const hostile = '\u001b[2J\u009b\u202e\n';
    const { progress, rest, text } = watch(
      {
        run: `r${hostile}`,
        tasks: {
          [`t${hostile}`]: [
            { agent: `a${hostile}`, verdictReason: hostile, passed: 0 },
            { agent: 'b', tree: null, reason: hostile },
          ],
          [`u${hostile}`]: [{ agent: `a${hostile}` }],
        },
        failedTasks: { [`u${hostile}`]: hostile },
        notices: [{ task: hostile, text: hostile }],
        state: 'interrupted',
      },
      false,
    );
    for (const event of rest) progress.on(event);
    expect(text().replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text().split('\n')).toHaveLength(1 + 1 + 2 + 3 + 2 + 2 + 1 + 1);
  });
});

describe('progress on a terminal', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubEnv('NO_COLOR', '1');
    vi.stubEnv('FORCE_COLOR', undefined);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it('draws totals and what runs', () => {
    const events = testEvents(small);
    const state = startProgress(0, foldRun(testJournal(events.slice(0, 1))));
    for (const event of events.slice(1, 9)) advance(state, event, 0);
    advance(state, { type: 'activity', phase: 'prepare', task: 'u', state: 'begin' }, 2000);
    expect(liveLines(state, 65_000, 79, plain)).toEqual([
      '████████░░░░░░░░░░░░ 40 % 2/5 trials · 1/1 verdicts · about 1 min 38 s left',
      '  2 pass  0 fail  0 errors  0 of 2 tasks decided',
      '  u  making the image  1 min 3 s',
    ]);
    advance(
      state,
      { type: 'trial.started', trial: { id: 'x', task: 't', agent: 'c', attempt: 1, retry: 0 } },
      64_000,
    );
    expect(liveLines(state, 65_000, 79, plain).at(-1)).toBe('  t  c  attempt                 1 s');
  });

  it('shows a bounded number of things that run, the oldest first', () => {
    const state = startProgress(0, foldRun(testJournal(testEvents(small).slice(0, 1))));
    for (let index = 0; index < 12; index += 1)
      advance(state, { type: 'activity', phase: 'prepare', task: `t${index}`, state: 'begin' }, index);
    const lines = liveLines(state, 1000, 79, plain);
    expect(lines).toHaveLength(2 + 8 + 1);
    expect(lines[2]).toContain('t0 ');
    expect(lines.at(-1)).toBe('  … 4 more');
  });

  it('keeps every line within the width', () => {
    const events = testEvents(small);
    for (const width of [20, 30, 40, 79]) {
      const state = startProgress(0, foldRun(testJournal(events.slice(0, 1))));
      for (const event of events.slice(1)) {
        advance(state, event, 0);
        for (const line of liveLines(state, 99_000, width, plain).slice(0, 1))
          expect(line.length).toBeLessThanOrEqual(Math.max(width, 30));
      }
    }
  });

  it('redraws at most ten times a second', () => {
    const { progress, clock, stream } = watch(small, true);
    const write = vi.spyOn(stream, 'write');
    for (let ms = 0; ms < 1000; ms += 1) {
      clock.now += 1;
      vi.advanceTimersByTime(1);
      progress.on({ type: 'activity', phase: 'prepare', task: `t${ms}`, state: 'begin' });
    }
    expect(write.mock.calls.length).toBeGreaterThanOrEqual(9);
    expect(write.mock.calls.length).toBeLessThanOrEqual(11);
    progress.stop();
  });

  it('hides the cursor, and gives it back once, with the region gone', () => {
    const { progress, rest, clock, text } = watch(small, true);
    expect(text().startsWith(hide)).toBe(true);
    for (const event of rest) {
      clock.now += 200;
      progress.on(event);
    }
    progress.stop();
    progress.stop();
    expect(text().endsWith(reveal)).toBe(true);
    expect(text().split(reveal)).toHaveLength(2);
    const shown = stripVTControlCharacters(text());
    expect(shown).toContain('note: t: asks for a network');
    expect(shown).toContain('5/5 trials · 3/3 verdicts');
    const after = text().length;
    progress.on({ type: 'notice', task: null, text: 'too late' });
    vi.advanceTimersByTime(5000);
    expect(text()).toHaveLength(after);
  });

  it('does not end the run when the terminal is gone', () => {
    const { progress, rest, stream } = watch(small, true);
    stream.emit('error', new Error('write EPIPE'));
    expect(() => {
      for (const event of rest) progress.on(event);
      progress.stop();
    }).not.toThrow();
  });

  it('leaves no listener behind', () => {
    const before = process.listenerCount('exit');
    const { progress } = watch(small, true);
    expect(process.listenerCount('exit')).toBe(before + 1);
    progress.stop();
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('a process that dies of an exception', () => {
  it('gives the cursor back', async () => {
    const script = `
      import { createProgress } from ${JSON.stringify(new URL('./progress.ts', import.meta.url).href)};
      import { testEvents, testJournal } from ${JSON.stringify(new URL('../../../reports/testing.ts', import.meta.url).href)};
      import { foldRun } from ${JSON.stringify(new URL('../../domain/run-record.ts', import.meta.url).href)};
      const record = foldRun(testJournal(testEvents({ tasks: { t: [{ agent: 'a' }] } }).slice(0, 1)));
      createProgress({ stream: process.stderr, isTTY: true, columns: 80, now: () => 0, record });
      throw new Error('boom');`;
    const stderr = await new Promise<string>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '--eval', script], (_error, _stdout, text) =>
        resolve(text),
      );
    });
    expect(stderr).toContain('boom');
    expect(stderr).toContain(hide);
    expect(stderr.lastIndexOf(reveal)).toBeGreaterThan(stderr.lastIndexOf(hide));
  });
});
