import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { eslint } from './eslint.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof eslint.options>>[1];

const files = { 'src/a.js': '', 'src/b.ts': '' };
const input = toolInput(eslint, { files });

function entry(parts: Parts, name: string): string {
  const found = eslint.plan(toolInput(eslint, parts)).entries.find(({ path }) => path.endsWith(`/${name}`));
  return String(found?.content ?? 'none');
}

describe('the plan of eslint', () => {
  it('runs our program behind the guard, with packages where imports find them', () => {
    const plan = eslint.plan(input);
    expect(plan.command).toEqual([
      '/opt/assay/tools/node/bin/node',
      '--import',
      '/opt/assay/static/eslint/guard.mjs',
      '/opt/assay/static/eslint/main.mjs',
    ]);
    expect(plan.entries).toContainEqual({
      path: '/opt/assay/static/eslint/node_modules',
      type: 'link',
      linkTarget: '/opt/assay/tools/eslint/node_modules',
    });
  });

  it.each<[string, Parts, string | null, string]>([
    ['ours', { files }, '/opt/assay/static/eslint/eslint.config.mjs', 'typescript.configs.recommended'],
    [
      'the suite’s',
      { files, options: { config: 'lint.mjs' }, suite: { 'lint.mjs': 'of the suite' } },
      '/opt/assay/static/eslint/eslint.config.mjs',
      'of the suite',
    ],
    ['the base’s', { files, base: { ...files, 'eslint.config.mjs': '' } }, null, 'none'],
    [
      'ours where it is asked for',
      { files, base: { ...files, 'eslint.config.mjs': '' }, options: { use: 'default' } },
      '/opt/assay/static/eslint/eslint.config.mjs',
      'typescript.configs.recommended',
    ],
    [
      'ours where only the candidate has one',
      { files: { ...files, 'eslint.config.mjs': '' }, base: files },
      '/opt/assay/static/eslint/eslint.config.mjs',
      'typescript.configs.recommended',
    ],
  ])('is steered by %s', (_, parts, config, content) => {
    expect(JSON.parse(entry(parts, 'request.json'))).toMatchObject({ config });
    expect(entry(parts, 'eslint.config.mjs')).toContain(content);
  });

  it('gives the base’s configuration only files below it', () => {
    const base = { 'a/eslint.config.js': '', 'a/x.js': '', 'b/y.js': '' };
    const asked = entry({ files: base, options: { use: 'base' } }, 'request.json');
    expect(JSON.parse(entry({ files: base }, 'request.json')).files.length).toBe(3);
    expect(JSON.parse(asked).files).toEqual(['a/eslint.config.js', 'a/x.js']);
  });

  it('lets configuration of the base run, and nothing that is the candidate’s', () => {
    const parts = {
      files: { ...files, 'x/eslint.config.js': '' },
      base: { ...files, 'eslint.config.js': '' },
    };
    expect(JSON.parse(entry(parts, 'guard.json')).allowed).toEqual(['eslint.config.js']);
    const more = {
      ...parts,
      base: { ...parts.base, 'lint/x.js': '' },
      options: { configuration: ['lint/**'] },
    };
    expect(JSON.parse(entry(more, 'guard.json')).allowed).toEqual(['eslint.config.js', 'lint/x.js']);
  });

  it.each<[Parts, RegExp]>([
    [{ files, options: { config: 'gone.mjs' } }, /the suite has no file gone.mjs/],
    [{ files, options: { use: 'base' } }, /configuration of the base, which has none/],
    [{ files, options: { use: 'suite' } }, /names none/],
  ])('refuses a configuration that is not there: %j', (parts, reason) => {
    expect(() => eslint.plan(toolInput(eslint, parts))).toThrow(ToolFailure);
    expect(() => eslint.plan(toolInput(eslint, parts))).toThrow(reason);
  });
});

/** What our program wrote for two small files. */
const report = {
  version: '10.15.0',
  files: [
    {
      path: '/app/src/a.js',
      messages: [
        {
          rule: 'no-undef',
          severity: 1,
          fatal: false,
          message: "'foo' is not defined.",
          line: 3,
          column: 1,
          endLine: 3,
          endColumn: 4,
        },
      ],
    },
    {
      path: '/app/src/b.ts',
      messages: [
        {
          rule: null,
          severity: 2,
          fatal: true,
          message: 'Parsing error: Expression expected.',
          line: 2,
          column: 18,
          endLine: null,
          endColumn: null,
        },
      ],
    },
  ],
  rules: [{ id: 'no-undef', description: 'Disallow undeclared variables', url: null }],
};

function output(changes: object = {}): ToolOutput {
  return { exitCode: 0, stdout: '', stderr: '', report: JSON.stringify({ ...report, ...changes }) };
}

describe('the report of eslint', () => {
  it('becomes findings', () => {
    const read = eslint.parse(output(), input);
    expect(read).toMatchObject({ files: 2, excluded: 0, version: '10.15.0' });
    expect(read.rules.get('no-undef')).toEqual({ description: 'Disallow undeclared variables' });
    expect(
      read.findings.map(({ rule, level, path, startLine, endColumn }) => [
        rule,
        level,
        path,
        startLine,
        endColumn,
      ]),
    ).toEqual([
      ['no-undef', 'warning', 'src/a.js', 3, 4],
      ['parse-error', 'error', 'src/b.ts', 2, null],
    ]);
  });

  it('says which files its configuration leaves out', () => {
    expect(eslint.parse(output({ files: [report.files[0]] }), input)).toMatchObject({
      files: 1,
      excluded: 1,
    });
    expect(eslint.parse(output({ files: [] }), input)).toMatchObject({ files: 0, excluded: 2, findings: [] });
  });

  it.each<[string, ToolOutput, RegExp]>([
    [
      'a configuration that fails',
      { ...output(), exitCode: 2, stderr: 'x is no rule' },
      /code 2: x is no rule/,
    ],
    [
      'a configuration that imports what is not there',
      { ...output(), exitCode: 2, stderr: "Cannot find package 'x' imported from /app/eslint.config.js" },
      /Cannot find package 'x', which its configuration imports: install it in the task's image, or/,
    ],
    ['a configuration that ends the process', { ...output(), report: null }, /no complete JSON/],
    ['half a report', { ...output(), report: JSON.stringify(report).slice(0, -9) }, /no complete JSON/],
    [
      'an unknown severity',
      output({ files: [{ path: 'a', messages: [{ severity: 3 }] }] }),
      /not what it should be/,
    ],
    ['more files than it was given', output({ files: Array(3).fill(report.files[0]) }), /more files/],
  ])('is a failure with %s', (_, broken, reason) => {
    expect(() => eslint.parse(broken, input)).toThrow(ToolFailure);
    expect(() => eslint.parse(broken, input)).toThrow(reason);
  });

  it('may be long', () => {
    const [file] = report.files;
    const messages = Array.from({ length: 10_000 }, (_, line) => ({ ...file?.messages[0], line: line + 1 }));
    const read = eslint.parse(output({ files: [{ ...file, messages }] }), input);
    expect(read.findings.length).toBe(10_000);
  });
});

it('looks at all files again for rules that need types', () => {
  expect(eslint.reach(eslint.options.parse({}))).toBe('file');
  expect(eslint.reach(eslint.options.parse({ typed: true }))).toBe('project');
});

it('is chosen for a base with a flat configuration', () => {
  expect(eslint.suits?.(new Set(['eslint.config.js']))).toBe(true);
  expect(eslint.suits?.(new Set(['fixtures/eslint.config.js']))).toBe(false);
});
