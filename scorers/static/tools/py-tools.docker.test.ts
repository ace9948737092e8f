import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { ensureBaseImage } from '../../../harness/sandbox/base-images.ts';
import { openTestEngine, outputText, type TestEngine } from '../../../harness/sandbox/docker-testing.ts';
import { type LayerEntry, packLayer } from '../../../harness/sandbox/layer.ts';
import { openToolbox } from '../../../harness/tools/open-toolbox.ts';
import type { InstalledTool } from '../../../harness/tools/toolbox.ts';
import { staticLogs, type ToolAdapter, ToolFailure, type ToolInput, type ToolReport } from '../tool.ts';
import { bandit } from './bandit.ts';
import { mypy } from './mypy.ts';
import { ruff } from './ruff.ts';
import { secretlint } from './secretlint.ts';
import { semgrep } from './semgrep.ts';

let engine: TestEngine;
const installed = new Map<string, InstalledTool>();

beforeAll(async () => {
  engine = await openTestEngine();
  const toolbox = openToolbox();
  const names = ['ruff', 'mypy', 'bandit', 'semgrep', 'node', 'secretlint'];
  for (const tool of await Promise.all(names.map((name) => toolbox.get(name))))
    installed.set(tool.name, tool);
});
afterAll(() => engine?.sandbox.close());

interface Tree {
  /** What the candidate's workspace holds. */
  files: Readonly<Record<string, string>>;
  /** What the tool is asked to look at; default: whatever it is for. */
  asked?: readonly string[];
  base?: Readonly<Record<string, string>>;
  suite?: Readonly<Record<string, string>>;
  image?: string;
}

/** Runs an adapter as the scorer does: files of root's, tools mounted, an unprivileged user, no network. */
async function run<Schema extends z.ZodType>(
  adapter: ToolAdapter<Schema>,
  tree: Tree,
  options: z.input<Schema> = {} as z.input<Schema>,
): Promise<ToolReport> {
  const base = tree.base ?? {};
  const parsed = adapter.options.parse(options);
  const tools = adapter.packages(parsed).flatMap((name) => installed.get(String(name)) ?? []);
  const input: ToolInput<z.infer<Schema>> = {
    workdir: '/app',
    packages: new Map(tools.map(({ name, mount }) => [name, mount.target])),
    options: parsed,
    files: tree.asked ?? Object.keys(tree.files).sort(),
    base: new Set(Object.keys(base)),
    baseFile: (path) => base[path] ?? null,
    suiteFile: (path) => (tree.suite?.[path] === undefined ? null : Buffer.from(tree.suite[path])),
  };
  const plan = adapter.plan(input);
  const user = { uid: 1000, gid: 1000 };
  const entries: LayerEntry[] = [
    { path: '/app', type: 'dir', ...user },
    ...Object.entries({ ...tree.files, ...base }).map(
      ([path, content]): LayerEntry => ({ path: `/app/${path}`, type: 'file', content, ...user }),
    ),
    ...plan.entries,
    { path: staticLogs, type: 'dir', ...user },
  ];
  const request = engine.request('', {
    command: plan.command,
    env: plan.env,
    workdir: '/app',
    files: packLayer(entries),
    mounts: tools.map(({ mount }) => mount),
    limits: { memoryMb: 1024, timeoutSec: 60 },
    outputBytes: 1024 ** 2,
    ...(tree.image === undefined ? {} : { image: tree.image }),
  });
  const result = await engine.sandbox.run<string | null>({
    ...request,
    collect: async (stopped) => (plan.report === null ? null : firstFile(await stopped.read(plan.report))),
  });
  const output = {
    exitCode: result.exitCode ?? -1,
    stdout: outputText(result.stdout),
    stderr: outputText(result.stderr),
    report: result.collected ?? null,
  };
  return adapter.parse(output, input);
}

async function firstFile(tar: Readable | null): Promise<string | null> {
  if (tar === null) return null;
  for await (const member of tar.pipe(extract())) return (await buffer(member)).toString();
  return null;
}

const short = ({ findings }: ToolReport) =>
  findings.map(({ path, startLine, rule, level }) => `${path}:${startLine} ${rule} ${level}`);

const shell =
  'import subprocess\n\n\ndef run(line):\n    subprocess.call(line, shell=True)  # nosec # noqa\n';

describe('ruff', () => {
  const files = {
    'src/a.py': 'import os  # noqa: F401\n\n\ndef f():\n    return missing\n',
    'build/hidden.py': '# ruff: noqa\nx = undefined_name\n',
    '-odd.py': 'value = 1\n',
  };

  it('finds what comments, ignore files and built-in excludes would hide', async () => {
    const report = await run(ruff, {
      files: { ...files, '.gitignore': '*\n' },
      asked: Object.keys(files).sort(),
    });
    expect(short(report)).toEqual([
      'build/hidden.py:2 F821 error',
      'src/a.py:1 F401 warning',
      'src/a.py:5 F821 error',
    ]);
    expect(report.files).toBe(3);
    expect(report.rules.get('F821')?.name).toBe('undefined-name');
  });

  it("follows the base's configuration, its excludes as well", async () => {
    const base = { 'ruff.toml': 'exclude = ["build"]\n[lint]\nselect = ["F401"]\n' };
    const report = await run(ruff, { files, base });
    expect(short(report)).toEqual(['src/a.py:1 F401 warning']);
    expect(report.files).toBe(2);
    const open = await run(ruff, {
      files,
      base: { 'pyproject.toml': '[tool.ruff.lint]\nselect = ["F8"]\n' },
    });
    expect(short(open)).toEqual(['build/hidden.py:2 F821 error', 'src/a.py:5 F821 error']);
  });

  it("follows the suite's configuration before the base's", async () => {
    const report = await run(
      ruff,
      { files, base: { 'ruff.toml': 'broken' }, suite: { 'r.toml': '[lint]\nselect = ["F401"]\n' } },
      { config: 'r.toml', errors: ['F4'] },
    );
    // What the base says is not even TOML, and is not read.
    expect(short(report)).toEqual(['src/a.py:1 F401 error']);
  });

  it('fails on a wrong configuration, and says what that leaves out', async () => {
    const wrong = run(ruff, { files, base: { 'ruff.toml': 'no-such-option = 1\n' } });
    await expect(wrong).rejects.toThrow(/exit code 2.*no-such-option/);
    const none = await run(ruff, { files, base: { 'ruff.toml': 'exclude = ["*"]\n' } });
    expect(none).toMatchObject({ files: 0, excluded: 3, findings: [] });
    await expect(run(ruff, { files: {}, asked: ['a.py'] })).rejects.toThrow(/none of 1 file/);
  });

  it('has a finding for a file that it cannot read or parse', async () => {
    const report = await run(ruff, {
      files: { 'a.py': 'def f(:\n', 'b.py': 'x = 1\n' },
      asked: ['a.py', 'b.py', 'c.py'],
    });
    expect(new Set(short(report))).toEqual(
      new Set(['a.py:1 invalid-syntax error', 'a.py:2 invalid-syntax error', 'c.py:1 E902 error']),
    );
    expect(report.files).toBe(2);
  });
});

describe('mypy', () => {
  const files = {
    'src/pkg/__init__.py': '',
    'src/pkg/a.py': 'import absent\n\n\ndef f(x: int) -> str:\n    return x\n',
    'tests/conftest.py': 'from pkg.a import f\n\nf("1")\n',
    'other/conftest.py': 'y: int = 1\n',
  };

  it('checks a project that is not set up for it', async () => {
    const report = await run(mypy, { files, base: { 'src/pkg/a.py': files['src/pkg/a.py'] } });
    expect(short(report)).toEqual([
      'src/pkg/a.py:5 return-value error',
      'tests/conftest.py:3 arg-type error',
    ]);
    expect(report.findings[0]).toMatchObject({ startColumn: 12, endLine: 5, endColumn: 13 });
    expect(report.files).toBe(4);
  });

  it("follows the base's configuration", async () => {
    const base = {
      'setup.cfg': '[metadata]\nname = x\n[mypy]\nmypy_path = src\nfiles = src\npretty = True\n',
    };
    const report = await run(mypy, { files, base });
    expect(short(report)).toEqual([
      'src/pkg/a.py:1 import-not-found error',
      'src/pkg/a.py:5 return-value error',
    ]);
    expect(report.files).toBe(2);
  });

  it('sees the packages of the image, and none of its own', async () => {
    const report = await run(
      mypy,
      {
        files: { 'a.py': 'import pathspec\nimport mypy_extensions\nimport pip\n' },
        suite: { 'm.ini': '[mypy]\n' },
      },
      { config: 'm.ini' },
    );
    // What mypy itself needs is mounted, and not installed; pip is installed.
    expect(report.findings.map(({ startLine, rule }) => `${startLine} ${rule}`)).toEqual([
      '1 import-not-found',
    ]);
  });

  it.each([
    ['a syntax error', { 'a.py': 'x = (\n', 'b.py': 'y: int = ""\n' }, {}, /checked nothing: a\.py/],
    ['two modules of a name', files, { 'mypy.ini': '[mypy]\n' }, /checked nothing.*Duplicate module/],
    ['a plugin that is not there', files, { 'mypy.ini': '[mypy]\nplugins = nope\n' }, /exit code 2.*nope/],
    ['a crash', { 'a.py': `x = ${Array(20_000).fill('1').join('+')}\n` }, {}, /exit code/],
  ])('fails on %s', async (_, tree, base, reason) => {
    await expect(run(mypy, { files: tree, base })).rejects.toThrow(reason);
  });

  it('runs nothing of the workspace', async () => {
    const trap = 'import sys\nsys.stderr.write("ran")\nraise SystemExit(0)\n';
    const traps = ['sitecustomize.py', 'usercustomize.py', 'mypy/__init__.py', 'json.py'];
    const tree = Object.fromEntries(traps.map((path) => [path, trap]));
    const report = await run(mypy, { files: { ...tree, 'a.py': 'x: int = ""\n' }, asked: ['a.py'] });
    expect(short(report)).toContain('a.py:1 assignment error');
  });
});

describe('bandit', () => {
  it('finds what a comment or a name would hide', async () => {
    const report = await run(bandit, {
      files: {
        'src/a.py': shell,
        'x.git.py': 'eval(input())\n',
        'broken.py': 'def f(:\n',
        'p.py': 'password = "hunter22"\n',
      },
    });
    expect(short(report)).toEqual([
      'src/a.py:5 B602 error',
      'x.git.py:1 B307 warning',
      'p.py:1 B105 note',
      'src/a.py:1 B404 note',
      'broken.py:null not-analysed error',
    ]);
    expect(report.files).toBe(3);
    expect(JSON.stringify(report)).not.toContain('hunter22');
    expect(report.findings[0]).toMatchObject({ security: 8, startColumn: 5, endLine: 5, endColumn: 38 });
  });

  it("follows the base's configuration", async () => {
    const files = { 'src/a.py': shell, 'skip/b.py': shell };
    const ini = await run(bandit, {
      files,
      base: { '.bandit': '[bandit]\nskips = B404\nexclude = /skip/\n' },
    });
    expect(short(ini)).toEqual(['skip/b.py:5 B602 error', 'src/a.py:5 B602 error']);
    const toml = { 'pyproject.toml': '[tool.bandit]\nskips = ["B404"]\nexclude_dirs = ["skip"]\n' };
    const report = await run(bandit, { files, base: toml });
    expect(short(report)).toEqual(['src/a.py:5 B602 error']);
    expect(report.files).toBe(1);
  });

  it('fails on a wrong configuration, on no file that it could read, and without an interpreter', async () => {
    const files = { 'a.py': shell };
    const wrong = run(bandit, { files, suite: { 'b.yaml': 'tests: [B999]\n' } }, { config: 'b.yaml' });
    await expect(wrong).rejects.toThrow(/exit code 2/);
    await expect(run(bandit, { files: { 'a.py': 'def f(:\n' } })).rejects.toThrow(/none of 1 file/);
    const { ref } = await ensureBaseImage(engine.docker, 'debian:bookworm-slim');
    await expect(run(bandit, { files, image: ref })).rejects.toThrow(ToolFailure);
  });
});

describe('semgrep', () => {
  const rules = `rules:
  - {id: no-eval, languages: [python], severity: ERROR, message: eval of $X, pattern: eval($X), metadata: {security-severity: "8.5"}}
  - {id: js-eval, languages: [js], severity: INFO, message: eval, pattern: eval(...)}
`;
  const suite = {
    'rules.yml': rules,
    'broken.yml': 'rules:\n  - {id: a, languages: [python], severity: ERROR, message: m, pattern: "((("}\n',
  };
  const files = {
    'a.py': 'eval(x)  # nosemgrep\n',
    'sub/b.js': 'eval(1);\n',
    'c.css': 'a {}\n',
  };

  it('finds what comments and ignore files would hide', async () => {
    const report = await run(
      semgrep,
      { files: { ...files, '.semgrepignore': 'sub/\n*.py\n' }, asked: Object.keys(files).sort(), suite },
      { rules: ['rules.yml'] },
    );
    expect(short(report)).toEqual(['a.py:1 no-eval error', 'sub/b.js:1 js-eval note']);
    expect(report.findings[0]).toMatchObject({ message: 'eval of x', security: 8.5, endColumn: 8 });
    // It has no rule for the third.
    expect(report.files).toBe(2);
    expect(report.version).toBe(installed.get('semgrep')?.version);
  });

  it('has a finding where it does not understand a file', async () => {
    const tree = { files: { 'a.js': 'let a = 1;\n<<<<<<< HEAD\neval(1)\n' }, suite };
    const report = await run(semgrep, tree, { rules: ['rules.yml'] });
    expect(short(report)).toContain('a.js:2 not-analysed error');
  });

  it('fails on a rule that cannot be read, and leaves out files that no rule is for', async () => {
    await expect(run(semgrep, { files, suite }, { rules: ['rules.yml', 'broken.yml'] })).rejects.toThrow(
      /Invalid pattern/,
    );
    await expect(
      run(semgrep, { files, suite: { 'r.yml': 'rules: [' } }, { rules: ['r.yml'] }),
    ).rejects.toThrow(/YAML/);
    const none = await run(semgrep, { files: { 'c.css': 'a {}\n' }, suite }, { rules: ['rules.yml'] });
    expect(none).toMatchObject({ files: 0, excluded: 1 });
  });
});

describe('secretlint', () => {
  // Put together here: no secret scanner is to find one in this file.
  const token = `ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8'}`;
  const url = `postgres://user:${'pa55word99'}@host/db`;

  it('finds secrets that comments and ignore files would hide, and quotes none', async () => {
    const files = {
      'a.js': `// secretlint-disable\nconst token = "${token}";\n`,
      'sub/b.txt': `x\n${url}\n`,
      'ok.txt': 'nothing\n',
    };
    const report = await run(secretlint, {
      files: { ...files, '.secretlintignore': '**\n', '.gitignore': '*\n' },
      asked: Object.keys(files).sort(),
    });
    expect(short(report)).toEqual([
      'a.js:2 @secretlint/secretlint-rule-github error',
      'sub/b.txt:2 @secretlint/secretlint-rule-database-connection-string error',
    ]);
    expect(report.files).toBe(3);
    expect(JSON.stringify(report)).not.toMatch(/ghp_|pa55/);
  });

  it("follows the base's configuration", async () => {
    const rule = { id: '@secretlint/secretlint-rule-github', disabled: true };
    const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rules: [rule] }] };
    const tree = {
      files: { 'a.txt': `${token}\n${url}\n` },
      base: { '.secretlintrc.json': JSON.stringify(config) },
    };
    const report = await run(secretlint, { ...tree, asked: ['a.txt'] });
    expect(short(report)).toEqual(['a.txt:2 @secretlint/secretlint-rule-database-connection-string error']);
  });

  it('fails on a configuration with an unknown rule, and on a file that is not there', async () => {
    const suite = { 's.json': '{"rules":[{"id":"no-such-rule"}]}' };
    const unknown = run(secretlint, { files: { 'a.txt': 'x' }, suite }, { config: 's.json' });
    await expect(unknown).rejects.toThrow(/exit code 1.*no-such-rule/);
    const missing = run(secretlint, { files: {}, asked: ['a.txt'] });
    await expect(missing).rejects.toThrow(/exit code 1.*ENOENT/);
  });
});
