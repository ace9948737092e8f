import { z } from 'zod';
import type { Problem } from '../domain/errors.ts';
import type { TaskSpec } from '../domain/task.ts';
import { defaultTestSettings, ReportFormat, TestRunner, type TestSettings } from '../domain/test-settings.ts';
import { type PlacedValue, problemAt, show } from './place.ts';
import { hasFile, type TaskFile } from './task-files.ts';

const inside = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..'),
    'must be a relative path without ".." or "\\"',
  );
const strings = z.array(z.string().min(1));

const Tests = z.strictObject({
  runner: TestRunner.default(defaultTestSettings.runner),
  overlay: inside.optional(),
  files: z.array(inside).default([]),
  config: inside.optional(),
  report: z
    .union([ReportFormat, z.strictObject({ format: ReportFormat, path: inside.optional() })])
    .optional(),
  cases: inside.optional(),
  fail_to_pass: strings.optional(),
  pass_to_pass: strings.optional(),
  protect: z.array(inside).default([]),
  unprotect: z.array(inside).default([]),
  sentinel: z.enum(['twin', 'plain']).default(defaultTestSettings.sentinel),
  integrity: z.boolean().default(true),
});

/** `[metadata.assay]` of `task.toml`: what Assay knows of a task beyond Harbor, which leaves `metadata` to everyone. */
export const AssayTable = z.strictObject({
  deliverable: z.enum(['workspace', 'state']).default('workspace'),
  tests: Tests.prefault({}),
  equivalent_mutants: z
    .array(z.strictObject({ id: z.string().min(1), reason: z.string().min(1) }))
    .default([]),
});
export type AssayTable = z.infer<typeof AssayTable>;

const path = ['metadata', 'assay', 'tests'];

/** The table as the rest of the harness knows it. */
export function assayOf(
  table: AssayTable,
): Pick<TaskSpec, 'deliverable' | 'equivalentMutants'> & { tests: TestSettings } {
  const { tests } = table;
  const report = typeof tests.report === 'string' ? { format: tests.report } : tests.report;
  return {
    deliverable: table.deliverable,
    equivalentMutants: table.equivalent_mutants,
    tests: {
      runner: tests.runner,
      overlay: tests.overlay ?? null,
      files: tests.files,
      config: tests.config ?? null,
      report: report === undefined ? null : { format: report.format, path: report.path ?? null },
      cases: tests.cases ?? null,
      failToPass: tests.fail_to_pass ?? null,
      passToPass: tests.pass_to_pass ?? null,
      protect: tests.protect,
      unprotect: tests.unprotect,
      sentinel: tests.sentinel,
      integrity: tests.integrity,
    },
  };
}

/** Settings that contradict each other, or name what is not there. */
export function assayProblems(
  table: AssayTable,
  files: readonly TaskFile[],
  document: PlacedValue,
): Problem[] {
  const { tests } = table;
  const problems: Problem[] = [];
  const refuse = (wrong: boolean, field: string, message: string, fix: string) => {
    if (wrong) problems.push(problemAt(document, [...path, field], message, fix));
  };
  const isFramework = tests.runner !== 'script' && tests.runner !== 'cases';
  const only = (field: 'overlay' | 'files' | 'config' | 'report' | 'cases', fits: boolean, where: string) =>
    refuse(
      tests[field] !== undefined && !(field === 'files' && tests.files.length === 0) && !fits,
      field,
      `has no meaning with runner = ${show(tests.runner)}`,
      `remove it, or choose ${where}`,
    );
  only('overlay', isFramework, 'the runner of a test framework');
  only('files', isFramework, 'the runner of a test framework');
  only('config', tests.runner === 'vitest' || tests.runner === 'jest', 'runner = "vitest" or "jest"');
  only('report', tests.runner === 'script', 'runner = "script"');
  only('cases', tests.runner === 'cases', 'runner = "cases"');
  refuse(
    isFramework && tests.overlay === undefined && tests.files.length === 0,
    'runner',
    'needs to know which tests to run',
    'name the folder of the hidden tests (overlay), or globs of test files (files)',
  );
  const folder = tests.overlay?.replace(/\/+$/, '');
  refuse(
    folder !== undefined && !files.some((file) => file.path.startsWith(`tests/${folder}/`)),
    'overlay',
    `tests/${folder} does not exist or is empty`,
    'put the hidden tests there, at the paths that they have in the workspace',
  );
  for (const field of ['config', 'cases'] as const) {
    const named =
      field === 'cases' && tests.runner === 'cases' ? (tests.cases ?? 'cases.yaml') : tests[field];
    refuse(
      named !== undefined && !hasFile(files, `tests/${named}`),
      field,
      `tests/${named} does not exist`,
      'write the file, or correct the path',
    );
  }
  return problems;
}
