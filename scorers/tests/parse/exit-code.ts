import type { Parsed } from './result.ts';

/**
 * An exit code as a report: one test named `exit code`, which passes with 0. Only for a task that names it: whatever
 * ends the process early with 0 passes such a test.
 */
export function exitCodeResult(exitCode: number | null): Parsed {
  if (exitCode === 0) return { ok: true, results: [{ id: 'exit code', outcome: 'pass' }] };
  return {
    ok: true,
    results: [
      exitCode === null
        ? { id: 'exit code', outcome: 'error', message: 'there is none' }
        : { id: 'exit code', outcome: 'fail', message: `it is ${exitCode}` },
    ],
  };
}
