import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Files } from '../../testing.ts';
import { checkKinds } from '../schema.ts';
import { type Changes, openSearchLab, type SearchLab } from '../search/testing.ts';
import type { CheckAnswer } from './check.ts';
import { runPatternChecks } from './pattern.ts';

const base: Files = {
  'src/add.ts': 'export const add = (a: number, b: number) => a + b;\nlegacy(1);\n',
  'src/view.tsx': 'export const View = () => <p>{String(1)}</p>;\n',
  'tool.py': 'import os\n\ndef main():\n    print("x")\n',
  'node_modules/dep/index.ts': 'eval("installed");\n',
};

let lab: SearchLab;
beforeAll(async () => {
  lab = await openSearchLab();
});
afterAll(() => lab.close());

/** Answers of one container, by check. */
async function ask(
  checks: Record<string, object>,
  changes: Changes,
  from = base,
): Promise<Record<string, CheckAnswer>> {
  const asked = Object.entries(checks).map(([id, given]) => ({ id, given: checkKinds.pattern.parse(given) }));
  const answers = await runPatternChecks(asked, await lab.tools(from, changes));
  expect(answers.map(({ id }) => id).toSorted()).toEqual(Object.keys(checks).toSorted());
  return Object.fromEntries(answers.map((answer) => [answer.id, answer]));
}

describe('patterns, by ast-grep in a container', () => {
  it('finds what must be there and what must not, in TypeScript, TSX and Python', async () => {
    const checks = {
      'no-eval': { language: 'typescript', must_not: 'eval($$$)' },
      'no-eval/2': { language: 'python', must_not: 'eval($$$)' },
      typed: { language: 'ts', must: 'export function double($A: number): number { $$$ }' },
      documented: {
        language: 'py',
        must_rule: {
          kind: 'function_definition',
          has: { kind: 'block', has: { kind: 'expression_statement', regex: '^"""' } },
        },
      },
      'no-new-legacy': { language: 'typescript', must_not: 'legacy($$$)', only_new: true },
    };
    const right = await ask(checks, {
      'src/double.ts': 'export function double(n: number): number { return 2 * n; }\n',
      'src/view.tsx': 'export const View = () => <b>{String(1)}</b>;\n',
      'src/add.ts': '\n\nexport const add = (a: number, b: number) => a + b;\n  legacy(1);\n',
      'tool.py': 'def main():\n    """Says x."""\n    print("x")\n',
      'tool/__init__.py': '',
    });
    expect(Object.entries(right).map(([id, { outcome, message }]) => `${id} ${outcome} ${message}`)).toEqual([
      'no-eval pass ',
      'no-eval/2 pass ',
      'typed pass 1 match: src/double.ts:1',
      'documented pass 1 match: tool.py:1',
      'no-new-legacy pass ',
    ]);
    const wrong = await ask(checks, {
      'src/view.tsx': 'export const View = () => <p>{eval("1")}</p>;\n',
      'src/old.ts': 'legacy(1);\nlegacy( 2 );\n',
      'tool.py': 'def main():\n    print(eval("x"))\n',
    });
    expect(Object.entries(wrong).map(([id, { outcome, message }]) => `${id} ${outcome} ${message}`)).toEqual([
      'no-eval fail 1 match: src/view.tsx:1',
      'no-eval/2 fail 1 match: tool.py:2',
      'typed fail no match in 3 files',
      'documented fail no match in 1 file',
      'no-new-legacy fail 2 matches that the base does not have: src/old.ts:1, src/old.ts:2',
    ]);
    const [evidence] = wrong['no-eval']?.evidence ?? [];
    expect(evidence?.name).toBe('no-eval.matches.json');
    expect(JSON.parse((await lab.store.readBlob(evidence?.digest ?? '')).toString())).toEqual({
      total: 1,
      matches: [{ path: 'src/view.tsx', line: 1, text: 'eval("1")' }],
    });
  });

  it('says unknown of what it cannot look for or at, and answers the rest', async () => {
    const answers = await ask(
      {
        refused: { language: 'typescript', must_not: 'const a = = ) (' },
        regex: { language: 'typescript', must_not_rule: { regex: '((' } },
        klingon: { language: 'klingon', must: 'x' },
        nothing: { language: 'typescript', files: ['lib/**'], must_not: 'x' },
        glob: { language: 'typescript', files: ['!(a)'], must_not: 'x' },
        catastrophic: {
          language: 'typescript',
          files: ['src/long.ts'],
          must_not_rule: { kind: 'string', regex: '^(("|a+)+)+!$' },
        },
        broken: { language: 'typescript', must_not: 'eval($$$)' },
        encoded: { language: 'python', must_not: 'eval($$$)' },
        there: { language: 'typescript', must: 'legacy($A)' },
      },
      {
        'src/bad.ts': 'if (((\nfoo bar baz ) eval("1")\n',
        'src/long.ts': `const s = "${'a'.repeat(200_000)}";\n`,
        'tool.py': '# coding: utf-7\nimport os\n',
      },
    );
    expect(answers).toMatchObject({
      refused: { outcome: 'unknown', message: expect.stringContaining('ast-grep refuses the rule') },
      regex: { outcome: 'unknown', message: expect.stringContaining('regex parse error') },
      klingon: { outcome: 'unknown', message: 'klingon is no language that ast-grep knows' },
      nothing: { outcome: 'unknown', message: 'there is no file of TypeScript to look at' },
      glob: { outcome: 'unknown', message: expect.stringContaining('extended pattern') },
      catastrophic: { outcome: 'pass' },
      broken: {
        outcome: 'unknown',
        message: 'src/bad.ts:1 cannot be parsed: what stands there was not looked at',
      },
      encoded: { outcome: 'unknown', message: 'tool.py was not looked at: it declares the encoding utf-7' },
      there: { outcome: 'pass', message: '1 match: src/add.ts:2' },
    });
  });

  it('looks where a candidate hides: ignore files and comments, hidden and odd names, links, bytes, rule files', async () => {
    const answers = await ask(
      {
        all: { language: 'typescript', must_not: 'eval($$$)' },
        comments: { language: 'typescript', must: 'x', files: ['src/ignored.ts'] },
        installed: { language: 'typescript', must_not: 'eval("installed")' },
        rule: { language: 'typescript', must_not_rule: { kind: 'comment', regex: 'ast-grep-ignore' } },
      },
      {
        '.gitignore': '*\n',
        '.ignore': '*\n',
        'sgconfig.yml': 'ruleDirs: [nowhere]\n',
        'rules/0-TypeScript.yml': 'id: x\nlanguage: TypeScript\nseverity: off\nrule: {pattern: y}\n',
        'src/ignored.ts': '// ast-grep-ignore\neval("commented");\nx;\n',
        'src/.hidden.ts': 'eval("hidden");\n',
        "src/it's $(odd)\n.ts": 'eval("odd");\n',
        'src/linked.ts': { link: '../data.txt' },
        'data.txt': 'eval("linked");\n',
        'node_modules/dep/more.ts': 'eval("added");\n',
        '#begin 0': 'x',
      },
    );
    expect(answers.all?.message).toBe(
      '5 matches: node_modules/dep/more.ts:1, src/.hidden.ts:1, src/ignored.ts:2 and 2 more',
    );
    expect(answers).toMatchObject({
      comments: { outcome: 'pass' },
      installed: { outcome: 'pass' },
      rule: { outcome: 'fail', message: '1 match: src/ignored.ts:1' },
    });
  });

  it('bounds 10,000 matches, giant lines and giant files', async () => {
    const answers = await ask(
      {
        many: { language: 'typescript', files: ['many.ts'], must_not: 'eval($$$)' },
        line: { language: 'typescript', files: ['line.ts'], must_not: 'eval($$$)' },
        killed: { language: 'typescript', files: ['killed.ts'], must_not: 'eval($$$)' },
        fresh: { language: 'typescript', files: ['line.ts'], must_not: 'eval($$$)', only_new: true },
        giant: { language: 'typescript', files: ['giant.ts'], must_not: 'eval($$$)' },
      },
      {
        'many.ts': 'eval(1);\n'.repeat(10_000),
        'line.ts': 'eval(1);'.repeat(2000),
        // Each match is printed with its line: more than ast-grep has memory for.
        'killed.ts': 'eval(1);'.repeat(10_000),
        'giant.ts': 'x=1;'.repeat(1_000_000),
      },
    );
    expect(answers.many?.message).toBe('10000 matches: many.ts:1, many.ts:2, many.ts:3 and 9997 more');
    expect(answers.many?.evidence[0]?.bytes).toBeLessThan(200_000);
    expect(answers.line?.message).toMatch(/^at least \d+ matches: line.ts:1/);
    expect(answers).toMatchObject({
      line: { outcome: 'fail' },
      killed: { outcome: 'unknown', message: 'ast-grep was killed: it used more memory than it may' },
      fresh: { outcome: 'unknown', message: 'there are more matches than are read' },
      giant: { outcome: 'unknown', message: 'giant.ts was not looked at: it is larger than 2.5 MB' },
    });
  });

  it('comes to no answer where ast-grep does not run, crashes, leaves out files or takes too long', async () => {
    const tools = await lab.tools(base, {});
    const checks = [{ id: 'x', given: checkKinds.pattern.parse({ language: 'typescript', must_not: 'x' }) }];
    const withTool = async (body: string, timeoutSec = 30) => {
      const toolbox = await lab.fakeTool(
        `#!/bin/sh\n[ "$1" = --version ] && exit ${body === '' ? 1 : 0}\n${body}\n`,
      );
      const answers = await runPatternChecks(checks, {
        ...tools,
        timeoutSec,
        context: { ...tools.context, toolbox },
      });
      expect(answers).toMatchObject([{ id: 'x', outcome: 'unknown' }]);
      return answers[0]?.message;
    };
    expect(await withTool('')).toMatch('ast-grep cannot run in the image of the task');
    expect(await withTool('kill -SEGV $$')).toBe('ast-grep ended with exit code 139: Segmentation fault');
    expect(await withTool('exit 0')).toBe('ast-grep looked at no of 2 files');
    const counts = 'echo "sg: summary|file: scannedFileCount=2,skippedFileCount=1" >&2';
    expect(await withTool(counts)).toBe('ast-grep looked at 1 of 2 files');
    expect(await withTool(`${counts}; echo nonsense`)).toBe('ast-grep printed what is no match');
    expect(await withTool('sleep 100', 2)).toBe('ast-grep did not end within 2 s');
  });
});
