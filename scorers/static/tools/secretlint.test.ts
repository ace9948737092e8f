import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { secretlint } from './secretlint.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof secretlint.options>>[1];

const files = { 'a.txt': '', 'sub/b.js': '' };
const planned = (parts: Parts) => secretlint.plan(toolInput(secretlint, parts));
const preset = '{"rules":[{"id":"@secretlint/secretlint-rule-preset-recommend"}]}';

describe('the plan of secretlint', () => {
  it('runs a program of ours on the mounted Node', () => {
    const { command } = planned({ files });
    expect(command).toEqual([
      '/opt/assay/tools/node/bin/node',
      '/opt/assay/static/secretlint/main.mjs',
      '/opt/assay/tools/secretlint',
      '/opt/assay/static/secretlint/config.json',
      'a.txt',
      'sub/b.js',
    ]);
  });

  it.each<[string, Parts, string]>([
    ['ours', { files }, preset],
    ['the suite’s', { files, options: { config: 's.json' }, suite: { 's.json': 'suite' } }, 'suite'],
    ['the base’s', { files, base: { '.secretlintrc.json': 'base' } }, 'base'],
    ['ours rather than code of the base', { files, base: { '.secretlintrc.js': 'code' } }, preset],
    [
      'ours rather than the candidate’s',
      { files: { ...files, '.secretlintrc.json': 'x' }, base: files },
      preset,
    ],
  ])('is steered by %s', (_, parts, content) => {
    const config = planned(parts).entries.find(({ path }) => path.endsWith('/config.json'));
    expect(Buffer.from(config?.content ?? '').toString()).toBe(content);
  });
});

const message = {
  ruleId: '@secretlint/secretlint-rule-github',
  messageId: 'GITHUB_TOKEN',
  loc: { start: { line: 3, column: 0 }, end: { line: 3, column: 40 } },
  docsUrl: 'https://x.org/r',
};
const clean = { file: 'sub/b.js', messages: [] };

function parse(value: unknown, output: Partial<ToolOutput> = {}) {
  const stdout = typeof value === 'string' ? value : JSON.stringify(value);
  return secretlint.parse(
    { exitCode: 0, stdout, stderr: '', report: null, ...output },
    toolInput(secretlint, { files }),
  );
}

describe('the report of secretlint', () => {
  it('has findings, files and rules', () => {
    const { findings, files: count, rules } = parse([{ file: 'a.txt', messages: [message] }, clean]);
    expect(findings).toEqual([
      {
        tool: 'secretlint',
        rule: '@secretlint/secretlint-rule-github',
        level: 'error',
        message: 'found what looks like a secret: GITHUB_TOKEN',
        path: 'a.txt',
        startLine: 3,
        startColumn: 1,
        endLine: 3,
        endColumn: 41,
        security: 8,
      },
    ]);
    expect(count).toBe(2);
    expect(rules.get(message.ruleId)).toEqual({ helpUri: 'https://x.org/r' });
  });

  it.each<[string, unknown, Partial<ToolOutput>, RegExp]>([
    ['another exit code', [], { exitCode: 1, stderr: 'Error: ENOENT' }, /exit code 1.*ENOENT/],
    ['no report', '', {}, /no complete JSON/],
    ['half a report', '[{"file": "a.txt", "mess', {}, /no complete JSON/],
    ['another report', [{ file: 'a.txt' }], {}, /0\.messages/],
    ['a file that it did not look at', [clean], {}, /not look at every file/],
  ])('fails on %s', (_, value, output, reason) => {
    expect(() => parse(value, output)).toThrow(ToolFailure);
    expect(() => parse(value, output)).toThrow(reason);
  });
});
