import { describe, expect, it } from 'vitest';
import { type LogFile, readReports, reportFormat } from './detect.ts';

const file = (path: string, text: string): LogFile => ({ path, content: Buffer.from(text) });
const tap = (...lines: string[]) => `${lines.join('\n')}\n1..${lines.length}\n`;

describe('reportFormat', () => {
  it.each([
    ['ctrf.json', 'ctrf'],
    ['a/unit.CTRF.json', 'ctrf'],
    ['ctrf/ctrf-report.json', 'ctrf'],
    ['junit.xml', 'junit'],
    ['x/TEST-a.xml', 'junit'],
    ['out.tap', 'tap'],
    ['reward.json', null],
    ['reward-details.json', null],
    ['test-stdout.txt', null],
    ['xml', null],
    ['tap', null],
  ])('%s is %s', (path, format) => expect(reportFormat(path)).toBe(format));
});

describe('readReports', () => {
  it('finds none where there is none', () => {
    expect(readReports([])).toBeNull();
    expect(readReports([file('notes.txt', 'x'), file('reward.json', '{}')])).toBeNull();
  });

  it('leaves XML that is something else alone, and takes what cannot be told for a broken report', () => {
    const coverage = '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "x.dtd"><!-- a --><coverage/>';
    expect(readReports([file('coverage.xml', coverage)])).toBeNull();
    for (const text of ['', 'garbage', '<', '<!-- testsuite -->', '<testsuite>'])
      expect(readReports([file('a.xml', text)])).toMatchObject({ ok: false });
  });

  it('merges several, each test once with its worst result, in an order that the files do not decide', () => {
    const files = [
      file('b.tap', tap('ok 1 - x', 'ok 2 - y', 'ok 3 - z # SKIP')),
      file('a.xml', '<testsuite><testcase name="x"><failure/></testcase><testcase name="z"/></testsuite>'),
    ];
    const expected = {
      ok: true,
      results: [
        { id: 'x', outcome: 'fail' },
        { id: 'z', outcome: 'skipped', message: 'skipped' },
        { id: 'y', outcome: 'pass' },
      ],
    };
    expect(readReports(files)).toEqual(expected);
    expect(readReports(files.toReversed())).toEqual(expected);
  });

  it('is broken when one of them is', () => {
    expect(readReports([file('a.tap', tap('ok 1')), file('b.tap', 'ok 1\n')])).toEqual({
      ok: false,
      reason: 'b.tap: no plan',
    });
    expect(
      readReports([file('a.tap', tap('ok 1')), { path: 'ctrf.json', problem: 'it is a symbolic link' }]),
    ).toEqual({
      ok: false,
      reason: 'ctrf.json: it is a symbolic link',
    });
  });
});
