import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { semgrep } from './semgrep.ts';
import { toolInput } from './support/testing.ts';

const files = { 'a.py': '', 'b.js': '' };
const suite = { 'rules/one.yml': 'rules: []', 'rules/two.json': '{}' };
const options = { rules: ['rules/one.yml', 'rules/two.json'] };
const input = toolInput(semgrep, { files, suite, options });

describe('the plan of semgrep', () => {
  it('runs the engine under the name by which it is the whole tool', () => {
    const { command, entries } = semgrep.plan(input);
    expect(command.slice(0, 2)).toEqual(['/opt/assay/static/semgrep/osemgrep', 'scan']);
    expect(entries[0]).toMatchObject({ type: 'link', path: command[0] });
    expect(command).toEqual(expect.arrayContaining(['--disable-nosem', '--no-git-ignore', '--metrics=off']));
    expect(command.slice(-3)).toEqual(['--', 'a.py', 'b.js']);
  });

  it('takes rules from the suite alone', () => {
    const { command, entries } = semgrep.plan(input);
    const rules = entries.slice(1).map(({ path, content }) => [path, Buffer.from(content ?? '').toString()]);
    expect(rules).toEqual([
      ['/opt/assay/static/semgrep/rules-0.yml', 'rules: []'],
      ['/opt/assay/static/semgrep/rules-1.yml', '{}'],
    ]);
    expect(command.filter((each) => each === '--config')).toHaveLength(2);
    expect(() => semgrep.plan(toolInput(semgrep, { files, options }))).toThrow(/no file rules\/one\.yml/);
    expect(semgrep.options.safeParse({}).success).toBe(false);
    expect(semgrep.options.safeParse({ rules: [] }).success).toBe(false);
  });
});

const result = {
  check_id: 'no-eval',
  path: 'a.py',
  start: { line: 2, col: 13, offset: 33 },
  end: { line: 2, col: 20, offset: 40 },
  extra: {
    message: 'eval of y',
    metadata: { 'security-severity': '8.1', source: 'https://x.org/r' },
    severity: 'ERROR',
    lines: 'requires login',
  },
};
const report = (more: object = {}) => ({
  version: '1.185.0',
  results: [result],
  errors: [],
  paths: { scanned: ['a.py', 'b.js'], skipped: [] },
  skipped_rules: [],
  ...more,
});
const partialParsing = {
  code: 3,
  level: 'warn',
  type: [
    'PartialParsing',
    [{ path: 'b.js', start: { line: 2, col: 1, offset: 1 }, end: { line: 3, col: 8, offset: 20 } }],
  ],
  message: 'Syntax error at line b.js:2',
  path: 'b.js',
  spans: [{ file: 'b.js', start: { line: 2, col: 1, offset: 11 }, end: { line: 3, col: 8, offset: 20 } }],
};

function parse(value: unknown, output: Partial<ToolOutput> = {}, more: object = {}) {
  const stdout = typeof value === 'string' ? value : JSON.stringify(value);
  const given = toolInput(semgrep, { files, suite, options: { ...options, ...more } });
  return semgrep.parse({ exitCode: 0, stdout, stderr: '', report: null, ...output }, given);
}

describe('the report of semgrep', () => {
  it('has findings, files and rules', () => {
    const { findings, files: count, excluded, version, rules } = parse(report());
    expect(findings).toEqual([
      {
        tool: 'semgrep',
        rule: 'no-eval',
        level: 'error',
        message: 'eval of y',
        path: 'a.py',
        startLine: 2,
        startColumn: 13,
        endLine: 2,
        endColumn: 20,
        security: 8.1,
      },
    ]);
    expect([count, excluded, version]).toEqual([2, 0, '1.185.0']);
    expect(rules.get('no-eval')).toEqual({ helpUri: 'https://x.org/r' });
  });

  it.each([
    ['CRITICAL', 'error'],
    ['ERROR', 'error'],
    ['HIGH', 'error'],
    ['WARNING', 'warning'],
    ['MEDIUM', 'warning'],
    ['INFO', 'note'],
    ['LOW', 'note'],
    ['constructor', 'warning'],
  ])('has severity %s as %s', (severity, level) => {
    const results = [{ ...result, extra: { ...result.extra, severity } }];
    expect(parse(report({ results })).findings[0]?.level).toBe(level);
  });

  it.each([undefined, null, 'high', '11', {}])('has no security of %j', (value) => {
    const results = [{ ...result, extra: { ...result.extra, metadata: { 'security-severity': value } } }];
    expect(parse(report({ results })).findings[0]?.security).toBeNull();
  });

  it('has what it did not understand, or skipped, as findings', () => {
    const value = report({
      results: [],
      errors: [partialParsing],
      paths: {
        scanned: ['b.js'],
        skipped: [
          { path: 'b.js', reason: 'x' },
          { path: 'a.py', reason: 'too_big' },
        ],
      },
    });
    const { findings, files: count, excluded } = parse(value);
    expect(
      findings.map(({ path, startLine, level, rule }) => `${path}:${startLine} ${rule} ${level}`),
    ).toEqual(['a.py:null not-analysed error', 'b.js:2 not-analysed error']);
    expect([count, excluded]).toEqual([1, 0]);
    expect(parse(value, {}, { unparsed: 'note' }).findings[0]?.level).toBe('note');
  });

  it('leaves out files that no rule is for', () => {
    expect(parse(report({ results: [], paths: { scanned: [] } }))).toMatchObject({ files: 0, excluded: 2 });
  });

  it.each<[string, unknown, Partial<ToolOutput>, RegExp]>([
    ['no report', '', { exitCode: 7, stderr: '[ERROR]: unable to find a config' }, /code 7.*unable/],
    ['nothing at all', '', {}, /no complete JSON/],
    ['half a report', '{"version": "1', {}, /no complete JSON/],
    ['another report', { results: [] }, {}, /errors/],
    ['another exit code', report(), { exitCode: 3 }, /exit code 3/],
    [
      'a broken rule',
      report({
        errors: [
          {
            code: 2,
            level: 'error',
            type: 'Rule parse error',
            rule_id: 'a',
            message: 'Rule parse error in rule a',
          },
        ],
      }),
      { exitCode: 2 },
      /Rule parse error in rule a/,
    ],
    [
      'a broken rule beside others',
      report({
        errors: [{ level: 'warn', type: 'Invalid YAML', message: 'Invalid YAML', path: 'rules-0.yml' }],
      }),
      {},
      /Invalid YAML/,
    ],
    [
      'a timeout',
      report({
        errors: [
          {
            code: 2,
            level: 'warn',
            type: 'Timeout',
            rule_id: 't',
            message: 'Timeout when running t',
            path: 'b.js',
          },
        ],
      }),
      {},
      /Timeout/,
    ],
    ['rules that it skipped', report({ skipped_rules: [{}] }), {}, /skipped 1 of its rules/],
    ['an error of no file', report({ errors: [{ ...partialParsing, path: null }] }), {}, /Syntax error/],
  ])('fails on %s', (_, value, output, reason) => {
    expect(() => parse(value, output)).toThrow(ToolFailure);
    expect(() => parse(value, output)).toThrow(reason);
  });
});
