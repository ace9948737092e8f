import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { toolInput } from './support/testing.ts';
import { tsc } from './tsc.ts';

const files = { 'tsconfig.json': '{}', 'src/a.ts': '', 'src/b.ts': '' };
const input = toolInput(tsc, { files });

function output(changes: Record<string, unknown>, exitCode = 0): ToolOutput {
  const report = {
    version: '6.0.3',
    files: ['/app/src/a.ts', '/app/src/b.ts'],
    configurations: ['/app/tsconfig.json'],
    configurationErrors: [],
    diagnostics: [],
    ...changes,
  };
  return { exitCode, stdout: '', stderr: '', report: JSON.stringify(report) };
}

function requestOf(parts: Parameters<typeof toolInput<typeof tsc.options>>[1]): Record<string, unknown> {
  const { entries } = tsc.plan(toolInput(tsc, parts));
  return JSON.parse(String(entries.find(({ path }) => path.endsWith('/request.json'))?.content));
}

describe('the plan of tsc', () => {
  it('runs our program with the mounted Node', () => {
    const plan = tsc.plan(input);
    expect(plan.command).toEqual(['/opt/assay/tools/node/bin/node', '/opt/assay/static/tsc/main.cjs']);
    expect(plan.report).toBe('/logs/static/tsc.json');
  });

  it('takes the project from the base, whatever the candidate has', () => {
    expect(requestOf({ files })).toMatchObject({ project: '/app/tsconfig.json', files: [] });
    expect(requestOf({ files, base: { 'src/a.ts': '' } })).toMatchObject({
      project: null,
      files: ['/app/src/a.ts', '/app/src/b.ts'],
      options: { strict: true, noEmit: true },
    });
  });

  it('refuses a project that the base does not have', () => {
    const options = { project: 'packages/a/tsconfig.json' };
    expect(() => requestOf({ files, options })).toThrow(
      new ToolFailure('the base has no packages/a/tsconfig.json'),
    );
  });

  it('takes another compiler by its exact version', () => {
    const options = { typescript: '5.9.3' };
    expect(tsc.packages(tsc.options.parse(options))).toEqual(['node', { npm: 'typescript@5.9.3' }]);
    const other = toolInput(tsc, { files, options });
    const packages = new Map([
      ['node', '/opt/assay/tools/node'],
      ['npm+typescript@5.9.3', '/opt/assay/tools/npm+typescript@5.9.3'],
    ]);
    expect(JSON.stringify(tsc.plan({ ...other, packages }).entries)).toContain(
      '/opt/assay/tools/npm+typescript@5.9.3/node_modules/typescript',
    );
    for (const typescript of ['7.0.2', '5', '^5.9.3', '5.9.3 --x'])
      expect(tsc.options.safeParse({ typescript }).success).toBe(false);
  });
});

describe('the report of tsc', () => {
  it('becomes findings', () => {
    const diagnostics = [
      {
        code: 2322,
        category: 'Error',
        message: "Type 'string' is not assignable to type 'number'.",
        path: '/app/src/a.ts',
        startLine: 1,
        startColumn: 34,
        endLine: 1,
        endColumn: 35,
      },
      {
        code: 2688,
        category: 'Error',
        message: "Cannot find type definition file for 'node'.",
        path: null,
        startLine: null,
        startColumn: null,
        endLine: null,
        endColumn: null,
      },
    ];
    const report = tsc.parse(output({ diagnostics }), input);
    expect(report).toMatchObject({ files: 2, version: '6.0.3' });
    expect(report.findings).toEqual([
      {
        tool: 'tsc',
        rule: 'TS2688',
        level: 'error',
        message: "Cannot find type definition file for 'node'.",
        path: null,
        startLine: null,
        startColumn: null,
        endLine: null,
        endColumn: null,
        security: null,
      },
      {
        tool: 'tsc',
        rule: 'TS2322',
        level: 'error',
        message: "Type 'string' is not assignable to type 'number'.",
        path: 'src/a.ts',
        startLine: 1,
        startColumn: 34,
        endLine: 1,
        endColumn: 35,
        security: null,
      },
    ]);
  });

  it('counts only files that were asked for', () => {
    expect(tsc.parse(output({ files: ['/app/src/a.ts', '/app/gen/x.ts'] }), input).files).toBe(1);
  });

  it.each([
    ['no file', output({ files: [] }), /analysed none of 2 files/],
    ['only files elsewhere', output({ files: ['/lib/x.ts'] }), /analysed none of 2 files/],
    ['a crash', { ...output({}), exitCode: 134, stderr: 'out of memory' }, /exit code 134: out of memory/],
    ['no report', { ...output({}), report: null }, /no complete JSON report/],
    ['half a report', { ...output({}), report: '{"version":"6' }, /no complete JSON report/],
    ['another report', { ...output({}), report: '{}' }, /not what it should be/],
    [
      'a broken configuration',
      output({ configurationErrors: ["File '@x/base.json' not found."] }),
      /cannot use its configuration: File '@x/,
    ],
    [
      'a configuration that a candidate may change',
      output({ configurations: ['/app/tsconfig.json', '/app/config/strict.json'] }),
      /steered by config\/strict.json/,
    ],
  ])('is a failure with %s', (_, broken, reason) => {
    expect(() => tsc.parse(broken, input)).toThrow(ToolFailure);
    expect(() => tsc.parse(broken, input)).toThrow(reason);
  });

  it('may be steered by kept files and by packages', () => {
    const other = toolInput(tsc, { files, options: { configuration: ['config/*.json'] } });
    expect(tsc.moreConfiguration?.(other.options)).toEqual(['tsconfig.json', 'config/*.json']);
    const configurations = [
      '/app/config/strict.json',
      '/app/tsconfig.json',
      '/app/config/base.tsconfig.json',
      '/app/node_modules/@tsconfig/node24/tsconfig.json',
      '/app/packages/a/tsconfig.build.json',
    ];
    expect(tsc.parse(output({ configurations }), other).files).toBe(2);
  });
});

it('is chosen for a base with a project', () => {
  expect(tsc.suits?.(new Set(['tsconfig.json']))).toBe(true);
  expect(tsc.suits?.(new Set(['a.ts', 'x/tsconfig.json']))).toBe(false);
});
