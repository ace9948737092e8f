import { describe, expect, it } from 'vitest';
import { AssayError, inputError, type Problem } from '../../harness/domain/errors.ts';
import { levelProblems, openTool, packagesOf, reachOf, suitingTools, toolEntries } from './choose.ts';
import { StaticEntry } from './options.ts';
import { textTools, toolAdapters } from './tools/registry.ts';

const kinds = { adapters: toolAdapters, texts: textTools };

/** Field, message and fix of everything that is wrong with a list of tools. */
function faults(tools: NonNullable<StaticEntry['tools']>): string[] {
  try {
    toolEntries(tools, kinds);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(AssayError);
    return told((error as AssayError).problems);
  }
}

function told(problems: readonly Problem[]): string[] {
  return problems.map(({ field, message, fix }) => `${field}: ${message} (${fix})`);
}

async function opened(tool: Record<string, unknown> & { tool: string }, exclude: readonly string[] = []) {
  const [entry] = toolEntries([tool], kinds);
  if (entry === undefined) throw new Error('no entry');
  return openTool(entry, exclude, async (path) => Buffer.from(`content of ${path}`));
}

describe('the tools of a suite', () => {
  it('have the defaults of their kind, and common options apart from their own', () => {
    const [tsc, ruff, complexity] = toolEntries(
      ['tsc', { tool: 'ruff', optional: true, timeout_sec: 9, errors: ['E9'] }, 'complexity'],
      kinds,
    );
    expect(tsc).toMatchObject({ index: 0, common: {}, options: { project: 'tsconfig.json' } });
    expect(ruff).toMatchObject({ common: { optional: true, timeout_sec: 9 }, options: { errors: ['E9'] } });
    expect(complexity).toMatchObject({ index: 2, found: { kind: 'text' }, options: { max: 15 } });
  });

  it.each<[string, NonNullable<StaticEntry['tools']>, string[]]>([
    ['a name misspelt', ['tscc'], ['tools[0]: there is no tool "tscc" (did you mean "tsc"?)']],
    [
      'a name like none',
      ['tsc', { tool: 'javac-lint' }],
      [
        expect.stringMatching(
          /^tools\[1\]: there is no tool "javac-lint" \(use one of: advisories, ast-grep/,
        ),
      ],
    ],
    [
      'an option misspelt',
      [{ tool: 'eslint', confg: 'a.mjs' }],
      ['tools[0].confg: unknown field (did you mean "config"?)'],
    ],
    [
      'a common option misspelt',
      [{ tool: 'tsc', optionall: true }],
      ['tools[0].optionall: unknown field (did you mean "optional"?)'],
    ],
    [
      'an option of another tool, with all that there are',
      [{ tool: 'complexity', rules: ['a.yml'] }],
      ['tools[0].rules: unknown field (use one of: exclude, max, optional, timeout_sec)'],
    ],
    [
      'an option of the wrong type',
      [{ tool: 'ruff', errors: 'E9', timeout_sec: 'long' }],
      [
        'tools[0].timeout_sec: expected a number, found the text "long" (write a number)',
        'tools[0].errors: expected a list, found the text "E9" (write it as a list: [E9])',
      ],
    ],
    ['no rules', [{ tool: 'semgrep' }], ['tools[0].rules: is missing (add rules: a list)']],
    [
      'options that contradict each other',
      [{ tool: 'sarif', name: 'x', command: ['x'], files: ['**/*.js'], reach: 'file' }],
      [expect.stringMatching(/^tools\[0\]\.reach: file needs \{files\}.+ \(see the table of tools in /)],
    ],
    [
      'a tool twice, of which the first is told',
      ['ruff', 'tsc', { tool: 'ruff', optional: true }],
      ['tools[2]: ruff is also tools[0] (name each tool once, or rename)'],
    ],
    [
      'a name that another tool has',
      ['tsc', { tool: 'sarif', name: 'tsc', command: ['x'], files: ['**/*'] }],
      ['tools[1]: tsc is also tools[0] (name each tool once, or rename)'],
    ],
    [
      'all at once',
      ['tscc', { tool: 'jscpd', minTokens: 0 }],
      [
        'tools[0]: there is no tool "tscc" (did you mean "tsc"?)',
        expect.stringMatching(/^tools\[1\]\.minTokens: 0 must be at least 1/),
      ],
    ],
  ])('are refused for %s', (_, tools, expected) => {
    expect(faults(tools)).toEqual(expected);
  });

  it('may be several that print SARIF, each under its own name', async () => {
    const own = (name: string) => ({ tool: 'sarif', name, command: ['lint'], files: ['**/*'] });
    expect(faults([own('one'), own('two')])).toEqual([]);
    expect((await opened(own('one'))).label).toBe('one');
  });
});

describe('levels', () => {
  const entries = toolEntries(
    ['ruff', { tool: 'sarif', name: 'own', command: ['x'], files: ['**/*'] }],
    kinds,
  );

  it('are of tools that are used', () => {
    expect(levelProblems({ 'ruff/B006': 'error', 'own/a/b': 'note' }, entries, kinds)).toEqual([]);
    expect(told(levelProblems({ 'rufff/B006': 'error', 'sarif/x': 'note' }, entries, kinds))).toEqual([
      'levels: "rufff/B006" is of rufff, which is none of the tools (did you mean "ruff"?)',
      'levels: "sarif/x" is of sarif, which is none of the tools (use one of: ruff, own)',
    ]);
  });

  it('are of any that there is where the base decides', () => {
    expect(levelProblems({ 'eslint/no-var': 'error' }, null, kinds)).toEqual([]);
    expect(levelProblems({ 'elint/no-var': 'error' }, null, kinds)).toHaveLength(1);
  });

  it('need a tool before the rule', () => {
    expect(StaticEntry.safeParse({ name: 'static', levels: { B006: 'error' } }).success).toBe(false);
    expect(StaticEntry.safeParse({ name: 'static', levels: { 'ruff/B006': 'fatal' } }).success).toBe(false);
  });
});

describe('a tool that was opened', () => {
  it('has the files of the suite that its options name', async () => {
    const tool = await opened({ tool: 'semgrep', rules: ['a.yml', 'b.yml'] });
    expect([...tool.suiteFiles].map(([path, content]) => [path, String(content)])).toEqual([
      ['a.yml', 'content of a.yml'],
      ['b.yml', 'content of b.yml'],
    ]);
  });

  it('says of each of them what is wrong, at its own entry', async () => {
    const [, semgrep] = toolEntries(['tsc', { tool: 'semgrep', rules: ['a.yml', 'b.yml'] }], kinds);
    if (semgrep === undefined) throw new Error('no entry');
    const opening = openTool(semgrep, [], async (path) => {
      throw inputError(`${path} does not exist`, { fix: 'create it' });
    });
    const error = await opening.catch((thrown: unknown) => thrown);
    expect(told((error as AssayError).problems)).toEqual([
      'tools[1]: a.yml does not exist (create it)',
      'tools[1]: b.yml does not exist (create it)',
    ]);
    const failing = openTool(semgrep, [], () => Promise.reject(new TypeError('not a fault of the suite')));
    await expect(failing).rejects.toThrow(TypeError);
  });

  it('looks at its own files, but for those that suite or entry exclude', async () => {
    const tool = await opened({ tool: 'ruff', exclude: ['gen/**'] }, ['vendor/**']);
    const paths = ['a.py', 'a.ts', 'gen/a.py', 'vendor/a.py', 'node_modules/a.py', 'x/.venv/a.py'];
    expect(paths.filter(tool.looksAt)).toEqual(['a.py']);
    expect(tool.isConfiguration('sub/ruff.toml')).toBe(true);
    expect(tool.isConfiguration('a.py')).toBe(false);
  });

  it('is meant for files of a kind, or takes whatever there is', async () => {
    expect((await opened({ tool: 'ruff' })).isMeantFor('a.py')).toBe(true);
    expect((await opened({ tool: 'secretlint' })).isMeantFor('picture.png')).toBe(false);
  });

  it('steers by what its options name, too', async () => {
    const tool = await opened({ tool: 'eslint', configuration: ['rules/**'], typed: true });
    expect(tool.isConfiguration('rules/mine.js')).toBe(true);
    expect(reachOf(tool)).toBe('project');
    expect(packagesOf(tool)).toEqual(['node', 'eslint']);
    expect(reachOf(await opened({ tool: 'eslint' }))).toBe('file');
    const text = await opened({ tool: 'complexity' });
    expect([reachOf(text), packagesOf(text)]).toEqual(['file', []]);
  });
});

describe('tools that suit a base', () => {
  const labels = async (...paths: string[]) =>
    (await suitingTools(new Set(paths), kinds, [])).map(({ label }) => label);

  it('are those that it is set up for', async () => {
    expect(await labels('tsconfig.json', 'eslint.config.js', 'src/a.ts')).toEqual([
      'tsc',
      'eslint',
      'secretlint',
      'suppressions',
      'complexity',
    ]);
    expect(await labels('mypy.ini', 'a.py')).toEqual([
      'ruff',
      'mypy',
      'bandit',
      'secretlint',
      'suppressions',
      'complexity',
    ]);
  });

  it('have something to look at, what is excluded aside', async () => {
    expect(await labels('tsconfig.json', 'README.md')).toEqual(['secretlint']);
    const chosen = await suitingTools(new Set(['gen/a.py']), kinds, ['gen/**']);
    expect(chosen.map(({ label }) => label)).toEqual([]);
  });

  it('are none where there is nothing', async () => {
    expect(await labels()).toEqual([]);
  });
});
