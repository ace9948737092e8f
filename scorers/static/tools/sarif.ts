import { z } from 'zod';
import { boundedLine } from '../../text.ts';
import { readSarif } from '../sarif/read.ts';
import {
  staticDir,
  staticLogs,
  type ToolAdapter,
  ToolFailure,
  type ToolInput,
  type ToolOutput,
} from '../tool.ts';

const Glob = z.string().min(1).max(500);
const Package = z.union([
  z.strictObject({ npm: z.string().min(1).max(300) }),
  z.strictObject({ pypi: z.string().min(1).max(300) }),
]);
const exitCode = z.number().int().min(0).max(255);

const Options = z
  .strictObject({
    /** How its findings are called. A suite may have several such tools. */
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,49}$/, 'must be lower-case letters, digits and "-", at most 50'),
    /**
     * Program and arguments, without a shell. `{workdir}`: the workspace; `{report}`: where the report goes; `{tool}`: root
     * of the mounted package; `{node}`: the mounted Node, with an npm package; `{config}`: the suite's file; `{files}`, as
     * an argument of its own: the files to look at, relative to the workspace, each as one argument. Other braces stay.
     */
    command: z.array(z.string().max(10_000)).min(1).max(200),
    /** `file`: it writes its log to `{report}`. */
    report: z.enum(['stdout', 'file']).default('stdout'),
    /** Those that say that it did its work, with and without findings. */
    exit_codes: z.array(exitCode).min(1).max(256).default([0, 1]),
    /** What it looks at. */
    files: z.array(Glob).min(1).max(200),
    /** Exact version, mounted read-only; left out: the program is one of the image's. */
    package: Package.optional(),
    /** File of the suite that steers it. */
    config: z.string().min(1).max(500).optional(),
    /** Files of the workspace that steer it: the base's are laid, never the candidate's. */
    configuration: z.array(Glob).max(200).default([]),
    /** `file`: what it says of a file depends on that file alone; needs `{files}`. */
    reach: z.enum(['file', 'project']).default('project'),
    /**
     * How many files it has analysed: `sarif-artifacts`: as many as its log lists as artifacts with the role
     * `analysisTarget`, and a log that lists none is an error. `given`: as many as it was given, which the suite's author
     * vouches for: such a tool may have looked at nothing, and nobody would know.
     */
    count: z.enum(['sarif-artifacts', 'given']).default('sarif-artifacts'),
    /** The same placeholders but for `{files}`. */
    env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(10_000)).default({}),
  })
  .superRefine((options, context) => {
    for (const [path, message] of contradictions(options))
      context.addIssue({ code: 'custom', path: [path], message });
  });
type Options = z.infer<typeof Options>;

/** Fields and what is wrong with them. */
function contradictions(options: Options): [keyof Options, string][] {
  const { command, env, report, reach, config } = options;
  const texts = [...command, ...Object.values(env)];
  const uses = (placeholder: string) => texts.some((text) => text.includes(placeholder));
  const [program = ''] = command;
  const found: [keyof Options, string][] = [];
  if (!isProgram(program))
    found.push([
      'command',
      'must begin with a program by name or absolute path, {node}, {config} or {tool}/…',
    ]);
  if (
    texts.some((text) => text.includes('{files}') && text !== '{files}') ||
    Object.values(env).includes('{files}')
  )
    found.push(['command', '{files} must be an argument of its own']);
  if (reach === 'file' && !command.includes('{files}'))
    found.push(['reach', 'file needs {files} in the command: it must be able to look at some of them only']);
  if ((report === 'file') !== uses('{report}'))
    found.push(['report', 'must be file where the command names {report}, and only there']);
  if (uses('{config}') !== (config !== undefined))
    found.push(['config', 'must be given where the command names {config}, and only there']);
  if (uses('{tool}') && options.package === undefined) found.push(['package', 'must be given for {tool}']);
  if (uses('{node}') && !isNpm(options)) found.push(['package', 'must be one of npm for {node}']);
  return found;
}

/** What stands in the workspace is the candidate's: nothing of it is the tool. */
function isProgram(text: string): boolean {
  return /^(\{node\}|\{config\}|\{tool\}\/.+|\/.+|[^/{}]+)$/.test(text);
}

function isNpm({ package: ref }: Options): boolean {
  return ref !== undefined && 'npm' in ref;
}

const reportFile = `${staticLogs}/report.sarif`;
const configFile = `${staticDir('sarif')}/config`;

/** Any tool that prints SARIF 2.1.0, by configuration alone. */
export const sarif: ToolAdapter<typeof Options> = {
  name: 'sarif',
  revision: 1,
  options: Options,
  packages: (options) => [...(isNpm(options) ? ['node'] : []), ...(options.package ? [options.package] : [])],
  reach: ({ reach }) => reach,
  files: ({ files }) => files,
  configuration: [],
  moreConfiguration: ({ configuration }) => configuration,
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),

  plan(input) {
    const { command, env, report, config } = input.options;
    const fill = filler(input);
    const [program = '', ...rest] = command.flatMap((text) =>
      text === '{files}' ? input.files.map(asArgument) : [fill(text)],
    );
    if (isInside(program, input.workdir))
      throw new ToolFailure(`${program} lies in the workspace, where the candidate may have written it`);
    const content = config === undefined ? null : input.suiteFile(config);
    if (config !== undefined && content === null) throw new ToolFailure(`the suite has no file ${config}`);
    return {
      command: [program, ...rest],
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)])),
      entries:
        config === undefined || content === null
          ? []
          : [{ path: configPath(config), type: 'file', mode: 0o755, content }],
      report: report === 'file' ? reportFile : null,
    };
  },

  parse(output, { workdir, files, options }) {
    const { name, exit_codes, report, count } = options;
    if (!exit_codes.includes(output.exitCode)) throw new ToolFailure(unexpected(output));
    const text = report === 'file' ? output.report : output.stdout;
    if (text === null) throw new ToolFailure('it wrote no report');
    const read = readSarif(text, { tool: name, workdir });
    if (count === 'given') return { ...read, files: files.length };
    if (read.files === null)
      throw new ToolFailure(
        'its SARIF log does not say which files it analysed: it lists no artifacts with the role analysisTarget ' +
          '(with count: given, the files that it was given are counted)',
      );
    return { ...read, files: Math.min(read.files, files.length) };
  },
};

function filler(input: ToolInput<Options>): (text: string) => string {
  const { workdir, packages, options } = input;
  const mounted = (isMeant: (name: string) => boolean) => {
    const root = [...packages].find(([name]) => isMeant(name))?.[1];
    if (root === undefined) throw new ToolFailure('its package is not mounted');
    return root;
  };
  const values = new Map<string, () => string>([
    ['workdir', () => workdir],
    ['report', () => reportFile],
    ['config', () => configPath(options.config ?? '')],
    ['node', () => `${mounted((name) => name === 'node')}/bin/node`],
    ['tool', () => mounted((name) => name !== 'node')],
  ]);
  return (text) => text.replace(/\{([a-z]+)\}/g, (whole, name: string) => values.get(name)?.() ?? whole);
}

function unexpected({ exitCode, stdout, stderr }: ToolOutput): string {
  const said = boundedLine(stderr.trim() === '' ? stdout : stderr, 400);
  return `it ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}`;
}

/** Some tools go by the ending of the name. */
function configPath(config: string): string {
  const extension = /\.[A-Za-z0-9.]{1,30}$/.exec(config)?.[0] ?? '';
  return `${configFile}${extension}`;
}

/** A file's name must not be read as an option, or as the name of a file of arguments. */
function asArgument(path: string): string {
  return /^[A-Za-z0-9_.]/.test(path) ? path : `./${path}`;
}

function isInside(path: string, folder: string): boolean {
  const parts = (text: string) => text.split('/').filter((part) => part !== '' && part !== '.');
  const [inner, outer] = [parts(path), parts(folder)];
  return path.startsWith('/') && (inner.includes('..') || outer.every((part, at) => inner[at] === part));
}
