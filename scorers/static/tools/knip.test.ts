import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { knip } from './knip.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof knip.options>>[1];

const files = { 'package.json': '{}', 'src/a.ts': '', 'src/b.ts': '' };
const input = toolInput(knip, { files });

function entry(parts: Parts, name: string): string {
  const found = knip.plan(toolInput(knip, parts)).entries.find(({ path }) => path.endsWith(`/${name}`));
  return found?.content === undefined ? 'none' : Buffer.from(found.content).toString();
}

describe('the plan of knip', () => {
  it.each<[string, Parts, string, string, string]>([
    ['knip’s own defaults', { files }, '/opt/assay/static/knip/knip.json', 'knip.json', '{}'],
    ['the base’s file', { files, base: { ...files, 'knip.ts': '' } }, '/app/knip.ts', 'knip.json', 'none'],
    [
      'the suite’s',
      { files, options: { config: 'x/any.jsonc' }, suite: { 'x/any.jsonc': '// {}' } },
      '/opt/assay/static/knip/knip.jsonc',
      'knip.jsonc',
      '// {}',
    ],
    [
      'the defaults where only the candidate has a file',
      { files: { ...files, 'knip.json': '' }, base: files },
      '/opt/assay/static/knip/knip.json',
      'knip.json',
      '{}',
    ],
  ])('is steered by %s', (_, parts, path, name, content) => {
    const { command } = knip.plan(toolInput(knip, parts));
    expect(command).toContain(`--config=${path}`);
    expect(entry(parts, name)).toBe(content);
    expect(JSON.parse(entry(parts, 'request.json')).run).toEqual([
      '/opt/assay/static/knip/reporter.mjs',
      path,
    ]);
  });

  it('loads our loader in place of knip’s, and no section of package.json', () => {
    const root = '/opt/assay/tools/knip/node_modules/knip/dist/util';
    expect(JSON.parse(entry({ files }, 'guard.json'))).toEqual({
      workdir: '/app',
      allowed: ['package.json'],
      replaced: { [`${root}/jiti.js`]: './jiti.mjs' },
      edited: { [`${root}/create-options.js`]: { from: 'manifest.knip', to: 'undefined' } },
    });
  });

  it('needs a package.json in the base', () => {
    expect(() => knip.plan(toolInput(knip, { files, base: {} }))).toThrow(/has no package.json/);
  });
});

/** What our reporter wrote for a tiny package. */
const issues = [
  {
    type: 'files',
    path: '/app/src/b.ts',
    symbol: 'b.ts',
    parent: null,
    severity: 'error',
    line: null,
    column: null,
  },
  {
    type: 'unresolved',
    path: '/app/src/a.ts',
    symbol: './gone.js',
    parent: null,
    severity: 'error',
    line: 1,
    column: 40,
  },
  {
    type: 'enumMembers',
    path: '/app/src/a.ts',
    symbol: 'B',
    parent: 'E',
    severity: 'error',
    line: 3,
    column: 20,
  },
  {
    type: 'dependencies',
    path: '/app/package.json',
    symbol: 'zod',
    parent: null,
    severity: 'warn',
    line: null,
    column: null,
  },
];

function output(changes: object = {}, exitCode = 0, stderr = ''): ToolOutput {
  const report = { files: 2, failed: false, issues, ...changes };
  return { exitCode, stdout: '', stderr, report: JSON.stringify(report) };
}

describe('the report of knip', () => {
  it('becomes findings', () => {
    const { findings, files: count } = knip.parse(output(), input);
    expect(count).toBe(2);
    expect(
      findings.map(({ rule, level, message, path, startLine, startColumn }) => [
        rule,
        level,
        message,
        path,
        startLine,
        startColumn,
      ]),
    ).toEqual([
      ['dependencies', 'warning', 'unused dependency zod', 'package.json', null, null],
      ['unresolved', 'error', 'the import ./gone.js cannot be resolved', 'src/a.ts', 1, 40],
      ['enumMembers', 'warning', 'unused enum member E.B', 'src/a.ts', 3, 20],
      ['files', 'warning', 'unused file', 'src/b.ts', null, null],
    ]);
  });

  it('follows rules that make an unresolved import a warning', () => {
    const { findings } = knip.parse(output({ issues: [{ ...issues[1], severity: 'warn' }] }), input);
    expect(findings).toMatchObject([{ rule: 'unresolved', level: 'warning' }]);
  });

  it('never counts more files than it was asked for', () => {
    expect(knip.parse(output({ files: 90 }), input).files).toBe(2);
  });

  it.each<[string, ToolOutput, RegExp]>([
    ['a broken configuration', output({}, 2, 'ERROR: Invalid input'), /exit code 2: ERROR: Invalid input/],
    [
      'a configuration of another tool that it could not read',
      output({ failed: true }),
      /could not read a configuration/,
    ],
    ['no file', output({ files: 0, issues: [] }), /analysed no file/],
    ['no report', { ...output(), report: null }, /no complete JSON/],
    [
      'an unknown kind of issue',
      output({ issues: [{ ...issues[0], type: 'odd' }] }),
      /not what it should be/,
    ],
  ])('is a failure with %s', (_, broken, reason) => {
    expect(() => knip.parse(broken, input)).toThrow(ToolFailure);
    expect(() => knip.parse(broken, input)).toThrow(reason);
  });
});

it('is chosen for a base with a configuration of its own', () => {
  expect(knip.suits?.(new Set(['package.json', 'knip.json']))).toBe(true);
  expect(knip.suits?.(new Set(['package.json', 'x/knip.json']))).toBe(false);
});
