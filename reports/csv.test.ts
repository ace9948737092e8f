import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../harness/domain/digest.ts';
import { toCsv } from './csv.ts';
import { testRecord } from './testing.ts';
import { renderTrialsCsv } from './trials-csv.ts';
import { renderVerdictsCsv } from './verdicts-csv.ts';

describe('toCsv', () => {
  it('quotes, defuses formulas, shows control characters, and keeps numbers', () => {
    const rows = [
      ['a,b', '"q"', 'two\nlines', ''],
      ['=1+1', '+1', '-1', '@x'],
      [-1, 0.25, true, null],
      ['\t=x', '\u001b[31m', '＝1', ' x '],
    ];
    expect(toCsv(['w', 'x', 'y', 'z'], rows)).toBe(
      [
        'w,x,y,z',
        '"a,b","""q""",two\\nlines,',
        "'=1+1,'+1,'-1,'@x",
        '-1,0.25,true,',
        "\\t=x,\\u{1b}[31m,'＝1, x ",
        '',
      ].join('\n'),
    );
  });

  it('gives a spreadsheet no formula and a parser the same cells, for any text', () => {
    const cell = fc.string({
      unit: fc.constantFrom(...'=+-@\t\r\n",;|\'a1 \u001b'.split('')),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1 }), (rows) => {
        const lines = toCsv(['a', 'b', 'c'], rows).split('\n');
        expect(lines).toHaveLength(rows.length + 2);
        for (const line of lines.slice(1, -1)) {
          const cells = cellsOf(line);
          expect(cells).toHaveLength(3);
          for (const text of cells) expect(text).not.toMatch(/^[=+\-@\t\r]/);
        }
      }),
    );
  });
});

/** RFC 4180, one line. */
function cellsOf(line: string): string[] {
  return [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,"]*)),/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  );
}

describe('trials.csv', () => {
  it('has one row per trial, retries and unfinished ones too', () => {
    const text = renderTrialsCsv(
      testRecord({
        tasks: {
          t: [
            { agent: 'b', lines: 3 },
            { agent: 'a', outcome: 'error', tree: null, retryable: true, reason: '=cmd()' },
            { agent: 'a', retry: 1, passed: 0, lines: 4 },
          ],
          open: [{ agent: 'a', pending: true }],
        },
      }),
    );
    const tree = (name: string) => sha256(`tree t ${name} 1`);
    expect(text.split('\n')).toEqual([
      'task,agent,attempt,retry,superseded,outcome,reason,candidate,files,added,deleted,lines,binary,ignored_files,exit_code,wall_sec,rank,eligible,winner,rank_reason,gate_proven',
      'open,a,1,0,false,unfinished,,,,,,,,,,,,,,,',
      "t,a,1,0,true,error,'=cmd(),,,,,,,0,0,2.5,,,,,true",
      `t,a,1,1,false,delivered,the patch applies,${tree('a')},1,4,0,4,0,0,0,2.5,2,false,false,refused: tests: 5 of 5 tests failed,true`,
      `t,b,1,0,false,delivered,the patch applies,${tree('b')},1,3,0,3,0,0,0,2.5,1,true,true,the only candidate that passed every gate,true`,
      '',
    ]);
  });
});

describe('verdicts.csv', () => {
  it('has one row per trial and scorer, and the measures as sorted columns', () => {
    const text = renderVerdictsCsv(
      testRecord({
        scorers: ['tests', 'spec'],
        tasks: {
          t: [
            { agent: 'a', tree: 'same', passed: 1, total: 2 },
            { agent: 'b', tree: 'same', passed: 1, total: 2 },
            { agent: 'c', tree: null },
          ],
        },
      }),
    );
    const tree = sha256('tree t same');
    const row = (agent: string, scorer: string, measures: string) =>
      `t,${agent},1,0,${tree},${scorer},1,fail,0.5,1 of 2 tests failed,2,false,1.5,true,${measures}`;
    expect(text.split('\n')).toEqual([
      'task,agent,attempt,retry,candidate,scorer,version,outcome,score,reason,checks,cached,wall_sec,gate_proven,spec.failed,spec.passed,spec.total,tests.failed,tests.passed,tests.total',
      row('a', 'spec', '1,1,2,,,'),
      row('a', 'tests', ',,,1,1,2'),
      row('b', 'spec', '1,1,2,,,'),
      row('b', 'tests', ',,,1,1,2'),
      '',
    ]);
  });

  it('has a header also when nothing was scored', () => {
    expect(renderVerdictsCsv(testRecord({ tasks: { t: [{ agent: 'a', pending: true }] } }))).toBe(
      'task,agent,attempt,retry,candidate,scorer,version,outcome,score,reason,checks,cached,wall_sec,gate_proven\n',
    );
  });
});
