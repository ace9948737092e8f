import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../../harness/domain/finding.ts';
import { astGrep } from './ast-grep.ts';
import { biome } from './biome.ts';
import { eslint } from './eslint.ts';
import { jscpd } from './jscpd.ts';
import { knip } from './knip.ts';
import { openToolBench, type ToolBench } from './support/testing.ts';
import { tsc } from './tsc.ts';

let bench: ToolBench;
beforeAll(async () => {
  bench = await openToolBench();
});
afterAll(() => bench.engine.sandbox.close());

/** What matters of findings, one line each. */
function lines(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, level, path, startLine }) => `${path}:${startLine} ${level} ${rule}`);
}

/** Prints something that looks like a clean end, for code that should never run. */
const takeover = (report: string) =>
  `require('node:fs').writeFileSync('/logs/static/${report}', '{"files":9,"failed":false,"issues":[]}'); process.exit(0);`;

describe('tsc', () => {
  it('checks types beside syntax errors, and projects that are referred to', async () => {
    const { report } = await bench.run(tsc, {
      files: {
        'tsconfig.json': '{"files":[],"references":[{"path":"a"},{"path":"b"}]}',
        'a/tsconfig.json': '{"compilerOptions":{"composite":true,"outDir":"../out/a"}}',
        'a/a.ts': 'export const a: number = "x";',
        'b/tsconfig.json':
          '{"compilerOptions":{"composite":true,"outDir":"../out/b"},"references":[{"path":"../a"}]}',
        'b/b.ts': 'import { a } from "../a/a";\nexport const b: string = a;\n',
        'b/broken.ts': 'export const c = (;\nimport "gone";',
      },
    });
    const { findings, files, version } = report();
    expect(lines(findings)).toEqual([
      'a/a.ts:1 error TS2322',
      'b/b.ts:2 error TS2322',
      'b/broken.ts:1 error TS1109',
      'b/broken.ts:2 error TS2882',
    ]);
    expect({ files, version }).toEqual({ files: 3, version: '6.0.3' });
  });

  it('obeys the base’s project, not the candidate’s', async () => {
    const code = { 'src/a.ts': 'export function f(x) { return x; }' };
    const base = { 'tsconfig.json': '{"compilerOptions":{"strict":true},"include":["src"]}' };
    const candidate = {
      ...code,
      'tsconfig.json': '{"compilerOptions":{"strict":false}}',
      'src/tsconfig.json': '{}',
    };
    const kept = await bench.run(tsc, { files: candidate, base });
    expect(lines(kept.report().findings)).toEqual(['src/a.ts:1 error TS7006']);
    const without = await bench.run(tsc, { files: candidate, base: {} });
    expect(lines(without.report().findings)).toEqual(['src/a.ts:1 error TS7006']);
  });

  it.each([
    ['no file', { 'tsconfig.json': '{"include":["src"]}', 'a.ts': '' }, /analysed none of 1 file/],
    [
      'a broken project',
      { 'tsconfig.json': '{"compilerOptions":{"strict":"x"}}', 'a.ts': '' },
      /cannot use its configuration/,
    ],
    [
      'a missing project to build on',
      { 'tsconfig.json': '{"extends":"@x/y"}', 'a.ts': '' },
      /cannot use its configuration: File '@x\/y' not found/,
    ],
    [
      'one that candidates may change',
      { 'tsconfig.json': '{"extends":"./x.json"}', 'x.json': '{}', 'a.ts': '' },
      /steered by x.json/,
    ],
  ])('fails with %s', async (_, files, reason) => {
    const { report } = await bench.run(tsc, { files });
    expect(report).toThrow(reason);
  });
});

describe('eslint', () => {
  it('lints with what is recommended, whatever comments and names say', async () => {
    const { report } = await bench.run(eslint, {
      files: {
        'src/[id].js': 'var unused;\n',
        '!x.ts': 'export const a: any = 1;\n',
        'a.js': '/* eslint-disable */\nnope(); // eslint-disable-line\n',
        'broken.ts': 'export const b = (;\n',
        'eslint-suppressions.json': '{"a.js":{"no-undef":{"count":1}}}',
        'src/eslint.config.mjs': 'export default [{ ignores: ["**"] }];',
      },
      base: {},
    });
    const { findings, files, excluded, rules } = report();
    expect(lines(findings)).toEqual([
      '!x.ts:1 error @typescript-eslint/no-explicit-any',
      'a.js:2 error no-undef',
      'broken.ts:1 error parse-error',
      'src/[id].js:1 error no-unused-vars',
    ]);
    expect({ files, excluded }).toEqual({ files: 4, excluded: 0 });
    expect(rules.get('no-undef')?.helpUri).toBe('https://eslint.org/docs/latest/rules/no-undef');
  });

  it('takes the suite’s configuration, also for rules that need types', async () => {
    const config = `import typescript from 'typescript-eslint';
      export default [{
        files: ['**/*.ts'],
        plugins: { '@typescript-eslint': typescript.plugin },
        languageOptions: { parser: typescript.parser, parserOptions: { projectService: true } },
        rules: { '@typescript-eslint/no-floating-promises': 'warn' },
      }];`;
    const { report } = await bench.run(eslint, {
      files: { 'tsconfig.json': '{}', 'a.ts': 'async function f() {}\nf();\n', 'b.js': 'f()' },
      options: { config: 'lint.mjs', typed: true },
      suite: { 'lint.mjs': config },
    });
    expect(lines(report().findings)).toEqual(['a.ts:2 warning @typescript-eslint/no-floating-promises']);
  });

  it('takes the base’s configuration, and knows what that leaves out', async () => {
    const base = {
      'eslint.config.js':
        'import own from "./rules/eslint.config.mjs"; export default [{ ignores: ["gen/**"] }, ...own];',
      'rules/eslint.config.mjs': 'export default [{ rules: { "no-debugger": "error" } }];',
      'package.json': '{"type":"module"}',
    };
    const changed = {
      'eslint.config.js': 'process.exit(0)',
      'rules/eslint.config.mjs': 'export default [];',
    };
    const both = { ...base, ...changed, 'gen/a.js': 'debugger', 'a.js': 'debugger' };
    const { report } = await bench.run(eslint, { files: both, base });
    expect(lines(report().findings)).toEqual(['a.js:1 error no-debugger']);
    expect(report()).toMatchObject({ files: 3, excluded: 1 });
    const generated = await bench.run(eslint, { files: { 'gen/a.js': 'debugger' }, base });
    expect(generated.report()).toMatchObject({ files: 0, excluded: 1, findings: [] });
  });

  it.each([
    ['cannot be loaded', 'import x from "gone"; export default [x];', /Cannot find package 'gone'/],
    ['is no configuration', 'export default [{ rule: {} }];', /rule/],
    ['names an unknown rule', 'export default [{ rules: { odd: 2 } }];', /odd/],
    [
      'loads what a candidate may change',
      'import x from "./x.js"; export default x;',
      /x.js is loaded by the configuration, but a candidate may change it/,
    ],
    ['ends the process', 'process.exit(0);', /no complete JSON report/],
  ])('fails when the base’s configuration %s', async (_, config, reason) => {
    const files = { 'eslint.config.mjs': config, 'x.js': 'export default [];' };
    const { report } = await bench.run(eslint, { files });
    expect(report).toThrow(reason);
  });
});

describe('biome', () => {
  it('lints with what is recommended, whatever configuration and ignore files the candidate adds', async () => {
    const off = '{"linter":{"enabled":false},"vcs":{"enabled":true,"clientKind":"git","useIgnoreFile":true}}';
    const { report } = await bench.run(biome, {
      files: {
        'src/-a [1].ts': 'debugger;\n',
        'broken.ts': 'export const b = (;\n',
        'src/biome.json': off,
        'biome.json': off,
        '.gitignore': 'src\n',
      },
      base: {},
    });
    const { findings, files } = report();
    expect(lines(findings)).toEqual([
      'broken.ts:1 error parse-error',
      'src/-a [1].ts:1 error lint/suspicious/noDebugger',
    ]);
    expect(files).toBe(2);
  });

  it('takes the base’s configuration, and knows what that leaves out', async () => {
    const base = {
      'biome.json':
        '{"files":{"includes":["**","!gen"]},"linter":{"rules":{"suspicious":{"noDebugger":"warn"}}}}',
    };
    const { report } = await bench.run(biome, {
      files: { 'a.js': 'debugger', 'gen/a.js': 'debugger' },
      base,
    });
    expect(lines(report().findings)).toEqual(['a.js:1 warning lint/suspicious/noDebugger']);
    expect(report()).toMatchObject({ files: 1, excluded: 1 });
    const generated = await bench.run(biome, { files: { 'gen/a.js': 'debugger' }, base });
    expect(generated.report()).toMatchObject({ files: 0, excluded: 1, findings: [] });
  });

  it('takes the suite’s configuration, and reports 10,000 findings', async () => {
    const { report } = await bench.run(biome, {
      files: {
        ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}.js`, 'debugger;\n'.repeat(200)])),
        'biome.json': '{"linter":{"enabled":false}}',
      },
      options: { config: 'lint.jsonc' },
      suite: { 'lint.jsonc': '// ours\n{"linter":{"rules":{"suspicious":{"noDebugger":"info"}}}}' },
    });
    const { findings } = report();
    expect(findings.length).toBe(10_000);
    expect(findings.at(-1)).toMatchObject({
      rule: 'lint/suspicious/noDebugger',
      level: 'note',
      startLine: 200,
    });
  });

  it.each(['{"linter":', '{"linter":{"rules":{"suspicious":{"odd":"error"}}}}'])(
    'fails with the configuration %s',
    async (config) => {
      const { report } = await bench.run(biome, { files: { 'a.js': '' }, base: { 'biome.json': config } });
      expect(report).toThrow(/exit code 1: .*biome\.json/);
    },
  );
});

describe('ast-grep', () => {
  const inline = [{ id: 'no-eval', language: 'js', severity: 'error', rule: { pattern: 'eval($A)' } }];

  it('looks into hidden and ignored files, and reads no project file', async () => {
    const { report } = await bench.run(astGrep, {
      files: {
        '.hidden/a.js': 'const é = "😀"; eval(é);',
        'gen/b.js': 'eval(\n1)',
        'c.py': 'eval(1)',
        '.gitignore': 'gen\n',
        '.ignore': '*\n',
        'sgconfig.yml': 'ruleDirs: [none]\n',
      },
      options: { inline, rules: ['lint/a.yml'] },
      suite: { 'lint/a.yml': 'id: py-eval\nlanguage: python\nseverity: hint\nrule: { pattern: eval($A) }\n' },
    });
    const { findings, files } = report();
    expect(lines(findings)).toEqual([
      '.hidden/a.js:1 error no-eval',
      'c.py:1 note py-eval',
      'gen/b.js:1 error no-eval',
    ]);
    expect(findings[0]).toMatchObject({ startColumn: 17, endColumn: 24 });
    // The project file is YAML as well.
    expect(files).toBe(4);
  });

  it.each([
    ['is broken', [{ id: 'x', language: 'js', rule: { pattern: 'eval($A', odd: 1 } }]],
    ['has an unknown language', [{ id: 'x', language: 'odd', rule: { pattern: 'x' } }]],
    ['is switched off', [{ id: 'x', language: 'js', severity: 'off', rule: { pattern: 'x' } }]],
  ])('fails when its rule %s', async (_, rules) => {
    const { report } = await bench.run(astGrep, { files: { 'a.js': 'x' }, options: { inline: rules } });
    expect(report).toThrow(/exit code|rules is switched on/);
  });
});

describe('knip', () => {
  const base = { 'package.json': '{"devDependencies":{"vite":"1","vitest":"1","eslint":"9"}}' };

  it('runs no configuration of the candidate’s, and reads no section of its package.json', async () => {
    const { report } = await bench.run(knip, {
      files: {
        'package.json':
          '{"devDependencies":{"vite":"1","vitest":"1","eslint":"9"},"scripts":{"t":"vitest --config odd.js"},"knip":{"ignore":["**"],"ignoreUnresolved":[".*"]}}',
        'index.ts': 'import "./a.ts";\nimport "./gone.ts";\n',
        'a.ts': 'export const a = 1;\n',
        'dead.ts': '',
        'vite.config.ts': takeover('knip.json'),
        'vitest.config.js': takeover('knip.json'),
        'eslint.config.mjs': takeover('knip.json'),
        'odd.js': takeover('knip.json'),
        'knip.ts': takeover('knip.json'),
        'knip.json': '{"ignore":["**"]}',
      },
      base,
    });
    const { findings, files } = report();
    expect(lines(findings.filter(({ path }) => path !== 'package.json'))).toEqual([
      'a.ts:1 warning exports',
      'dead.ts:null warning files',
      'index.ts:2 error unresolved',
    ]);
    expect(files).toBeGreaterThanOrEqual(4);
  });

  it('takes the base’s configuration, also where that is code', async () => {
    const files = {
      'package.json': '{}',
      'start.ts': 'import "./a.ts";',
      'a.ts': 'export const a = 1;',
      'index.ts': '',
    };
    for (const config of [
      { 'knip.ts': 'const entry: string[] = ["start.ts"]; export default { entry };' },
      { '.knip.jsonc': '// base\n{ "entry": ["start.ts"] }' },
    ]) {
      const { report } = await bench.run(knip, { files, base: { ...files, ...config } });
      expect(lines(report().findings)).toEqual(['a.ts:1 warning exports', 'index.ts:null warning files']);
    }
  });

  it.each([
    ['is broken', { 'knip.json': '{"odd":1}' }, /exit code 2/],
    [
      'loads what a candidate may change',
      { 'knip.ts': 'import "./a.ts"; export default {};' },
      /exit code 2/,
    ],
  ])('fails when the base’s configuration %s', async (_, config, reason) => {
    const files = { 'package.json': '{}', 'index.ts': '', 'a.ts': 'export {}' };
    const { report } = await bench.run(knip, { files, base: { ...files, ...config } });
    expect(report).toThrow(reason);
  });
});

describe('jscpd', () => {
  const code = Array.from({ length: 20 }, (_, i) => `export const v${i} = f(${i}, g(${i}));\n`).join('');

  it('finds each place of a clone, whatever is hidden, ignored or configured by the candidate', async () => {
    const { report } = await bench.run(jscpd, {
      files: {
        'a.ts': code,
        '.hidden/[b].ts': `// another\n${code}`,
        'short.py': 'x = 1\n',
        '.gitignore': '*\n',
        '.jscpd.json': '{"minTokens":100000}',
        'package.json': '{"jscpd":{"minTokens":100000}}',
      },
      base: {},
    });
    const { findings, ...rest } = report();
    expect(lines(findings)).toEqual(['.hidden/[b].ts:2 note duplicate', 'a.ts:1 note duplicate']);
    expect(rest).toMatchObject({ files: 2, excluded: 1, measures: { duplicated_lines: 20 } });
  });

  it('takes the base’s configuration for what a clone is, and for nothing else', async () => {
    const config =
      '{"ignore":["**/a.ts"],"threshold":0,"reporters":["html"],"output":"/nowhere","exitCode":3}';
    const files = { 'a.ts': code, 'b.ts': code, 'c.ts': code };
    const { report } = await bench.run(jscpd, { files, base: { ...files, '.jscpd.json': config } });
    expect(lines(report().findings)).toEqual(['b.ts:1 note duplicate', 'c.ts:1 note duplicate']);
  });
});

describe('a tool that is not there', () => {
  it('is a failure', async () => {
    const parts = { files: { 'a.ts': '' }, mounts: false };
    for (const { output, report } of [await bench.run(tsc, parts), await bench.run(biome, parts)]) {
      expect(output.exitCode).toBe(127);
      expect(report).toThrow(/exit code 127/);
    }
  });
});
