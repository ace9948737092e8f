import { z } from 'zod';
import { patternProblem } from './json-subset.ts';

/** Bounds of a file of cases. */
export const caseLimits = { cases: 1000, nameLength: 200, timeoutSec: 3600, fileBytes: 16 * 1024 ** 2 };

const word = z.string().refine((text) => !text.includes('\0'), 'must not hold a NUL character');
const line = word.refine((text) => !/\p{Cc}/u.test(text), 'must not hold control characters');
const path = line.refine(
  (text) => text !== '' && text.split('/').every((part) => !['', '.', '..'].includes(part)),
  'must be a relative path without empty, "." and ".." parts',
);
const argv = z
  .array(word)
  .min(1)
  .refine(([program = '']) => /^[^-=][^=]*$/.test(program), 'must begin with a program, without "="');
const seconds = z.number().positive().max(caseLimits.timeoutSec);
const env = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is no name of a variable: letters, digits and "_"'),
  word,
);

/** A string is run by `/bin/sh -c`, a list is a program and its arguments. */
const Command = z.union([word.min(1), argv]);

/** Bytes to give: as text, from a file below `tests/`, or in base64. */
const Content = z.union([
  z.string(),
  z.strictObject({ file: path }),
  z.strictObject({ base64: z.base64('is not base64') }),
]);
export type Content = z.infer<typeof Content>;

/**
 * What an output must be. Text alone: exactly that, byte for byte. Of a block, all that is given must hold: `text` or
 * `file` (exactly), `contains` (every one, anywhere), `lines_in_any_order` (these and no others), `json` (a subset, see
 * json-subset.ts), `regex` (found anywhere unless anchored). `trim` ignores white space around both texts,
 * `ignore_trailing_space` such at the ends of lines and empty lines at the end.
 */
const Matcher = z.union([
  z.string(),
  z
    .strictObject({
      text: z.string(),
      file: path,
      contains: z.array(z.string().min(1)).min(1),
      lines_in_any_order: z.array(line),
      json: z.json(),
      regex: z.string().min(1),
      flags: z.string().regex(/^[imsuv]*$/, 'knows i, m, s, u and v'),
      trim: z.boolean(),
      ignore_trailing_space: z.boolean(),
    })
    .partial()
    .superRefine(checkMatcher),
]);
export type Matcher = z.infer<typeof Matcher>;

/** A file that is to be there with this content; `absent: true` for one that is not to be there. */
const FileMatcher = z.union([Matcher, z.strictObject({ absent: z.literal(true) })]);

function oneOf(min: number, max: number) {
  const number = z.number().int().min(min).max(max);
  return z.union([number, z.array(number).min(1), z.literal('any')]);
}

const name = line.min(1).max(caseLimits.nameLength);

/** A program that is run once. Paths are relative to the workspace, which is also where it runs. */
export const CommandCase = z.strictObject({
  name,
  command: Command.optional(),
  /** Further arguments of the command that `defaults` names. */
  args: z.array(word).optional(),
  stdin: Content.optional(),
  files: z.record(path, Content).default({}),
  env: env.default({}),
  cwd: path.optional(),
  timeout_sec: seconds.optional(),
  expect: z
    .strictObject({
      exit_code: oneOf(0, 255).default(0),
      stdout: Matcher.optional(),
      stderr: Matcher.optional(),
      files: z.record(path, FileMatcher).default({}),
    })
    .prefault({}),
});
export type CommandCase = z.infer<typeof CommandCase>;

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is no name of a header');

const Request = z
  .strictObject({
    method: z
      .string()
      .regex(/^[A-Z]+$/, 'is no method: capital letters only')
      .default('GET'),
    path: z.string().regex(/^\/[\x21-\x7e]*$/, 'must begin with "/" and hold printable ASCII only'),
    headers: z
      .record(headerName, z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'is no value of a header'))
      .default({}),
    body: Content.optional(),
    json: z.json().optional(),
  })
  .refine(({ body, json }) => body === undefined || json === undefined, 'has both body and json');

/** `status` without a value: any from 200 to 299. Several headers of one name are compared joined by ", ". */
const Response = z.strictObject({
  status: oneOf(100, 599).optional(),
  headers: z.record(headerName, Matcher).default({}),
  body: Matcher.optional(),
});

const Step = z.strictObject({ request: Request, expect: Response.prefault({}) });
export type Step = z.infer<typeof Step>;

/** One request to the service and what must come back. */
export const RequestCase = z.strictObject({ name, ...Step.shape, timeout_sec: seconds.optional() });
export type RequestCase = z.infer<typeof RequestCase>;

/** Several requests, one after the other; `timeout_sec` is for all of them. */
export const StepsCase = z.strictObject({
  name,
  steps: z.array(Step).min(1).max(100),
  timeout_sec: seconds.optional(),
});
export type StepsCase = z.infer<typeof StepsCase>;

export const Service = z.strictObject({
  command: Command,
  env: env.default({}),
  /** On 127.0.0.1 of its container, which has no other network. */
  port: z.number().int().min(1).max(65_535),
  /** `path`: ready when a GET is answered with a status below 400. Else, when the port takes a connection. */
  ready: z
    .strictObject({ path: Request.shape.path.optional(), timeout_sec: seconds.default(30) })
    .prefault({}),
  /** Whether one service serves all cases, or each case has one of its own. */
  fresh: z.enum(['suite', 'case']).default('suite'),
});

/** The file as a whole. Cases are checked one by one, by what they look like. */
export const CasesFile = z.strictObject({
  /**
   * `fresh`: each case finds the workspace, temporary folders and a small home as the first did. `shared`: as the one
   * before left them. What a case left running is ended in either.
   */
  workspace: z.enum(['fresh', 'shared']).default('fresh'),
  /** Of all cases that run a command; `timeout_sec` of all cases. */
  defaults: z
    .strictObject({ command: argv.optional(), env: env.default({}), timeout_sec: seconds.default(10) })
    .prefault({}),
  service: Service.optional(),
  cases: z.array(z.looseObject({ name })).min(1).max(caseLimits.cases),
});
export type CasesFile = z.infer<typeof CasesFile>;

function compiles(source: string, flags: string): boolean {
  try {
    RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

function checkMatcher(
  { trim: _t, ignore_trailing_space: _i, flags, ...wanted }: Record<string, unknown>,
  context: z.core.$RefinementCtx,
): void {
  const refuse = (message: string, path: PropertyKey[] = []) =>
    context.addIssue({ code: 'custom', message, path, input: wanted });
  if (Object.keys(wanted).length === 0)
    refuse('says nothing: give text, file, contains, lines_in_any_order, json or regex');
  if ('text' in wanted && 'file' in wanted) refuse('has both text and file');
  if (flags !== undefined && !('regex' in wanted)) refuse('has no meaning without regex', ['flags']);
  if (typeof wanted.regex === 'string' && !compiles(wanted.regex, String(flags ?? '')))
    refuse('is not a regular expression of JavaScript', ['regex']);
  const fault = 'json' in wanted ? patternProblem(wanted.json) : null;
  if (fault !== null) refuse(fault.message, ['json', ...fault.path]);
}
