import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { ruff } from './ruff.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof ruff.options>>[1];

const files = { 'a.py': '', 'sub/b.py': '' };
const planned = (parts: Parts) => ruff.plan(toolInput(ruff, parts));

describe('the plan of ruff', () => {
  it('names each file so that none is an option, and fixes nothing', () => {
    const { command, report } = planned({ files: { ...files, '-c.py': '', '@d.py': '', 'e.txt': '' } });
    expect(command[0]).toBe('/opt/assay/tools/ruff/bin/ruff');
    expect(command).toEqual(
      expect.arrayContaining(['--ignore-noqa', '--no-cache', '--no-fix', '--no-fix-only']),
    );
    expect(command.slice(-5)).toEqual(['--', './-c.py', './@d.py', 'a.py', 'sub/b.py']);
    expect(report).toBeNull();
  });

  const own = '--config=/opt/assay/static/ruff/ruff.toml';
  it.each<[string, Parts, string[]]>([
    ['ours', { files }, [own]],
    [
      'the suite’s',
      { files, base: { 'ruff.toml': '[' }, options: { config: 'r.toml' }, suite: { 'r.toml': 'x' } },
      [own],
    ],
    ['the base’s', { files, base: { 'ruff.toml': '' } }, ['--config=exclude=[]']],
    [
      'the base’s, with what it excludes',
      { files, base: { 'ruff.toml': '', 'sub/.ruff.toml': 'exclude = ["a"]' } },
      [],
    ],
    [
      'a section of the base’s',
      { files, base: { 'pyproject.toml': '[tool.ruff.lint]' } },
      ['--config=exclude=[]'],
    ],
    [
      'ours where a manifest does not speak of it',
      { files, base: { 'pyproject.toml': '[project]\nname = "x"' } },
      [own],
    ],
    ['ours where only the candidate has one', { files: { ...files, 'ruff.toml': '' }, base: files }, [own]],
    ['ours if so asked', { files, base: { 'ruff.toml': '' }, options: { use: 'default' } }, [own]],
  ])('is steered by %s', (_, parts, expected) => {
    expect(planned(parts).command.filter((each) => each.startsWith('--config'))).toEqual(expected);
  });

  it.each<[string, Parts, RegExp]>([
    ['a base that is no TOML', { files, base: { 'ruff.toml': '[' } }, /ruff\.toml is not valid TOML/],
    ['a suite without the file', { files, options: { config: 'r.toml' } }, /no file r\.toml/],
    [
      'a base that extends what is not held',
      { files, base: { 'ruff.toml': '', 'sub/ruff.toml': 'extend = "../lint.toml"', 'lint.toml': '' } },
      /extends lint\.toml, which a candidate may change/,
    ],
  ])('fails for %s', (_, parts, reason) => {
    expect(() => planned(parts)).toThrow(ToolFailure);
    expect(() => planned(parts)).toThrow(reason);
  });

  it('lets a base extend what is held', () => {
    const base = {
      'ruff.toml': 'extend = "lint.toml"',
      'lint.toml': '',
      'sub/ruff.toml': 'extend = "../ruff.toml"',
    };
    expect(planned({ files, base, options: { configuration: ['lint.toml'] } }).entries).toEqual([]);
  });
});

const place = (row: number, column: number) => ({ row, column });
const unused = {
  cell: null,
  code: 'F401',
  end_location: place(1, 10),
  filename: '/app/a.py',
  fix: null,
  location: place(1, 8),
  message: '`os` imported but unused',
  name: 'unused-import',
  noqa_row: 1,
  severity: 'error',
  url: 'https://docs.astral.sh/ruff/rules/unused-import',
};
const checked = (...paths: string[]) =>
  paths.map((path) => `[2026-01-01][00:00:00][ruff::diagnostics][DEBUG] Checking: /app/${path}\n`).join('');

function parse(diagnostics: unknown, output: Partial<ToolOutput> = {}, options = {}) {
  const stdout = typeof diagnostics === 'string' ? diagnostics : JSON.stringify(diagnostics);
  const stderr = checked('a.py', 'sub/b.py');
  return ruff.parse(
    { exitCode: 1, stdout, stderr, report: null, ...output },
    toolInput(ruff, { files, options }),
  );
}

describe('the report of ruff', () => {
  it('has findings, files and rules', () => {
    const { findings, files: count, excluded, rules } = parse([unused]);
    expect(findings).toEqual([
      {
        tool: 'ruff',
        rule: 'F401',
        level: 'warning',
        message: '`os` imported but unused',
        path: 'a.py',
        startLine: 1,
        startColumn: 8,
        endLine: 1,
        endColumn: 10,
        security: null,
      },
    ]);
    expect([count, excluded]).toEqual([2, 0]);
    expect(rules.get('F401')).toEqual({ name: 'unused-import', helpUri: unused.url });
  });

  it.each([
    ['F821', 'error'],
    ['PLE0101', 'error'],
    ['S602', 'error'],
    ['S101', 'warning'],
    ['E501', 'warning'],
    ['E902', 'error'],
    ['invalid-syntax', 'error'],
    [null, 'error'],
  ])('has %s as %s', (code, level) => {
    expect(parse([{ ...unused, code }]).findings[0]?.level).toBe(level);
  });

  it('has the levels of the options', () => {
    expect(parse([unused], {}, { errors: ['F4'] }).findings[0]?.level).toBe('error');
    expect(ruff.options.safeParse({ errors: ['nonsense '] }).success).toBe(false);
  });

  it('counts what was left out, and not what could not be read', () => {
    expect(parse([], { exitCode: 0, stderr: checked('a.py') })).toMatchObject({ files: 1, excluded: 1 });
    const none = 'warning: No Python files found under the given path(s)\n';
    expect(parse([], { exitCode: 0, stderr: none })).toMatchObject({ files: 0, excluded: 2 });
    expect(parse([{ ...unused, code: 'E902' }])).toMatchObject({ files: 1, excluded: 0 });
    expect(parse([], { stderr: checked('a.py', 'other.py', 'a.py') })).toMatchObject({ files: 1 });
  });

  it.each<[string, unknown, Partial<ToolOutput>, RegExp]>([
    [
      'another exit code',
      [],
      { exitCode: 2, stderr: 'ruff failed\n  Cause: Unknown rule' },
      /code 2: ruff failed Cause/,
    ],
    ['a signal', [], { exitCode: 139, stderr: '' }, /exit code 139/],
    ['no report', '', {}, /no complete JSON/],
    ['half a report', '[{"code": "F4', {}, /no complete JSON/],
    ['another report', [{ code: 1 }], {}, /0\.code/],
    ['no word of what was looked at', [], { exitCode: 0, stderr: '' }, /none of 2 files/],
    ['a crash of its own', [{ ...unused, code: 'panic', message: 'Panicked at' }], {}, /crashed: Panicked/],
  ])('fails on %s', (_, diagnostics, output, reason) => {
    expect(() => parse(diagnostics, output)).toThrow(ToolFailure);
    expect(() => parse(diagnostics, output)).toThrow(reason);
  });
});
