import { paintFor } from './view/paint.ts';
import { errorText, wantsDebug } from './view/problems.ts';

/** Tells a person on standard error what went wrong and what to do. */
export function printError(error: unknown): void {
  process.stderr.write(errorText(error, { paint: paintFor(process.stderr), debug: wantsDebug(process.env) }));
}
