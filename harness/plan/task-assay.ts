import { z } from 'zod';
import type { Problem } from '../domain/errors.ts';
import type { TaskSpec } from '../domain/task.ts';
import { defaultTestSettings, ReportFormat, TestRunner, type TestSettings } from '../domain/test-settings.ts';
import { type FieldPath, type PlacedValue, problemAt, show } from './place.ts';
import { hasFile, type TaskFile } from './task-files.ts';

/** Where the cases lie below `tests/` unless the task says otherwise. */
const defaultCases = 'cases.yaml';

/** The path of one file or folder. */
const place = z
  .string()
  .refine(
    (path) => !/[\\\0]/.test(path) && !path.split('/').some((part) => ['', '.', '..'].includes(part)),
    'must be a relative path, without "." or ".." in it, "\\" or a "/" at its end',
  );
const glob = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith('/') && !/[\\\0]/.test(path) && !path.split('/').includes('..'),
    'must be relative, without ".." or "\\"',
  );
const ids = z.array(z.string().min(1));

const Tests = z.strictObject({
  runner: TestRunner.default(defaultTestSettings.runner),
  overlay: place.optional(),
  files: z.array(glob).optional(),
  config: place.optional(),
  report: z
    .union([ReportFormat, z.strictObject({ format: ReportFormat, path: place.optional() })])
    .optional(),
  cases: place.optional(),
  fail_to_pass: ids.optional(),
  pass_to_pass: ids.optional(),
  protect: z.array(glob).optional(),
  unprotect: z.array(glob).optional(),
  sentinel: z.enum(['twin', 'plain']).optional(),
  integrity: z.boolean().optional(),
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
      files: tests.files ?? [],
      config: tests.config ?? null,
      report: report === undefined ? null : { format: report.format, path: report.path ?? null },
      cases: casesOf(table),
      failToPass: tests.fail_to_pass ?? null,
      passToPass: tests.pass_to_pass ?? null,
      protect: tests.protect ?? [],
      unprotect: tests.unprotect ?? [],
      sentinel: tests.sentinel ?? defaultTestSettings.sentinel,
      integrity: tests.integrity ?? defaultTestSettings.integrity,
    },
  };
}

function casesOf({ tests }: AssayTable): string | null {
  return tests.cases ?? (tests.runner === 'cases' ? defaultCases : null);
}

/** Settings that contradict each other, or name what is not there. */
export function assayProblems(table: AssayTable, { files, document, isSeparate }: AssayContext): Problem[] {
  const refusals: Refusals = { document, problems: [] };
  settingsWithoutMeaning(refusals, table, isSeparate);
  runnersOutOfPlace(refusals, table, isSeparate);
  missingFiles(refusals, table, files);
  contradictingIds(refusals, table);
  return refusals.problems;
}

export interface AssayContext {
  files: readonly TaskFile[];
  document: PlacedValue;
  /** Whether the task's verifier has an environment of its own. */
  isSeparate: boolean;
}

interface Refusals {
  document: PlacedValue;
  problems: Problem[];
}

/** `field`: below `[metadata.assay]`. */
function refuse({ document, problems }: Refusals, field: FieldPath, message: string, fix: string): void {
  problems.push(problemAt(document, ['metadata', 'assay', ...field], message, fix));
}

function isFramework({ tests }: AssayTable): boolean {
  return tests.runner !== 'script' && tests.runner !== 'cases';
}

function settingsWithoutMeaning(refusals: Refusals, table: AssayTable, isSeparate: boolean): void {
  const { tests } = table;
  const framework = { fits: isFramework(table), where: 'the runner of a test framework' };
  const needs = {
    overlay: framework,
    files: framework,
    config: {
      fits: tests.runner === 'vitest' || tests.runner === 'jest',
      where: 'runner = "vitest" or "jest"',
    },
    report: { fits: tests.runner === 'script', where: 'runner = "script"' },
    cases: { fits: tests.runner === 'cases', where: 'runner = "cases"' },
    sentinel: framework,
    integrity: framework,
  } as const;
  for (const field of Object.keys(needs) as (keyof typeof needs)[]) {
    if (tests[field] === undefined || needs[field].fits) continue;
    const message = `has no meaning with runner = ${show(tests.runner)}`;
    refuse(refusals, ['tests', field], message, `remove it, or choose ${needs[field].where}`);
  }
  for (const field of ['protect', 'unprotect'] as const) {
    if (!isSeparate || tests[field] === undefined) continue;
    const message = 'has no meaning where the verifier has its own environment, which gets artifacts only';
    refuse(refusals, ['tests', field], message, `remove ${field}`);
  }
}

function runnersOutOfPlace(refusals: Refusals, table: AssayTable, isSeparate: boolean): void {
  const { tests, deliverable } = table;
  const say = (message: string, fix: string) => refuse(refusals, ['tests', 'runner'], message, fix);
  if (isFramework(table) && tests.overlay === undefined && (tests.files ?? []).length === 0) {
    say(
      'needs to know which tests to run',
      'name the folder of the hidden tests (overlay), or globs of test files (files)',
    );
  }
  if (isSeparate && tests.runner !== 'script') {
    say(
      `${show(tests.runner)} does not go with an environment of the verifier's own, which runs its /tests/test.sh`,
      'remove runner, or use the shared environment',
    );
  }
  if (deliverable === 'state' && isFramework(table)) {
    say(
      `${show(tests.runner)} cannot judge deliverable = "state": who may change the whole system may change the framework too`,
      'write tests/test.sh (runner = "script"), or cases that run from outside (runner = "cases")',
    );
  }
  if (deliverable === 'state' && isSeparate) {
    const message = `"state" does not go with an environment of the verifier's own, which gets artifacts only`;
    refuse(refusals, ['deliverable'], message, 'remove deliverable, or use the shared environment');
  }
}

function missingFiles(refusals: Refusals, table: AssayTable, files: readonly TaskFile[]): void {
  const { overlay, config } = table.tests;
  const within = (folder: string) =>
    files.some((file) => file.bare === undefined && file.path.startsWith(`tests/${folder}/`));
  if (overlay !== undefined && !within(overlay)) {
    const fix = 'put the hidden tests there, at the paths that they have in the workspace';
    refuse(refusals, ['tests', 'overlay'], `tests/${overlay} does not exist or is empty`, fix);
  }
  const cases = casesOf(table) ?? undefined;
  for (const [field, named] of Object.entries({ config, cases })) {
    if (named === undefined || hasFile(files, `tests/${named}`)) continue;
    const fix = 'write the file, or correct the path';
    refuse(refusals, ['tests', field], `tests/${named} does not exist`, fix);
  }
}

function contradictingIds(refusals: Refusals, { tests, equivalent_mutants }: AssayTable): void {
  const passing = new Set(tests.pass_to_pass);
  for (const [index, id] of (tests.fail_to_pass ?? []).entries()) {
    if (!passing.has(id)) continue;
    const message = `${show(id)} is also in pass_to_pass: a test cannot both fail and pass on the base`;
    refuse(refusals, ['tests', 'fail_to_pass', index], message, 'remove it from one of the two');
  }
  const seen = new Set<string>();
  for (const [index, { id }] of equivalent_mutants.entries()) {
    if (seen.has(id))
      refuse(
        refusals,
        ['equivalent_mutants', index, 'id'],
        `${show(id)} stands here twice`,
        'remove one of them',
      );
    seen.add(id);
  }
}
