import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { jscpd } from './jscpd.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof jscpd.options>>[1];

const files = { 'src/a.ts': '', 'src/b.ts': '', 'src/c.py': '' };
const input = toolInput(jscpd, { files });

function steering(parts: Parts): unknown {
  const [entry] = jscpd.plan(toolInput(jscpd, parts)).entries;
  return JSON.parse(String(entry?.content));
}

const path = ['/app/src/a.ts', '/app/src/b.ts', '/app/src/c.py'];

describe('the plan of jscpd', () => {
  it.each<[string, Parts, object]>([
    ['nothing', { files }, { path }],
    ['options', { files, options: { minTokens: 30, minLines: 3 } }, { path, minTokens: 30, minLines: 3 }],
    [
      'the base’s file, as far as it says what a clone is',
      {
        files,
        base: {
          ...files,
          '.jscpd.json':
            '{"minTokens":70,"threshold":1,"reporters":["html"],"output":"x","path":["y"],"ignore":["**/*.py"]}',
        },
        options: { minLines: 3 },
      },
      { path, minTokens: 70, minLines: 3, ignore: ['**/*.py'] },
    ],
    [
      'the suite’s',
      { files, options: { config: 'c.json' }, suite: { 'c.json': '{"mode":"weak"}' } },
      { path, mode: 'weak' },
    ],
    [
      'ours where only the candidate has a file',
      { files: { ...files, '.jscpd.json': '{"minTokens":9}' }, base: files },
      { path },
    ],
  ])('is steered by %s', (_, parts, expected) => {
    expect(steering(parts)).toEqual(expected);
  });

  it('writes its report where the core reads it', () => {
    const { command, report } = jscpd.plan(input);
    expect(command).toContain('--output=/logs/static/jscpd');
    expect(command).toContain('--config=/opt/assay/static/jscpd/jscpd.json');
    expect(report).toBe('/logs/static/jscpd/jscpd-report.json');
  });

  it.each(['{"minTokens":"x"}', '// no JSON', ''])('refuses the configuration %j', (text) => {
    expect(() => steering({ files: { ...files, '.jscpd.json': text } })).toThrow(
      /configuration cannot be used/,
    );
  });
});

function fragment(name: string, from: number, to: number): object {
  return {
    name,
    start: from,
    end: to,
    startLoc: { line: from, column: 17 },
    endLoc: { line: to, column: 1 },
  };
}
const clone = { firstFile: fragment('/app/src/a.ts', 1, 16), secondFile: fragment('/app/src/b.ts', 2, 17) };
const shorter = { firstFile: fragment('/app/src/a.ts', 1, 9), secondFile: fragment('/app/src/a.ts', 40, 48) };
const total = { sources: 2, clones: 2, lines: 100, duplicatedLines: 25, percentage: 25 };

function output(duplicates: object[], changes: object = {}): ToolOutput {
  const report = JSON.stringify({ duplicates, statistics: { total: { ...total, ...changes } } });
  return { exitCode: 0, stdout: '', stderr: '', report };
}

describe('the report of jscpd', () => {
  it('becomes one note for each place, the longest of those that begin together', () => {
    const read = jscpd.parse(output([shorter, clone]), input);
    expect(read).toMatchObject({
      files: 2,
      excluded: 1,
      measures: { duplicated_lines: 25, duplicated_percent: 25 },
    });
    expect(read.findings.map(({ path, startLine, endLine }) => [path, startLine, endLine])).toEqual([
      ['src/a.ts', 1, 16],
      ['src/a.ts', 40, 48],
      ['src/b.ts', 2, 17],
    ]);
    // Whatever stands elsewhere and wherever this one moves, it is the same finding.
    expect(new Set(read.findings.map(({ rule, level, message }) => `${rule} ${level} ${message}`)).size).toBe(
      1,
    );
  });

  it('knows when all files are shorter than a clone', () => {
    expect(jscpd.parse(output([], { sources: 0, clones: 0 }), input)).toMatchObject({
      files: 0,
      excluded: 3,
    });
  });

  it.each<[string, ToolOutput, RegExp]>([
    [
      'a path that is gone',
      { exitCode: 1, stdout: '', stderr: 'Error: path does not exist: x', report: null },
      /code 1: Error: path/,
    ],
    ['no report', { ...output([]), report: null }, /no complete JSON/],
    ['clones left out', output([clone]), /does not hold all clones/],
    ['another report', output([{ firstFile: {} }]), /not what it should be/],
  ])('is a failure with %s', (_, broken, reason) => {
    expect(() => jscpd.parse(broken, input)).toThrow(ToolFailure);
    expect(() => jscpd.parse(broken, input)).toThrow(reason);
  });
});

it('is chosen for a base with a configuration', () => {
  expect(jscpd.suits?.(new Set(['.jscpd.json']))).toBe(true);
  expect(jscpd.suits?.(new Set(['a.ts']))).toBe(false);
});
