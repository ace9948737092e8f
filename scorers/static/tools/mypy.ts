import { posix } from 'node:path';
import { z } from 'zod';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import { pathFilter } from '../../path-filter.ts';
import { boundedLine } from '../../text.ts';
import {
  staticDir,
  staticLogs,
  type ToolAdapter,
  ToolFailure,
  type ToolInput,
  type ToolOutput,
  type ToolReport,
} from '../tool.ts';
import { baseText, lazily, listOf, readIni, tomlValue } from './support/base-config.ts';
import {
  chooseConfiguration,
  configurationOptions,
  moreConfigurationOption,
} from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { packageRoot, plainEnv, toolFile } from './support/node.ts';
import { pythonCommand, pythonEnvironment, pythonFiles } from './support/python.ts';
import { expectExit, fileArguments, parseReport, workspacePath } from './tool-reading.ts';

const options = z.strictObject({ ...configurationOptions, ...moreConfigurationOption });
type Options = z.infer<typeof options>;

/** What holds where neither suite nor base say anything. What is not installed in the image is no finding. */
const ownConfig = `[mypy]
ignore_missing_imports = True
explicit_package_bases = True
`;

/** What is read of one line of mypy's JSON. Columns count from 0; the end is behind the last character. */
const Message = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  end_line: z.number().nullish(),
  end_column: z.number().nullish(),
  message: z.string(),
  code: z.string().nullish(),
  severity: z.enum(['error', 'note']),
});
type Message = z.infer<typeof Message>;

const countReport = 'linecount.txt';
const fileList = `@${staticDir('mypy')}/files`;

/**
 * Mypy, on the image's own interpreter, with the packages that are installed there. A syntax error anywhere keeps it from
 * checking anything, which is a failure. `# type: ignore` and `# mypy: …` cannot be ignored: see the tool `suppressions`
 * for new ones. Where the base's configuration says what to check (`files`, `packages`, `modules`, or an `exclude`), that is
 * checked.
 */
export const mypy: ToolAdapter<typeof options> = {
  name: 'mypy',
  revision: 1,
  options,
  packages: () => ['mypy'],
  reach: () => 'project',
  files: () => pythonFiles,
  configuration: ['mypy.ini', '.mypy.ini', 'pyproject.toml', 'setup.cfg', ...pythonEnvironment],
  moreConfiguration: ({ configuration }) => configuration,
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  // That the others speak of mypy cannot be told by their names.
  suits: (base) => base.has('mypy.ini') || base.has('.mypy.ini'),
  plan(input) {
    const { config, entries, env, target } = configure(input);
    const strange = input.files.find((file) => /[\r\n]/.test(file));
    if (strange !== undefined)
      throw new ToolFailure(`the file ${JSON.stringify(strange)} has a line break in its name`);
    const list = fileArguments(input.files).join('\n');
    const args = [
      `--config-file=${config}`,
      '--output=json',
      // Says what was checked, and is written only when everything was.
      `--linecount-report=${staticLogs}`,
      ...['--no-incremental', '--cache-dir=/dev/null', '--num-workers=0', '--no-color-output'],
      ...['--no-pretty', '--hide-error-context', '--hide-absolute-path'],
      ...(target === null ? [] : [target]),
    ];
    return {
      command: pythonCommand(
        packageRoot(input, 'mypy'),
        { module: 'mypy.__main__', function: 'console_entry', alone: false },
        args,
      ),
      env: { ...plainEnv, XDG_CONFIG_HOME: '/nonexistent', ...env },
      entries: [...entries, toolFile('mypy', 'files', `${list}\n`)],
      report: `${staticLogs}/${countReport}`,
    };
  },
  parse: read,
};

interface Configured {
  config: string;
  entries: LayerEntry[];
  env: Readonly<Record<string, string>>;
  /** What to check as an argument; null: the configuration says it. */
  target: string | null;
}

function configure(input: ToolInput<Options>): Configured {
  const own = lazily(() => baseSettings(input));
  const chosen = chooseConfiguration(input, (path) => path === own()?.path);
  const base = chosen.use === 'base' ? own() : null;
  if (base !== null) {
    checkPlugins(base.settings.plugins ?? [], input.options);
    const has = (key: string) => (base.settings[key] ?? []).length > 0;
    // Files that are named are checked whatever `exclude` says; a folder is not.
    const target = has('exclude') ? '.' : fileList;
    const isNamed = ['files', 'packages', 'modules'].some(has);
    return { config: base.path, entries: [], env: {}, target: isNamed ? null : target };
  }
  if (chosen.use === 'suite') {
    const isToml = posix.extname(input.options.config ?? '') === '.toml';
    const name = isToml ? 'pyproject.toml' : 'mypy.ini';
    return {
      config: `${staticDir('mypy')}/${name}`,
      entries: [toolFile('mypy', name, chosen.content)],
      env: {},
      target: fileList,
    };
  }
  const isInSrc =
    [...input.base].some((path) => path.startsWith('src/')) && !input.base.has('src/__init__.py');
  return {
    config: `${staticDir('mypy')}/mypy.ini`,
    entries: [toolFile('mypy', 'mypy.ini', ownConfig)],
    env: isInSrc ? { MYPYPATH: `${input.workdir}/src` } : {},
    target: fileList,
  };
}

interface Settings {
  path: string;
  /** Lists by their keys. */
  settings: Readonly<Record<string, readonly string[]>>;
}

const lists = ['plugins', 'files', 'packages', 'modules', 'exclude'];

/** The base's configuration in the order in which mypy looks for it; null where there is none. */
function baseSettings(input: ToolInput<Options>): Settings | null {
  for (const path of ['mypy.ini', '.mypy.ini', 'pyproject.toml', 'setup.cfg']) {
    const text = baseText(path, input);
    if (text === null) continue;
    const found = path === 'pyproject.toml' ? tomlSettings(path, text) : iniSettings(text);
    if (found !== null || path.endsWith('mypy.ini')) return { path, settings: found ?? {} };
  }
  return null;
}

function iniSettings(text: string): Settings['settings'] | null {
  const section = readIni(text).get('mypy');
  if (section === undefined) return null;
  return Object.fromEntries(lists.map((key) => [key, listOf(section.get(key))]));
}

function tomlSettings(path: string, text: string): Settings['settings'] | null {
  if (tomlValue(path, text, ['tool', 'mypy']) === undefined) return null;
  const listAt = (key: string) => {
    const value = tomlValue(path, text, ['tool', 'mypy', key]);
    return Array.isArray(value) ? value.map(String) : listOf(typeof value === 'string' ? value : undefined);
  };
  return Object.fromEntries(lists.map((key) => [key, listAt(key)]));
}

/** A plugin is code that runs in mypy; only what is installed in the image is beyond a candidate's reach. */
function checkPlugins(plugins: readonly string[], { configuration }: Options): void {
  const isHeld = pathFilter(configuration);
  const own = plugins
    .filter((plugin) => /[/\\]|\.py(:|$)/.test(plugin))
    .find((plugin) => !isHeld(posix.normalize(plugin.split(':')[0] ?? '')));
  if (own === undefined) return;
  throw new ToolFailure(
    `the base's configuration of mypy runs ${own}, which a candidate may change: name it in the option "configuration"`,
  );
}

function read(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  const { files, workdir } = input;
  const messages = readMessages(output);
  if (output.exitCode === 2 && messages?.[0] !== undefined) {
    const { file, line, message } = messages[0];
    throw new ToolFailure(`it checked nothing: ${boundedLine(`${file}:${line}: ${message}`, 400)}`);
  }
  expectExit(output, [0, 1]);
  if (messages === null)
    throw new ToolFailure(`it printed more than messages: ${boundedLine(output.stderr, 300)}`);
  const checked = countChecked(output.report);
  if (checked === 0) throw new ToolFailure(`it checked none of ${files.length} files`);
  return {
    findings: findingsOf(
      'mypy',
      messages.map((message) => rawOf(message, workdir)),
    ),
    files: Math.min(checked, files.length),
    excluded: configure(input).target === fileList ? 0 : Math.max(0, files.length - checked),
    version: null,
    rules: new Map(
      messages.flatMap(({ code }) =>
        code ? [[code, { helpUri: `${reference}#code-${code}` }] as const] : [],
      ),
    ),
  };
}

const reference = 'https://mypy.readthedocs.io/en/stable/_refs.html';

/** One JSON object a line; null where one is not. */
function readMessages(output: ToolOutput): Message[] | null {
  const lines = output.stdout.split('\n').filter((line) => line !== '');
  if (!lines.every((line) => line.startsWith('{'))) return null;
  return lines.map((line) => parseReport(line, Message, output));
}

/** Lines of `linecount.txt`: four numbers and a module, or `total`. */
function countChecked(report: string | null): number {
  if (report === null) throw new ToolFailure('it did not say what it has checked');
  const rows = report.split('\n').filter((line) => /^(\s*\d+){4} \S/.test(line));
  return Math.max(0, rows.length - 1);
}

function rawOf(
  { file, line, column, end_line, end_column, message, code, severity }: Message,
  workdir: string,
): RawFinding {
  return {
    rule: code || 'misc',
    level: severity,
    message,
    path: workspacePath(file, workdir),
    startLine: line,
    startColumn: column + 1,
    endLine: end_line,
    endColumn: typeof end_column === 'number' ? end_column + 1 : null,
  };
}
