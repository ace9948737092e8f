import type { FieldPath } from '../../../harness/plan/place.ts';
import type { Cases, Command, Dialogue, Expected } from './cases.ts';
import type { CheckedCases } from './check-cases.ts';
import type { ContentFile } from './load-cases.ts';
import type { CasesFile, CommandCase, Content, Matcher, Step } from './schema.ts';

/** Every file that cases name, and where they name it. */
export function contentFiles({ cases }: CheckedCases): { name: string; path: FieldPath }[] {
  const found: { name: string; path: FieldPath }[] = [];
  const look = (value: unknown, path: FieldPath) => {
    if (typeof value === 'object' && value !== null && 'file' in value && typeof value.file === 'string')
      found.push({ name: value.file, path: [...path, 'file'] });
  };
  const lookAtStep = ({ request, expect }: Step, path: FieldPath) => {
    look(request.body, [...path, 'request', 'body']);
    look(expect.body, [...path, 'expect', 'body']);
    for (const [name, value] of Object.entries(expect.headers))
      look(value, [...path, 'expect', 'headers', name]);
  };
  for (const [index, { kind, given }] of cases.entries()) {
    const path = ['cases', index];
    if (kind === 'request') lookAtStep(given, path);
    else if (kind === 'steps')
      for (const [at, step] of given.steps.entries()) lookAtStep(step, [...path, 'steps', at]);
    else {
      look(given.stdin, [...path, 'stdin']);
      for (const [name, value] of Object.entries(given.files)) look(value, [...path, 'files', name]);
      for (const stream of ['stdout', 'stderr'] as const)
        look(given.expect[stream], [...path, 'expect', stream]);
      for (const [name, value] of Object.entries(given.expect.files))
        look(value, [...path, 'expect', 'files', name]);
    }
  }
  return found;
}

/** Puts defaults and the contents of files in. Throws where a file is not among the contents. */
export function resolveCases(
  { file, cases }: CheckedCases,
  contents: ReadonlyMap<string, ContentFile>,
): Cases {
  const read = (name: string): ContentFile => {
    const content = contents.get(name);
    if (content === undefined) throw new RangeError(`${name} was not read`);
    return content;
  };
  const timeout = (given: { timeout_sec?: number | undefined }) =>
    given.timeout_sec ?? file.defaults.timeout_sec;
  const commands: Command[] = [];
  const dialogues: Dialogue[] = [];
  for (const { kind, given } of cases) {
    if (kind === 'command')
      commands.push({ ...commandOf(given, file.defaults, read), timeoutSec: timeout(given) });
    else {
      const steps = kind === 'steps' ? given.steps : [given];
      dialogues.push({
        name: given.name,
        timeoutSec: timeout(given),
        steps: steps.map((step) => stepOf(step, read)),
      });
    }
  }
  return {
    names: cases.map(({ given }) => given.name),
    workspace: file.workspace,
    commands,
    service: file.service === undefined ? null : serviceOf(file.service),
    dialogues,
  };
}

type Read = (name: string) => ContentFile;

function commandOf(
  given: CommandCase,
  defaults: CasesFile['defaults'],
  read: Read,
): Omit<Command, 'timeoutSec'> {
  const { expect } = given;
  return {
    name: given.name,
    argv: argvOf(given.command ?? [...(defaults.command ?? []), ...(given.args ?? [])]),
    stdin: given.stdin === undefined ? null : contentOf(given.stdin, read).bytes,
    files: Object.entries(given.files).map(([path, content]) => {
      const { bytes, isProgram } = contentOf(content, read);
      return { path, content: bytes, isProgram };
    }),
    env: { ...defaults.env, ...given.env },
    cwd: given.cwd ?? null,
    expect: {
      exitCode: numbersOf(expect.exit_code),
      stdout: expect.stdout === undefined ? null : expectedOf(expect.stdout, read),
      stderr: expect.stderr === undefined ? null : expectedOf(expect.stderr, read),
      files: Object.entries(expect.files).map(([path, wanted]) => ({
        path,
        content: typeof wanted === 'object' && 'absent' in wanted ? 'absent' : expectedOf(wanted, read),
      })),
    },
  };
}

function serviceOf(service: NonNullable<CasesFile['service']>): NonNullable<Cases['service']> {
  return {
    argv: argvOf(service.command),
    env: service.env,
    port: service.port,
    ready: { path: service.ready.path ?? null, timeoutSec: service.ready.timeout_sec },
    isPerCase: service.fresh === 'case',
  };
}

function stepOf({ request, expect }: Step, read: Read): Dialogue['steps'][number] {
  const headers = { ...request.headers };
  const isNamed = (name: string) => Object.keys(headers).some((each) => each.toLowerCase() === name);
  if (request.json !== undefined && !isNamed('content-type')) headers['content-type'] = 'application/json';
  const body =
    request.json !== undefined
      ? Buffer.from(JSON.stringify(request.json))
      : request.body === undefined
        ? null
        : contentOf(request.body, read).bytes;
  return {
    request: { method: request.method, path: request.path, headers, body },
    expect: {
      status: expect.status === undefined ? null : numbersOf(expect.status),
      headers: Object.entries(expect.headers).map(([name, value]) => ({
        name,
        value: expectedOf(value, read),
      })),
      body: expect.body === undefined ? null : expectedOf(expect.body, read),
    },
  };
}

function argvOf(command: string | readonly string[]): string[] {
  return typeof command === 'string' ? ['/bin/sh', '-c', command] : [...command];
}

function numbersOf(given: number | readonly number[] | 'any'): readonly number[] | 'any' {
  return typeof given === 'number' ? [given] : given;
}

function contentOf(content: Content, read: Read): ContentFile {
  if (typeof content === 'string') return { bytes: Buffer.from(content), isProgram: false };
  if ('file' in content) return read(content.file);
  return { bytes: Buffer.from(content.base64, 'base64'), isProgram: false };
}

function expectedOf(given: Matcher, read: Read): Expected {
  const wanted = typeof given === 'string' ? { text: given } : given;
  const { text, file, regex } = wanted;
  return {
    exact: text !== undefined ? Buffer.from(text) : file !== undefined ? read(file).bytes : null,
    contains: wanted.contains ?? [],
    lines: wanted.lines_in_any_order ?? null,
    json: 'json' in wanted ? { value: wanted.json } : null,
    regex: regex === undefined ? null : { source: regex, flags: wanted.flags ?? '' },
    trim: wanted.trim ?? false,
    ignoreTrailingSpace: wanted.ignore_trailing_space ?? false,
  };
}
