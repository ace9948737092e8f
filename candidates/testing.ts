import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AssayError, formatProblem } from '../harness/domain/errors.ts';
import { loadSuite } from '../harness/plan/load-suite.ts';
import { adapters } from './registry.ts';

/** Content of a file; `{link}` makes a symbolic link, `{folder}` an empty folder; null leaves the file out. */
type Content = string | Uint8Array | { link: string } | { folder: true } | null;
export type Files = Record<string, Content>;

/** The smallest suite with two tasks and one agent of every kind. */
export const goodSuite: Files = {
  'suite.yaml': `name: small
version: 1.0.0
tasks: tasks/*
agents:
  - {name: pool, adapter: predictions, file: predictions.jsonl}
  - {name: mine, adapter: patch, dir: patches}
  - {name: shell, adapter: command, command: [bash, /opt/agent.sh], files: [agent.sh]}
  - {name: oracle, adapter: oracle}
  - {name: nop, adapter: nop}
scorers: [tests]
ranking:
  gates: [tests]
  order:
    - {measure: tests.passed, better: higher}
    - {measure: diff.lines, better: lower, tolerance: 0.1}
`,
  'predictions.jsonl': [
    { instance_id: 'one', model_name_or_path: 'model-a', model_patch: 'diff --git a/x b/x\n' },
    { instance_id: 'two', model_name_or_path: 'model-a', model_patch: '' },
    { instance_id: 'one', model_name_or_path: 'org/model-b', model_patch: null, cost: 1 },
  ]
    .map((row) => `${JSON.stringify(row)}\n`)
    .join(''),
  'patches/one.patch': 'diff --git a/x b/x\n',
  'agent.sh': 'echo hello\n',
  ...taskFiles('one'),
  ...taskFiles('two'),
};

export function taskFiles(name: string, toml = `[task]\nname = "small/${name}"\n`): Files {
  return {
    [`tasks/${name}/task.toml`]: toml,
    [`tasks/${name}/instruction.md`]: `Do ${name}.\n`,
    [`tasks/${name}/environment/Dockerfile`]: 'FROM scratch\n',
    [`tasks/${name}/tests/test.sh`]: '#!/bin/bash\n',
    [`tasks/${name}/solution/solve.sh`]: '#!/bin/bash\n',
  };
}

/** Writes files into a new temporary folder; dispose it. */
export async function writeFiles(files: Files): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'assay-suite-'));
  for (const [path, content] of Object.entries(files)) {
    if (content === null) continue;
    const full = join(dir, path);
    await mkdir(dirname(full), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) await writeFile(full, content);
    else if ('link' in content) await symlink(content.link, full);
    else await mkdir(full);
    if (typeof content === 'string' && path.endsWith('.sh')) await chmod(full, 0o755);
  }
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) };
}

/** A stand-in for the test scorer, which this folder may not import. */
const testsKind = {
  name: 'tests',
  schema: z.strictObject({ name: z.literal('tests') }),
  open: () => ({ name: 'tests' }),
};

export function load(path: string, hostEnv: Record<string, string> = {}) {
  return loadSuite(path, { adapters, scorerKinds: [testsKind], hostEnv: (name) => hostEnv[name] });
}

/** The problems that loading ends with, formatted, with the temporary folder cut out. */
export async function problemsOfSuite(files: Files, path = ''): Promise<string[]> {
  await using suite = await writeFiles(files);
  try {
    await load(join(suite.dir, path));
  } catch (error) {
    if (!(error instanceof AssayError) || error.kind !== 'input') throw error;
    return error.problems.map((problem) => formatProblem(problem).replaceAll(`${suite.dir}/`, ''));
  }
  throw new Error('the suite was accepted');
}
