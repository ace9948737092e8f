import { z } from 'zod';

/** Formats in which test results are read. `exit-code` is a last resort that must be asked for by name. */
export const ReportFormat = z.enum([
  'junit',
  'ctrf',
  'tap',
  'vitest-json',
  'jest-json',
  'node-test',
  'go-json',
  'cargo-json',
  'exit-code',
]);
export type ReportFormat = z.infer<typeof ReportFormat>;

/**
 * Who runs a task's tests. `script`: `tests/test.sh`, as in Harbor. `cases`: the harness itself, from outside of the
 * container. The others are test frameworks that the harness starts, guards and reads itself.
 */
export const TestRunner = z.enum(['script', 'cases', 'vitest', 'jest', 'node-test', 'pytest', 'unittest']);
export type TestRunner = z.infer<typeof TestRunner>;

/** The runners for test frameworks. */
export const Framework = TestRunner.exclude(['script', 'cases']);
export type Framework = z.infer<typeof Framework>;

/** How a task's tests are to be run and read, after defaults. Paths are relative, `/`-separated, without `..`. */
export const TestSettings = z.strictObject({
  runner: TestRunner,
  /** Of a framework: folder below `tests/` whose files are laid over the workspace; null where there is none. */
  overlay: z.string().min(1).nullable(),
  /** Of a framework: globs, relative to the workspace, of the test files to run, out of overlay and base. */
  files: z.array(z.string().min(1)),
  /** Of vitest and jest: the runner's configuration, a file below `tests/`; null: a plain one of ours. */
  config: z.string().min(1).nullable(),
  /** Of `script`: the report to read, relative to the log folder; null: every report that is found there. */
  report: z.strictObject({ format: ReportFormat, path: z.string().min(1).nullable() }).nullable(),
  /** Of `cases`: the file below `tests/` that holds them. */
  cases: z.string().min(1).nullable(),
  /** Ids of tests that the base fails and a solution must pass; null: found out by running base and oracle. */
  failToPass: z.array(z.string().min(1)).nullable(),
  /** Ids of tests that the base passes and a solution must not break; null: found out likewise. */
  passToPass: z.array(z.string().min(1)).nullable(),
  /** Further globs of what is put back from the base before candidates are scored, and exceptions from all of them. */
  protect: z.array(z.string().min(1)),
  unprotect: z.array(z.string().min(1)),
  /**
   * `twin`: sentinels that must fail repeat a real test first, so that they call what it calls. `plain`: they do not,
   * for suites whose tests cannot run twice.
   */
  sentinel: z.enum(['twin', 'plain']),
  /** False: what tests or code under test replaced and did not put back (clocks, primordials) is not looked at. */
  integrity: z.boolean(),
});
export type TestSettings = z.infer<typeof TestSettings>;

/** What holds for a task that says nothing. */
export const defaultTestSettings: TestSettings = {
  runner: 'script',
  overlay: null,
  files: [],
  config: null,
  report: null,
  cases: null,
  failToPass: null,
  passToPass: null,
  protect: [],
  unprotect: [],
  sentinel: 'twin',
  integrity: true,
};
