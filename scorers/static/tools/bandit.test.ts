import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { bandit } from './bandit.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof bandit.options>>[1];

const files = { 'a.py': '', 'sub/b.py': '' };
const planned = (parts: Parts) => bandit.plan(toolInput(bandit, parts));

describe('the plan of bandit', () => {
  it('runs the mount alone on the image’s interpreter', () => {
    const { command } = planned({ files: { ...files, '-c.py': '' } });
    expect(command.slice(0, 5)).toEqual(['python3', '-I', '-S', '-B', '-c']);
    expect(command).toContain('--ignore-nosec');
    expect(command.slice(-4)).toEqual(['--', './-c.py', 'a.py', 'sub/b.py']);
  });

  it.each<[string, Parts, string[]]>([
    ['nothing', { files }, ['--exclude=']],
    [
      'the suite',
      {
        files,
        base: { '.bandit': '[bandit]\nskips=B1' },
        options: { config: 'x/b.yml' },
        suite: { 'x/b.yml': 'x' },
      },
      ['--exclude=', '--configfile=/opt/assay/static/bandit/bandit.yaml'],
    ],
    [
      'the suite, in TOML',
      { files, options: { config: 'b.toml' }, suite: { 'b.toml': 'x' } },
      ['--exclude=', '--configfile=/opt/assay/static/bandit/pyproject.toml'],
    ],
    [
      'an ini file of the base, whose report and targets are not heard',
      {
        files,
        base: {
          '.bandit': '[bandit]\nexclude: /x,/y\nskips = B101,\n  B102\ntests=B2\ntargets=z\noutput=o\n',
        },
      },
      ['--exclude=/x,/y', '--skip=B101,B102', '--tests=B2'],
    ],
    ['a file of the base', { files, base: { 'bandit.yml': '' } }, ['--exclude=', '--configfile=bandit.yml']],
    [
      'a section of the base',
      { files, base: { 'pyproject.toml': '[tool.bandit]' } },
      ['--exclude=', '--configfile=pyproject.toml'],
    ],
    ['no section of the base', { files, base: { 'pyproject.toml': '[tool.x]' } }, ['--exclude=']],
    [
      'nothing of the candidate',
      { files: { ...files, '.bandit': '[bandit]\nskips=B1' }, base: {} },
      ['--exclude='],
    ],
  ])('is steered by %s', (_, parts, expected) => {
    const steering = /^--(?:exclude|skip|tests|configfile)=/;
    expect(planned(parts).command.filter((each) => steering.test(each))).toEqual(expected);
  });
});

const shell = {
  code: '3     subprocess.call(x, shell=True)\n',
  col_offset: 4,
  end_col_offset: 34,
  filename: './a.py',
  issue_confidence: 'HIGH',
  issue_cwe: { id: 78, link: 'https://cwe.mitre.org/data/definitions/78.html' },
  issue_severity: 'HIGH',
  issue_text: 'subprocess call with shell=True identified, security issue.',
  line_number: 3,
  line_range: [3, 4],
  more_info: 'https://bandit.readthedocs.io/x.html',
  test_id: 'B602',
  test_name: 'subprocess_popen_with_shell_equals_true',
};
const report = (more: object = {}) => ({
  errors: [],
  generated_at: '2026-01-01T00:00:00Z',
  metrics: { './a.py': { loc: 1 }, './sub/b.py': { loc: 1 }, _totals: { loc: 2 } },
  results: [shell],
  ...more,
});

function parse(value: unknown, output: Partial<ToolOutput> = {}, parts: Partial<Parts> = {}) {
  const stdout = typeof value === 'string' ? value : JSON.stringify(value);
  return bandit.parse(
    { exitCode: 0, stdout, stderr: '', report: null, ...output },
    toolInput(bandit, { files, ...parts }),
  );
}

describe('the report of bandit', () => {
  it('has findings, files and rules', () => {
    const { findings, files: count, excluded, rules } = parse(report());
    expect(findings).toEqual([
      {
        tool: 'bandit',
        rule: 'B602',
        level: 'error',
        message: 'subprocess call with shell=True identified, security issue. (confidence: high)',
        path: 'a.py',
        startLine: 3,
        startColumn: 5,
        endLine: 4,
        endColumn: 35,
        security: 8,
      },
    ]);
    expect([count, excluded]).toEqual([2, 0]);
    expect(rules.get('B602')).toEqual({ name: shell.test_name, helpUri: shell.more_info });
  });

  it.each([
    ['HIGH', 'error', 8],
    ['MEDIUM', 'warning', 5],
    ['LOW', 'note', 2],
    ['UNDEFINED', 'note', null],
  ])('has severity %s as %s', (issue_severity, level, security) => {
    const { findings } = parse(report({ results: [{ ...shell, issue_severity }] }));
    expect(findings).toEqual([expect.objectContaining({ level, security })]);
  });

  it('has the levels of the options', () => {
    expect(parse(report(), {}, { options: { high: 'note' } }).findings[0]?.level).toBe('note');
  });

  it.each(['B105', 'B106', 'B107'])('does not quote the password of %s', (test_id) => {
    const secret = {
      ...shell,
      test_id,
      issue_text: "Possible hardcoded password: 'hunter2'",
      code: 'hunter2',
    };
    expect(JSON.stringify(parse(report({ results: [secret] })))).not.toContain('hunter2');
  });

  it('has what it could not read as a finding, and does not count it', () => {
    const errors = [{ filename: './sub/b.py', reason: 'syntax error while parsing AST from file' }];
    const { findings, files: count } = parse(report({ errors, results: [] }));
    expect(findings.map(({ rule, path, level }) => `${path} ${rule} ${level}`)).toEqual([
      'sub/b.py not-analysed error',
    ]);
    expect(count).toBe(1);
  });

  it('tells what a configuration left out from what is missing', () => {
    const none = report({ metrics: { _totals: {} }, results: [] });
    expect(() => parse(none)).toThrow(/none of 2 files/);
    const base = { 'bandit.yaml': 'exclude_dirs: [sub]' };
    expect(parse(none, {}, { base })).toMatchObject({ files: 0, excluded: 2 });
  });

  it.each<[string, unknown, Partial<ToolOutput>, RegExp]>([
    [
      'another exit code',
      report(),
      { exitCode: 2, stderr: '[main] ERROR No tests would be run' },
      /code 2.*No tests/,
    ],
    [
      'a traceback',
      '',
      { exitCode: 1, stderr: 'Traceback (most recent call last):\n  x\nImportError: y\n' },
      /: ImportError: y$/,
    ],
    ['no report', '', {}, /no complete JSON/],
    ['half a report', '{"errors": [', {}, /no complete JSON/],
    ['another report', { errors: [], results: [] }, {}, /metrics/],
    ['an unknown severity', report({ results: [{ ...shell, issue_severity: 'X' }] }), {}, /issue_severity/],
  ])('fails on %s', (_, value, output, reason) => {
    expect(() => parse(value, output)).toThrow(ToolFailure);
    expect(() => parse(value, output)).toThrow(reason);
  });

  it('survives paths that are properties of objects', () => {
    const stdout = JSON.stringify(report({ results: [] })).replace('"./a.py"', '"__proto__"');
    expect(parse(stdout)).toMatchObject({ files: 1 });
  });
});
