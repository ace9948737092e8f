import { AssayError, infrastructureError, messageOf } from '../domain/errors.ts';

/** HTTP status of an error that the engine answered with; null when it did not answer at all. */
export function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  return typeof error.statusCode === 'number' ? error.statusCode : null;
}

/** The engine's own words, without the client's prefix `(HTTP code 500) server error - `. */
export function engineWords(error: unknown): string {
  return messageOf(error)
    .replace(/^\(HTTP code \d+\) .*? - /, '')
    .trim();
}

/** True when the engine says that the thing that was asked for is not there. */
export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'EACCES',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

/** True when no answer came: the engine is down, was restarted, or this user may not speak to it. */
export function isUnreachable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return typeof error.code === 'string' && unreachable.has(error.code);
}

/**
 * The error for a request to the engine that failed: `infrastructure`, never a candidate's fault. `doing` completes
 * "could not …". Errors that a person can already act on pass unchanged.
 */
export function engineError(doing: string, cause: unknown): AssayError {
  if (cause instanceof AssayError) return cause;
  const fix = isUnreachable(cause)
    ? 'see that the container engine runs and that you may use it (assay doctor), then resume the run'
    : undefined;
  return infrastructureError(`could not ${doing}: ${engineWords(cause)}`, {
    cause,
    component: 'engine',
    ...(fix === undefined ? {} : { fix }),
  });
}

/** Does `work`, and turns whatever it throws into the error that says what was being done. */
export async function asking<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw engineError(doing, error);
  }
}
