import { visible } from '../../../reports/escape.ts';
import { AssayError, formatProblem, messageOf } from '../../domain/errors.ts';
import type { Paint } from './paint.ts';

/** How many problems are listed; who has more mends these first. */
const mostProblems = 50;
const lineLength = 1000;

export interface ErrorTextOptions {
  paint: Paint;
  /** `DEBUG=assay` in the environment: with the stacks of the error and its causes. */
  debug: boolean;
}

/** True where the user asked for stacks: `DEBUG` holds `assay`, alone or in a list. */
export function wantsDebug(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env.DEBUG ?? '').split(/[\s,]+/).includes('assay');
}

/** What went wrong, where, and what to do about it, for the terminal. Every line is harmless; ends with a newline. */
export function errorText(error: unknown, { paint, debug }: ErrorTextOptions): string {
  const lines = error instanceof AssayError ? assayLines(error, paint) : bugLines(error, paint);
  return `${[...lines, ...(debug ? stackLines(error) : [])].join('\n')}\n`;
}

function assayLines(error: AssayError, paint: Paint): string[] {
  const shown = error.problems.slice(0, mostProblems);
  const rest = error.problems.length - shown.length;
  return [
    ...titled(paint(['bold', 'red'], 'error:'), error.message),
    ...shown.map((problem) => `  ${visible(formatProblem(problem), lineLength)}`),
    ...(rest > 0 ? [`  … and ${rest} more`] : []),
    ...causeLines(error, paint),
    ...(error.fix === undefined ? [] : titled(paint('bold', 'fix:'), error.fix)),
  ];
}

/** The messages behind the error, each once; an error often repeats its cause's. */
function causeLines(error: Error, paint: Paint): string[] {
  const lines: string[] = [];
  let said = error.message;
  for (const cause of causesOf(error)) {
    const message = messageOf(cause);
    if (message === '' || said.includes(message)) continue;
    said += message;
    lines.push(...titled(paint('dim', 'cause:'), message));
  }
  return lines;
}

/** Whatever is no AssayError should not have happened. */
function bugLines(error: unknown, paint: Paint): string[] {
  return [
    ...titled(paint(['bold', 'red'], 'internal error:'), messageOf(error)),
    'This is a bug in Assay. Please report it with the output of the same command under DEBUG=assay.',
  ];
}

function stackLines(error: unknown): string[] {
  return [error, ...causesOf(error)].flatMap((each) =>
    each instanceof Error && each.stack !== undefined ? ['', ...linesOf(each.stack)] : [],
  );
}

/** At most ten: a cause that leads back to itself must end. */
function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  let next = error instanceof Error ? error.cause : undefined;
  while (next !== undefined && causes.length < 10 && !causes.includes(next)) {
    causes.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return causes;
}

/** A message keeps its own line ends; the lines after the first are indented. */
function titled(title: string, message: string): string[] {
  return linesOf(message).map((line, index) => (index === 0 ? `${title} ${line}` : `  ${line}`));
}

function linesOf(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => visible(line, lineLength));
}
