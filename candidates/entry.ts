import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { type AssayError, inputError, type Problem } from '../harness/domain/errors.ts';
import { Name } from '../harness/domain/names.ts';
import { show } from '../harness/plan/place.ts';
import { isWithin } from '../harness/plan/read-file.ts';
import { entryProblem } from '../harness/plan/suite-entries.ts';

/** A path that a person wrote in `suite.yaml`: relative to its folder, or absolute. */
export const WrittenPath = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'must not hold a NUL character');

/** What every entry has. */
export function entryFields<A extends string>(adapter: A) {
  return { name: Name, adapter: z.literal(adapter) };
}

/**
 * Where a written path leads, and the folder it must not leave. A person may name any file, also one outside of the
 * suite. But a path that reads as inside of the suite must be there: a symbolic link in a suite that came from somewhere
 * else would otherwise pull a file of this machine into a run unseen.
 */
export function locate(suiteDir: string, written: string): { path: string; within?: string } {
  const path = resolve(suiteDir, written);
  return isWithin(suiteDir, path) ? { path, within: suiteDir } : { path };
}

/** The error for one wrong field of an entry. */
export function entryError(field: string, message: string, fix: string): AssayError {
  return entryErrors([entryProblem(field, message, fix)]);
}

export function entryErrors(problems: readonly Problem[]): AssayError {
  return inputError('the entry cannot be used', { problems });
}

/** A fault of a file that an entry names, told of the entry's field. */
export function pathProblem(
  field: string,
  written: string,
  fault: { message: string; fix: string },
): Problem {
  const tilde = written.startsWith('~') && !isAbsolute(written);
  return entryProblem(
    field,
    `${show(written)} ${fault.message}`,
    tilde ? 'write the whole path: "~" is not replaced' : fault.fix,
  );
}
