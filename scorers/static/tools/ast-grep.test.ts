import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { astGrep } from './ast-grep.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof astGrep.options>>[1];

const rule = { id: 'no-debugger', language: 'ts', severity: 'error', rule: { pattern: 'debugger' } };
const files = { 'src/a.ts': '', '-b.py': '' };
const input = toolInput(astGrep, { files, options: { inline: [rule] } });
const planned = (parts: Parts) => astGrep.plan(toolInput(astGrep, parts));

describe('the plan of ast-grep', () => {
  it('lays the rules where nobody can change them', () => {
    const { command, entries, report } = planned({
      files,
      options: { rules: ['lint/a.yml'], inline: [rule] },
      suite: { 'lint/a.yml': 'id: a' },
    });
    expect(command[0]).toBe('/opt/assay/tools/ast-grep/bin/ast-grep');
    expect(command).toContain('--config=/opt/assay/static/ast-grep/sgconfig.yml');
    expect(command.slice(-3)).toEqual(['--', './-b.py', 'src/a.ts']);
    expect(entries.map(({ path }) => path)).toEqual([
      '/opt/assay/static/ast-grep/sgconfig.yml',
      '/opt/assay/static/ast-grep/rules/0.yml',
      '/opt/assay/static/ast-grep/rules/inline-0.yml',
    ]);
    expect(report).toBeNull();
  });

  it('refuses a rule that the suite does not have', () => {
    expect(() => planned({ files, options: { rules: ['gone.yml'] } })).toThrow(
      /the suite has no file gone.yml/,
    );
  });
});

it('has at least one rule', () => {
  for (const options of [undefined, {}, { rules: [] }, { rules: [], inline: [] }, { inline: [{ id: 'x' }] }])
    expect(astGrep.options.safeParse(options).success).toBe(false);
  expect(astGrep.options.safeParse({ rules: ['a.yml'] }).success).toBe(true);
  expect(astGrep.suits).toBeUndefined();
});

/** The line is `const é𝒳 = "😀😀"; debugger;`: the match begins at code point 17, which is UTF-16 unit 20. */
const oneLine = {
  text: 'debugger',
  lines: 'const é𝒳 = "😀😀"; debugger;',
  file: 'src/a.ts',
  range: { start: { line: 0, column: 17 }, end: { line: 0, column: 25 } },
  ruleId: 'no-debugger',
  severity: 'error',
  message: '',
};
const twoLines = {
  text: 'log(\n"😀")',
  lines: ' log(\n"😀")',
  file: './-b.py',
  range: { start: { line: 2, column: 1 }, end: { line: 3, column: 4 } },
  ruleId: 'no-log',
  severity: 'hint',
  message: 'do not log',
};

const said = `sg: summary|project: isProject=true,projectDir=/opt/assay/static/ast-grep
sg: entity|rule|no-debugger: finalSeverity=Error
sg: entity|file|src/a.ts: language=TypeScript,appliedRuleCount=1
sg: summary|file: scannedFileCount=2,skippedFileCount=0
sg: summary|rule: effectiveRuleCount=1,skippedRuleCount=0
`;

function output(matches: object[], changes: Partial<ToolOutput> = {}): ToolOutput {
  const stdout = matches.map((match) => `${JSON.stringify(match)}\n`).join('');
  return { exitCode: matches.includes(oneLine) ? 1 : 0, stdout, stderr: said, report: null, ...changes };
}

describe('the output of ast-grep', () => {
  it('becomes findings', () => {
    const { findings, files: count } = astGrep.parse(output([oneLine, twoLines]), input);
    expect(count).toBe(2);
    expect(findings).toEqual([
      {
        tool: 'ast-grep',
        rule: 'no-log',
        level: 'note',
        message: 'do not log',
        path: '-b.py',
        startLine: 3,
        startColumn: 2,
        endLine: 4,
        endColumn: 6,
        security: null,
      },
      {
        tool: 'ast-grep',
        rule: 'no-debugger',
        level: 'error',
        message: 'no-debugger',
        path: 'src/a.ts',
        startLine: 1,
        startColumn: 21,
        endLine: 1,
        endColumn: 29,
        security: null,
      },
    ]);
  });

  it('takes a file that was skipped for an error', () => {
    const stderr = said
      .replace('src/a.ts: language=TypeScript,appliedRuleCount=1', 'src/a.ts: skipped=invalidUtf8')
      .replace('skippedFileCount=0', 'skippedFileCount=1');
    const { findings, files: count } = astGrep.parse(output([], { stderr }), input);
    expect(count).toBe(1);
    expect(findings).toMatchObject([{ rule: 'unread-file', level: 'error', path: 'src/a.ts' }]);
  });

  it('has looked at a file without a byte', () => {
    const stderr = said
      .replace('src/a.ts: language=TypeScript,appliedRuleCount=1', 'src/a.ts: skipped=emptyFile')
      .replace('skippedFileCount=0', 'skippedFileCount=1');
    expect(astGrep.parse(output([], { stderr }), input)).toMatchObject({ findings: [], files: 2 });
  });

  const forged = said.replace('scannedFileCount=2', 'scannedFileCount=999');
  it.each<[string, ToolOutput, RegExp]>([
    [
      'a rule that is none',
      output([], { exitCode: 8, stderr: 'Error: Cannot parse rule' }),
      /code 8: Error: Cannot parse/,
    ],
    ['a rule that is missing', output([], { exitCode: 6 }), /exit code 6/],
    ['errors that it does not report', output([], { exitCode: 1 }), /exit code 1/],
    ['half a match', output([oneLine], { stdout: JSON.stringify(oneLine).slice(0, -5) }), /no complete list/],
    ['another match', output([{ ...oneLine, severity: 'odd' }]), /no complete list/],
    [
      'a file that is gone',
      output([], { stderr: `ERROR: src/a.ts: No such file\n${said}` }),
      /could not read src\/a.ts/,
    ],
    ['no count', output([], { stderr: '' }), /does not say how many files/],
    ['a count in the name of a file', output([], { stderr: said + forged }), /does not say how many files/],
    [
      'no file',
      output([], { stderr: said.replace('scannedFileCount=2', 'scannedFileCount=0') }),
      /analysed no file/,
    ],
    [
      'no rule',
      output([], { stderr: said.replace('effectiveRuleCount=1', 'effectiveRuleCount=0') }),
      /rules is switched on/,
    ],
  ])('is a failure with %s', (_, broken, reason) => {
    expect(() => astGrep.parse(broken, input)).toThrow(ToolFailure);
    expect(() => astGrep.parse(broken, input)).toThrow(reason);
  });
});
