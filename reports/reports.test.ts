import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { digestOf, sha256 } from '../harness/domain/digest.ts';
import type { JournalEntry } from '../harness/domain/event.ts';
import { foldRun } from '../harness/domain/run-record.ts';
import { reports } from './index.ts';
import { type TestRun, testEvents, testJournal, testRecord } from './testing.ts';

const run: TestRun = {
  scorers: ['spec', 'tests'],
  tasks: {
    ingest: [
      { agent: 'İstanbul', lines: 1200, passed: 3 },
      { agent: 'ılk', lines: 3 },
      { agent: 'a', tree: null },
    ],
    Zeta: [
      { agent: 'a', lines: 10 },
      { agent: 'b', tree: 'x' },
    ],
    äther: [{ agent: 'a' }, { agent: 'b', tree: 'x', verdict: 'error' }],
  },
};

const render = (record: ReturnType<typeof foldRun>) =>
  Object.fromEntries(reports.map((report) => [report.name, report.render(record)]));

describe('every report', () => {
  it('has a name and a file of its own', () => {
    expect(reports.map(({ name, file }) => `${name} ${file}`)).toEqual([
      'md report.md',
      'json report.json',
      'trials trials.csv',
      'verdicts verdicts.csv',
      'requirements requirements.csv',
      'junit junit.xml',
    ]);
  });

  it('ends with one newline and is not empty', () => {
    for (const [name, text] of Object.entries(render(testRecord(run)))) {
      expect([name, text.length > 100, /[^\n]\n$/.test(text)]).toEqual([name, true, true]);
    }
  });

  it('does not depend on the order in which fields were written', () => {
    const journal = testJournal(testEvents(run));
    expect(render(foldRun(journal.map((entry) => reversed(entry) as JournalEntry)))).toEqual(
      render(foldRun(journal)),
    );
  });

  it('does not depend on the order in which work was done', () => {
    const [started, ...rest] = testEvents(run);
    if (started === undefined) throw new Error('no events');
    const rank = (type: string) =>
      ['task', 'trial.s', 'trial.f', 'verdict', 'selection', 'run'].findIndex((prefix) =>
        type.startsWith(prefix),
      );
    const inOrder = [...rest].sort((a, b) => rank(a.type) - rank(b.type));
    const shuffled = [...rest]
      .sort((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1))
      .sort((a, b) => rank(a.type) - rank(b.type));
    expect(shuffled).not.toEqual(inOrder);
    // The head names the journal itself, so it is the one thing that may differ.
    const head = sha256('head');
    expect(render({ ...foldRun(testJournal([started, ...shuffled])), head })).toEqual(
      render({ ...foldRun(testJournal([started, ...inOrder])), head }),
    );
  });

  it('does not depend on locale, time zone or folder', async () => {
    const script = `
      import { reports } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      import { testRecord } from ${JSON.stringify(new URL('./testing.ts', import.meta.url).href)};
      const record = testRecord(${JSON.stringify(run)});
      process.stdout.write(JSON.stringify(Object.fromEntries(reports.map((r) => [r.name, r.render(record)]))));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      {
        cwd: '/',
        env: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
      },
    );
    expect(JSON.parse(stdout)).toEqual(render(testRecord(run)));
  });

  it('makes hostile text harmless wherever it comes from', () => {
    const esc = '\u001b]0;owned\u0007\u009b2J\u202e\u2066\u200b\u2028\r\n=1+1|<script>![x](http://evil/)';
    const texts = render(
      testRecord({
        tasks: {
          [`=task${esc}`]: [
            {
              agent: `@agent${esc}`,
              passed: 0,
              verdictReason: esc,
              checks: [{ id: esc, outcome: 'fail', message: esc }],
            },
            { agent: `-b${esc}`, tree: null, reason: esc },
            { agent: 'twin', tree: 'x', outcome: 'timeout', reason: esc },
          ],
          failed: [{ agent: 'c', tree: null, reason: esc }],
        },
        failedTasks: { failed: esc },
        notices: [{ task: null, text: esc }],
      }),
    );
    for (const [name, text] of Object.entries(texts)) {
      const shown = text.replaceAll('\n', '');
      expect([name, shown.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)?.[0]]).toEqual([name, undefined]);
      expect(name).not.toBe('');
    }
    expect(texts.md).not.toMatch(/(?<!\\)(?:\\\\)*<|!\[|http:/);
    expect(XMLValidator.validate(texts.junit ?? '')).toBe(true);
    expect(texts.junit).not.toContain('<script>');
    expect(JSON.parse(texts.json ?? '').notices).toEqual([{ task: null, text: esc }]);
    for (const line of [texts.trials, texts.verdicts].join('').split('\n').filter(Boolean))
      expect(line).toMatch(/^("?'=task|failed,|task,)/);
  });
});

/** The same value with the fields of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
