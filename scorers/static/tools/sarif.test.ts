import { describe, expect, it } from 'vitest';
import { ToolFailure, type ToolInput } from '../tool.ts';
import { sarif } from './sarif.ts';

const minimal = { name: 'lint', command: ['lint', '--sarif', '.'], files: ['**/*.x'] };
const optionsOf = (own: Record<string, unknown>) => sarif.options.parse({ ...minimal, ...own });
function inputOf(
  own: Record<string, unknown>,
  more: Partial<ToolInput<unknown>> = {},
): ToolInput<ReturnType<typeof optionsOf>> {
  return {
    workdir: '/work/app',
    packages: new Map([
      ['node', '/opt/assay/tools/node'],
      ['npm+lint@1.0.0', '/opt/assay/tools/npm+lint@1.0.0'],
    ]),
    files: ['a.x', 'b.x'],
    base: new Set(['a.x']),
    baseFile: () => null,
    suiteFile: (path) => (path === 'conf/lint.rules.json' ? Buffer.from('{}') : null),
    ...more,
    options: optionsOf(own),
  };
}
const npm = { npm: 'lint@1.0.0' };

describe('the options of sarif', () => {
  it('have defaults for all but name, command and files', () => {
    expect(sarif.options.parse(minimal)).toEqual({
      ...minimal,
      report: 'stdout',
      exit_codes: [0, 1],
      configuration: [],
      reach: 'project',
      count: 'sarif-artifacts',
      env: {},
    });
  });

  it.each([
    ['a name', { name: 'My Lint' }, 'name'],
    ['no name', { name: undefined }, 'name'],
    ['no files', { files: [] }, 'files'],
    ['an unknown field', { shell: true }, ''],
    ['a program of the workspace', { command: ['./lint'] }, 'command'],
    ['a program of the workspace by name', { command: ['{workdir}/lint'] }, 'command'],
    ['a program in a folder of it', { command: ['node_modules/.bin/lint'] }, 'command'],
    ['files within an argument', { command: ['lint', '--files={files}'] }, 'command'],
    ['files in the environment', { env: { F: '{files}' } }, 'command'],
    ['a file tool that cannot be given files', { reach: 'file' }, 'reach'],
    ['a report that nobody names', { report: 'file' }, 'report'],
    ['a report that is not read', { command: ['lint', '{report}'] }, 'report'],
    ['a configuration that nobody names', { config: 'a.json' }, 'config'],
    ['a configuration that is not there', { command: ['lint', '{config}'] }, 'config'],
    ['a package that is not there', { command: ['{tool}/bin/lint'] }, 'package'],
    ['Node without an npm package', { command: ['{node}', 'x'], package: { pypi: 'lint==1.0' } }, 'package'],
    ['two packages', { package: { npm: 'a@1.0.0', pypi: 'b==1.0' } }, 'package'],
    ['an exit code', { exit_codes: [256] }, 'exit_codes.0'],
    ['a variable', { env: { 'A=B': '' } }, 'env.A=B'],
  ])('refuse %s', (_, own, field) => {
    const parsed = sarif.options.safeParse({ ...minimal, ...own });
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toContain(field);
  });

  it('say what is mounted, looked at and put back', () => {
    const options = optionsOf({
      package: npm,
      configuration: ['lint.toml'],
      config: 'l.json',
      command: ['{node}', '{tool}/l.js', '{config}'],
    });
    expect(sarif.packages(options)).toEqual(['node', npm]);
    expect(sarif.packages(optionsOf({ package: { pypi: 'lint==1.0' } }))).toEqual([{ pypi: 'lint==1.0' }]);
    expect(sarif.packages(optionsOf({}))).toEqual([]);
    expect(sarif.files(options)).toEqual(['**/*.x']);
    expect(sarif.moreConfiguration?.(options)).toEqual(['lint.toml']);
    expect(sarif.suiteFiles?.(options)).toEqual(['l.json']);
    expect(sarif.reach(options)).toBe('project');
    expect(sarif.suits).toBeUndefined();
  });
});

describe('the plan of sarif', () => {
  it('fills in where everything is', () => {
    const plan = sarif.plan(
      inputOf({
        package: npm,
        config: 'conf/lint.rules.json',
        report: 'file',
        command: [
          '{node}',
          '{tool}/l.js',
          '--config={config}',
          '-o',
          '{report}',
          '--root={workdir}',
          '{other}',
          '{files}',
        ],
        env: { LINT_HOME: '{tool}/share', PLAIN: '{}' },
      }),
    );
    expect(plan).toEqual({
      command: [
        '/opt/assay/tools/node/bin/node',
        '/opt/assay/tools/npm+lint@1.0.0/l.js',
        '--config=/opt/assay/static/sarif/config.rules.json',
        '-o',
        '/logs/static/report.sarif',
        '--root=/work/app',
        '{other}',
        'a.x',
        'b.x',
      ],
      env: { LINT_HOME: '/opt/assay/tools/npm+lint@1.0.0/share', PLAIN: '{}' },
      entries: [
        {
          path: '/opt/assay/static/sarif/config.rules.json',
          type: 'file',
          mode: 0o755,
          content: Buffer.from('{}'),
        },
      ],
      report: '/logs/static/report.sarif',
    });
  });

  it('gives files so that none is an option, a list of arguments or a placeholder', () => {
    const files = ['-o/x.x', '@list.x', '{workdir}.x', 'a b.x', 'src/-x.x', '~/x.x'];
    expect(sarif.plan(inputOf({ command: ['lint', '{files}'] }, { files })).command).toEqual([
      'lint',
      './-o/x.x',
      './@list.x',
      './{workdir}.x',
      'a b.x',
      'src/-x.x',
      './~/x.x',
    ]);
  });

  it.each([
    ['a program in the workspace', { command: ['/work/app/lint'] }, 'lies in the workspace'],
    ['one that gets there', { command: ['/usr/../work/app/lint'] }, 'lies in the workspace'],
    [
      'a file that the suite does not have',
      { command: ['lint', '{config}'], config: 'no.json' },
      'no file no.json',
    ],
  ])('refuses %s', (_, own, reason) => {
    expect(() => sarif.plan(inputOf(own))).toThrow(ToolFailure);
    expect(() => sarif.plan(inputOf(own))).toThrow(reason);
  });

  it('refuses a package that is not mounted', () => {
    const input = inputOf({ package: npm, command: ['{tool}/l'] }, { packages: new Map([['node', '/n']]) });
    expect(() => sarif.plan(input)).toThrow(ToolFailure);
  });

  it('runs a program of the image by its name or path', () => {
    for (const program of ['lint', '/usr/bin/lint', '/work/application/lint'])
      expect(sarif.plan(inputOf({ command: [program, '.'] })).command).toEqual([program, '.']);
  });
});

describe('what sarif reads', () => {
  const artifacts = (...uris: string[]) =>
    uris.map((uri) => ({ location: { uri }, roles: ['analysisTarget'] }));
  const log = (own: Record<string, unknown> = {}) =>
    JSON.stringify({
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'Lint', version: '1.0.0' } },
          results: [{ ruleId: 'r', message: { text: 'm' } }],
          ...own,
        },
      ],
    });
  const outputOf = (stdout: string, own = {}) => ({ exitCode: 0, stdout, stderr: '', report: null, ...own });

  it('are findings under the name of its options', () => {
    const report = sarif.parse(outputOf(log({ artifacts: artifacts('a.x') })), inputOf({}));
    expect(report).toMatchObject({
      findings: [{ tool: 'lint', rule: 'r', message: 'm' }],
      files: 1,
      version: '1.0.0',
    });
  });

  it('is its report where it writes one', () => {
    const input = inputOf({ report: 'file', command: ['lint', '{report}'], count: 'given' });
    expect(sarif.parse(outputOf('noise', { report: log() }), input).findings).toHaveLength(1);
    expect(() => sarif.parse(outputOf(log()), input)).toThrow('it wrote no report');
  });

  it.each([
    ['as many as it lists', { artifacts: artifacts('a.x') }, {}, 1],
    ['never more than it was asked to look at', { artifacts: artifacts('a.x', 'b.x', 'c.x') }, {}, 2],
    ['none where it lists none', { artifacts: [] }, {}, 0],
    ['as many as it was given, where the suite says so', {}, { count: 'given' }, 2],
  ])('are files: %s', (_, own, options, files) => {
    expect(sarif.parse(outputOf(log(own)), inputOf(options)).files).toBe(files);
  });

  it.each([
    ['nothing of files', outputOf(log()), 'does not say which files it analysed'],
    ['no log', outputOf(''), 'it printed no SARIF log'],
    [
      'another exit code',
      outputOf(log(), { exitCode: 2, stderr: 'bad\nflag' }),
      'it ended with exit code 2: bad flag',
    ],
    ['another exit code and nothing else', outputOf('', { exitCode: 3 }), 'it ended with exit code 3'],
  ])('fails with %s', (_, output, reason) => {
    expect(() => sarif.parse(output, inputOf({}))).toThrow(ToolFailure);
    expect(() => sarif.parse(output, inputOf({}))).toThrow(reason);
  });
});
