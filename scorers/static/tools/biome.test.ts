import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { biome } from './biome.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof biome.options>>[1];

const files = { 'src/a.ts': '', 'src/-w [1].ts': '' };
const input = toolInput(biome, { files });
const planned = (parts: Parts) => biome.plan(toolInput(biome, parts));

describe('the plan of biome', () => {
  it('names each file so that none is an option', () => {
    const { command, report } = planned({ files });
    expect(command.slice(0, 2)).toEqual(['/opt/assay/tools/biome/bin/biome', 'lint']);
    expect(command).toContain('--vcs-enabled=false');
    expect(command.slice(-2)).toEqual(['./src/-w [1].ts', './src/a.ts']);
    expect(report).toBe('/logs/static/biome.json');
  });

  it.each<[string, Parts, string | null, string | null]>([
    ['ours', { files }, 'biome.json', '{ "root": true }'],
    [
      'the suite’s',
      { files, options: { config: 'x/lint.jsonc' }, suite: { 'x/lint.jsonc': '// {}' } },
      'biome.jsonc',
      '// {}',
    ],
    ['the base’s', { files, base: { ...files, 'biome.json': '{}' } }, null, null],
    [
      'ours where only the candidate has one',
      { files: { ...files, 'biome.json': '' }, base: files },
      'biome.json',
      '{ "root": true }',
    ],
  ])('is steered by %s', (_, parts, name, content) => {
    const { command, entries } = planned(parts);
    const option = command.find((each) => each.startsWith('--config-path='));
    expect(option).toBe(name === null ? undefined : `--config-path=/opt/assay/static/biome/${name}`);
    const [laid] = entries;
    expect(laid?.content === undefined ? null : Buffer.from(laid.content).toString()).toBe(content);
  });

  it.each([
    ['"./lint/rules.json"', false],
    ['["./lint/biome.base.json", "../../x.json"]', false],
    ['["./lint/biome.base.json", "@acme/biome", "./node_modules/x/y.json"]', true],
    ['"//"', true],
  ])('with a base that extends %s', (named, isFine) => {
    const base = { ...files, 'biome.json': `{ "extends": ${named} }` };
    if (isFine) expect(planned({ files: base }).entries).toEqual([]);
    else expect(() => planned({ files: base })).toThrow(/which a candidate may change/);
  });
});

const noDebugger = {
  severity: 'error',
  message: 'This is an unexpected use of the debugger statement.',
  category: 'lint/suspicious/noDebugger',
  location: { path: 'src/a.ts', start: { line: 2, column: 50 }, end: { line: 2, column: 59 } },
};
const notUtf8 = {
  severity: 'error',
  message: 'stream did not contain valid UTF-8',
  category: 'fs/io',
  location: { path: './src/-w [1].ts', start: { line: 0, column: 0 }, end: { line: 0, column: 0 } },
};
const tooLarge = {
  severity: 'warning',
  message:
    'The size of the file is 1.1 MiB, which exceeds the configured maximum of 1.0 MiB for this project.',
  category: 'lint',
  location: { path: 'src/a.ts', start: { line: 0, column: 0 }, end: { line: 0, column: 0 } },
};

const saysAllIgnored = `lint ━━━

  × No files were processed in the specified paths.

  i These paths were provided but ignored:

  - src/a.ts
`;

function output(diagnostics: object[], summary: object = {}, changes: Partial<ToolOutput> = {}): ToolOutput {
  const counts = {
    changed: 0,
    unchanged: 2,
    errors: diagnostics.length,
    warnings: 0,
    infos: 0,
    diagnosticsNotPrinted: 0,
  };
  const report = JSON.stringify({ summary: { ...counts, ...summary }, diagnostics, command: 'lint' });
  return { exitCode: diagnostics.length > 0 ? 1 : 0, stdout: '', stderr: '', report, ...changes };
}

describe('the report of biome', () => {
  it('becomes findings', () => {
    expect(biome.parse(output([noDebugger]), input)).toMatchObject({
      files: 2,
      excluded: 0,
      findings: [
        {
          tool: 'biome',
          rule: 'lint/suspicious/noDebugger',
          level: 'error',
          path: 'src/a.ts',
          startLine: 2,
          startColumn: 50,
          endLine: 2,
          endColumn: 59,
        },
      ],
    });
  });

  it('takes a file that it could not look into for an error', () => {
    const { findings, files: count } = biome.parse(output([notUtf8, tooLarge], { unchanged: 0 }), input);
    expect(count).toBe(0);
    expect(findings.map(({ rule, level, path, startLine }) => [rule, level, path, startLine])).toEqual([
      ['unread-file', 'error', 'src/-w [1].ts', null],
      ['unread-file', 'error', 'src/a.ts', null],
    ]);
    expect(findings[1]?.message).toContain('is …, which exceeds the configured maximum of …');
  });

  it('knows when the configuration leaves all files out', () => {
    const ignored = output([], { unchanged: 0 }, { exitCode: 1, stderr: saysAllIgnored });
    expect(biome.parse(ignored, input)).toMatchObject({ files: 0, excluded: 2, findings: [] });
  });

  it.each<[string, ToolOutput, RegExp]>([
    [
      'a wrong configuration',
      { exitCode: 1, stdout: '', stderr: '× Found an unknown key', report: null },
      /code 1: × Found/,
    ],
    ['a crash', output([noDebugger], {}, { exitCode: 101 }), /exit code 101/],
    ['an error that it does not report', output([], {}, { exitCode: 1 }), /exit code 1/],
    ['no file', output([], { unchanged: 0 }), /analysed no file/],
    ['findings left out', output([noDebugger], { diagnosticsNotPrinted: 3 }), /left findings out/],
    ['half a report', output([], {}, { report: '{"summary":' }), /no complete JSON/],
    ['an unknown severity', output([{ ...noDebugger, severity: 'odd' }]), /not what it should be/],
  ])('is a failure with %s', (_, broken, reason) => {
    expect(() => biome.parse(broken, input)).toThrow(ToolFailure);
    expect(() => biome.parse(broken, input)).toThrow(reason);
  });
});

it('looks at all files again for rules that look at others', () => {
  expect(biome.reach(biome.options.parse({}))).toBe('file');
  expect(biome.reach(biome.options.parse({ project: true }))).toBe('project');
});

it('is chosen for a base with a configuration', () => {
  expect(biome.suits?.(new Set(['biome.jsonc']))).toBe(true);
  expect(biome.suits?.(new Set(['x/biome.json', 'package.json']))).toBe(false);
});
