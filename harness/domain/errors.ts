/** `input` ends the process with exit code 2, `infrastructure` with 3. */
export type ErrorKind = 'input' | 'infrastructure';

/** Which part of the machinery failed: only what the engine did is worth trying again at once. */
export type Component = 'engine' | 'store' | 'other';

/** One thing that is wrong with a file a person wrote: where, what, and what to do about it. */
export interface Problem {
  /** Path as the user would type it, or a name such as `predictions.jsonl`. */
  file: string;
  /** 1-based; absent when the problem is the file itself (missing, not UTF-8, …). */
  line?: number;
  /** Dotted path of the field, e.g. `agents[2].file`; empty for the whole document. */
  field?: string;
  message: string;
  fix?: string;
}

/** An error that a person can act on. Everything else that is thrown is a bug of ours. */
export class AssayError extends Error {
  readonly kind: ErrorKind;
  readonly component: Component;
  readonly fix: string | undefined;
  readonly problems: readonly Problem[];

  constructor(
    kind: ErrorKind,
    message: string,
    options: { fix?: string; problems?: readonly Problem[]; component?: Component; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AssayError';
    this.kind = kind;
    this.component = options.component ?? 'other';
    this.fix = options.fix;
    this.problems = options.problems ?? [];
  }
}

/** Builds the error for input a person gave us. */
export function inputError(
  message: string,
  options: { fix?: string; problems?: readonly Problem[]; cause?: unknown } = {},
) {
  return new AssayError('input', message, options);
}

/** Builds the error for a failure of the machinery (engine, disk, network), never of a candidate. */
export function infrastructureError(
  message: string,
  options: { fix?: string; component?: Component; cause?: unknown } = {},
) {
  return new AssayError('infrastructure', message, options);
}

/** True for a failure of the container engine: waiting and trying again may help. */
export function isEngineFailure(error: unknown): boolean {
  return error instanceof AssayError && error.kind === 'infrastructure' && error.component === 'engine';
}

/** One line per problem: `file:line: field: message (fix: …)`. */
export function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  const field = problem.field ? `${problem.field}: ` : '';
  const fix = problem.fix ? ` (fix: ${problem.fix})` : '';
  return `${place}: ${field}${problem.message}${fix}`;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
