import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolOutput } from '../tool.ts';
import { mypy } from './mypy.ts';
import { toolInput } from './support/testing.ts';

type Parts = Parameters<typeof toolInput<typeof mypy.options>>[1];

const files = { 'src/a.py': '', 'b.pyi': '' };
const planned = (parts: Parts) => mypy.plan(toolInput(mypy, parts));
const list = '@/opt/assay/static/mypy/files';

describe('the plan of mypy', () => {
  it('runs the mount on an interpreter of its own, and names files in a list', () => {
    const { command, entries, report } = planned({ files: { ...files, '-c.py': '', '@d.py': '' } });
    expect(command.slice(0, 4)).toEqual(['python3', '-I', '-B', '-c']);
    expect(command[5]).toBe('/opt/assay/tools/mypy');
    expect(command.at(-1)).toBe(list);
    expect(entries.find(({ path }) => path.endsWith('/files'))?.content).toBe(
      './-c.py\n./@d.py\nb.pyi\nsrc/a.py\n',
    );
    expect(report).toBe('/logs/static/linecount.txt');
  });

  const own = '--config-file=/opt/assay/static/mypy/mypy.ini';
  it.each<[string, Parts, string, string]>([
    ['ours', { files }, own, list],
    [
      'the suite’s',
      { files, base: { 'mypy.ini': '' }, options: { config: 'm.ini' }, suite: { 'm.ini': 'x' } },
      own,
      list,
    ],
    [
      'the suite’s, in TOML',
      { files, options: { config: 'm.toml' }, suite: { 'm.toml': 'x' } },
      '--config-file=/opt/assay/static/mypy/pyproject.toml',
      list,
    ],
    [
      'the base’s',
      { files, base: { 'mypy.ini': '[mypy]\n', 'setup.cfg': '[mypy]\nfiles=x\n' } },
      '--config-file=mypy.ini',
      list,
    ],
    ['the base’s, hidden', { files, base: { '.mypy.ini': '' } }, '--config-file=.mypy.ini', list],
    [
      'a section of the base’s',
      { files, base: { 'pyproject.toml': '[tool.mypy]\nstrict = true' } },
      '--config-file=pyproject.toml',
      list,
    ],
    [
      'another section of the base’s',
      { files, base: { 'setup.cfg': '[mypy]\nstrict = True' } },
      '--config-file=setup.cfg',
      list,
    ],
    [
      'what the base excludes',
      { files, base: { 'mypy.ini': '[mypy]\nexclude = (?x)(\n  ^x$\n  )\n' } },
      '--config-file=mypy.ini',
      '.',
    ],
    [
      'ours where nothing speaks of it',
      { files, base: { 'setup.cfg': '[metadata]', 'pyproject.toml': '' } },
      own,
      list,
    ],
    [
      'ours where only the candidate has one',
      { files: { ...files, 'mypy.ini': '' }, base: files },
      own,
      list,
    ],
  ])('is steered by %s', (_, parts, config, target) => {
    const { command } = planned(parts);
    expect(command.find((each) => each.startsWith('--config-file='))).toBe(config);
    expect(command.at(-1)).toBe(target);
  });

  it.each(['files = src', 'packages = a, b', 'modules =\n  a\n  b'])(
    'lets the base say what to check: %j',
    (line) => {
      const { command } = planned({ files, base: { 'setup.cfg': `[mypy]\n${line}\n` } });
      expect(command.at(-1)).toMatch(/^--/);
    },
  );

  it('finds modules below src/', () => {
    expect(planned({ files }).env.MYPYPATH).toBe('/app/src');
    expect(planned({ files: { ...files, 'src/__init__.py': '' } }).env.MYPYPATH).toBeUndefined();
  });

  it.each([
    ['mypy.ini', '[mypy]\nplugins = installed.plugin, tools/own.py:start\n'],
    ['mypy.ini', '[mypy]\nplugins =\n    own.py\n'],
    ['pyproject.toml', '[tool.mypy]\nplugins = ["tools/own.py"]\n'],
    ['setup.cfg', '[mypy]\nplugins: ./own.py\n'],
  ])('does not run code that a candidate may change: %s', (path, text) => {
    const base = { [path]: text };
    expect(() => planned({ files, base })).toThrow(/which a candidate may change/);
    const options = { configuration: ['tools/own.py', 'own.py'] };
    expect(planned({ files, base, options }).command).toContain(`--config-file=${path}`);
  });

  it('does not take a part of a name for a file', () => {
    expect(() => planned({ files: { 'a\nb.py': '' } })).toThrow(/line break/);
  });
});

const error = {
  file: 'src/a.py',
  line: 5,
  column: 11,
  end_line: 5,
  end_column: 12,
  message: 'Incompatible return value type (got "int", expected "str")',
  hint: null,
  code: 'return-value',
  severity: 'error',
};
const count =
  '     10      10      2      2 total\n      9       9      2      2 a\n      1       1      0      0 b\n';

function parse(
  messages: readonly unknown[],
  output: Partial<ToolOutput> = {},
  base: Record<string, string> = {},
) {
  const stdout = messages
    .map((each) => (typeof each === 'string' ? each : `${JSON.stringify(each)}\n`))
    .join('');
  const exitCode = messages.length > 0 ? 1 : 0;
  return mypy.parse(
    { exitCode, stdout, stderr: '', report: count, ...output },
    toolInput(mypy, { files, base }),
  );
}

describe('the report of mypy', () => {
  it('has findings, with notes, and files', () => {
    const note = { ...error, line: 6, severity: 'note', code: null, message: 'Revealed type is "int"' };
    const { findings, files: checked, rules } = parse([error, note]);
    expect(findings[0]).toMatchObject({
      path: 'src/a.py',
      rule: 'return-value',
      level: 'error',
      startLine: 5,
      startColumn: 12,
      endColumn: 13,
    });
    expect(findings[1]).toMatchObject({ rule: 'misc', level: 'note', startLine: 6 });
    expect(checked).toBe(2);
    expect([...rules.keys()]).toEqual(['return-value']);
  });

  it('has no place where mypy says none, and no path outside of the workspace', () => {
    const [finding] = parse([
      { ...error, file: '/usr/lib/x.py', line: -1, column: -1, end_line: -1 },
    ]).findings;
    expect(finding).toMatchObject({ path: null, startLine: null, startColumn: null, endLine: null });
  });

  it('counts nothing that it was not asked for, and what the base left out', () => {
    expect(parse([], { report: count + count }).files).toBe(2);
    const one = count.split('\n').slice(0, 2).join('\n');
    expect(parse([], { report: one })).toMatchObject({ files: 1, excluded: 0 });
    expect(parse([], { report: one }, { 'mypy.ini': '[mypy]\nfiles = src\n' })).toMatchObject({
      files: 1,
      excluded: 1,
    });
  });

  it.each<[string, readonly unknown[], Partial<ToolOutput>, RegExp]>([
    [
      'a syntax error',
      [{ ...error, code: 'syntax', message: 'bad' }],
      { exitCode: 2, report: null },
      /checked nothing: src\/a\.py:5: bad/,
    ],
    [
      'a wrong configuration',
      [],
      { exitCode: 2, stderr: 'mypy: error: Cannot find config file', report: null },
      /code 2.*Cannot find/,
    ],
    ['a crash', [], { exitCode: 139 }, /exit code 139/],
    [
      'a missing module',
      [],
      {
        exitCode: 1,
        stderr: 'Traceback (most recent call last):\n  File "<string>"\nModuleNotFoundError: no mypy',
        report: null,
      },
      /did not say|ModuleNotFoundError/,
    ],
    ['no list of what was checked', [], { report: null }, /did not say/],
    ['an empty list', [], { report: '      0      0      0      0 total\n' }, /none of 2 files/],
    ['half a message', ['{"file": "a'], {}, /no complete JSON/],
    ['another message', [{ file: 'a.py' }], {}, /line/],
    ['other words', ['Warning: something\n'], {}, /more than messages/],
  ])('fails on %s', (_, messages, output, reason) => {
    expect(() => parse(messages, output)).toThrow(ToolFailure);
    expect(() => parse(messages, output)).toThrow(reason);
  });
});
