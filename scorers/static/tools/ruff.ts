import { posix } from 'node:path';
import { z } from 'zod';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import { pathFilter } from '../../path-filter.ts';
import { boundedLine } from '../../text.ts';
import {
  type RuleFacts,
  staticDir,
  type ToolAdapter,
  ToolFailure,
  type ToolInput,
  type ToolOutput,
  type ToolReport,
} from '../tool.ts';
import { baseText, lazily, tomlValue } from './support/base-config.ts';
import {
  chooseConfiguration,
  configurationOptions,
  moreConfigurationOption,
} from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { packageRoot, plainEnv, toolFile } from './support/node.ts';
import { hasPython, pythonFiles } from './support/python.ts';
import { accountFiles, expectExit, fileArguments, parseReport, workspacePath } from './tool-reading.ts';

const RuleOrBeginning = z
  .string()
  .regex(/^[A-Z]+[0-9]*$/, 'must be a rule of ruff or its beginning, such as F or E9');

const options = z.strictObject({
  ...configurationOptions,
  ...moreConfigurationOption,
  /** Rules, or beginnings of them, whose findings are errors; all others are warnings. Syntax errors always are. */
  errors: z
    .array(RuleOrBeginning)
    .default([
      'E9',
      'F63',
      'F7',
      'F82',
      'PLE',
      'S202',
      'S501',
      'S502',
      'S505',
      'S602',
      'S605',
      'S609',
      'S701',
    ]),
});
type Options = z.infer<typeof options>;

/** What holds where neither suite nor base say anything: likely bugs and security, no style. */
const ownConfig = `exclude = []
[lint]
select = ["E4", "E7", "E9", "F", "B", "PLE", "S"]
ignore = ["S101"]
`;

/** What is read of ruff's JSON. */
const Place = z.object({ row: z.number(), column: z.number() });
const Diagnostics = z.array(
  z.object({
    code: z.string().nullish(),
    name: z.string().nullish(),
    message: z.string(),
    severity: z.string().nullish(),
    filename: z.string(),
    location: Place.nullish(),
    end_location: Place.nullish(),
    url: z.string().nullish(),
  }),
);
type Diagnostic = z.infer<typeof Diagnostics>[number];

const configuration = ['**/ruff.toml', '**/.ruff.toml', '**/pyproject.toml'];

/** Ruff's rule for a file that it cannot read. */
const unreadable = 'E902';
const syntaxError = 'invalid-syntax';

/**
 * Ruff. Comments that silence it (`noqa`, `ruff: ignore`, `ruff: disable`) are ignored. A file that it cannot read is a
 * finding `E902` and is not counted. Its reach is a file, with two exceptions, which our own rules do not include: which
 * imports are first-party (`I001`), and whether a folder is a package (`INP001`).
 */
export const ruff: ToolAdapter<typeof options> = {
  name: 'ruff',
  revision: 1,
  options,
  packages: () => ['ruff'],
  reach: () => 'file',
  files: () => pythonFiles,
  configuration,
  moreConfiguration: (options) => options.configuration,
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  suits: hasPython,
  plan(input) {
    const { config, entries } = configure(input);
    const command = [
      `${packageRoot(input, 'ruff')}/bin/ruff`,
      'check',
      '--output-format=json',
      // The only place where ruff says what it looks at.
      '--verbose',
      '--no-cache',
      '--ignore-noqa',
      '--no-respect-gitignore',
      '--force-exclude',
      ...['--no-fix', '--no-fix-only', '--no-show-fixes'],
      ...config.map((value) => `--config=${value}`),
      '--',
      ...fileArguments(input.files),
    ];
    return { command, env: { ...plainEnv, XDG_CONFIG_HOME: '/nonexistent' }, entries, report: null };
  },
  parse: read,
};

function configure(input: ToolInput<Options>): { config: string[]; entries: LayerEntry[] } {
  const tables = lazily(() => new Map(baseTables(input)));
  const chosen = chooseConfiguration(input, (path) => tables().has(path));
  if (chosen.use !== 'base') {
    const content = chosen.use === 'suite' ? chosen.content : ownConfig;
    return { config: [`${staticDir('ruff')}/ruff.toml`], entries: [toolFile('ruff', 'ruff.toml', content)] };
  }
  for (const [file, table] of tables()) checkExtend(file, table.extend, input);
  const excludes = [...tables().values()].some((table) => table.exclude !== undefined);
  // What ruff leaves out unasked, such as `build`, would be a place to hide code in.
  return { config: excludes ? [] : ['exclude=[]'], entries: [] };
}

/** The base's configurations of ruff by path; a `pyproject.toml` that does not speak of ruff is none. */
function* baseTables(input: ToolInput<Options>): Generator<[string, Record<string, unknown>]> {
  for (const path of [...input.base].sort()) {
    const name = posix.basename(path);
    if (!['ruff.toml', '.ruff.toml', 'pyproject.toml'].includes(name)) continue;
    const key = name === 'pyproject.toml' ? ['tool', 'ruff'] : [];
    const table = tomlValue(path, baseText(path, input) ?? '', key);
    if (typeof table === 'object' && table !== null) yield [path, { ...table }];
  }
}

/** A file of any other name is not put back from the base. */
function checkExtend(file: string, target: unknown, { base, options }: ToolInput<Options>): void {
  if (typeof target !== 'string') return;
  const path = posix.join(posix.dirname(file), target);
  if (!base.has(path) || pathFilter([...configuration, ...options.configuration])(path)) return;
  throw new ToolFailure(
    `the base's ${file} extends ${path}, which a candidate may change: name it in the option "configuration"`,
  );
}

function read(output: ToolOutput, { options, files, workdir }: ToolInput<Options>): ToolReport {
  expectExit(output, [0, 1]);
  const diagnostics = parseReport(output.stdout, Diagnostics, output);
  const crash = diagnostics.find(({ code, severity }) => code === 'panic' || severity === 'fatal');
  if (crash !== undefined) throw new ToolFailure(`it crashed: ${boundedLine(crash.message, 400)}`);
  const analysed = new Set(
    [...output.stderr.matchAll(/\]\[DEBUG\] Checking: (.+)$/gm)].map(([, path = '']) =>
      workspacePath(path, workdir),
    ),
  );
  const unread = new Set(
    diagnostics
      .filter(({ code }) => code === unreadable)
      .map(({ filename }) => workspacePath(filename, workdir)),
  );
  const saysNone = output.stderr.includes('No Python files found under the given path');
  return {
    findings: findingsOf(
      'ruff',
      diagnostics.map((each) => rawOf(each, options, workdir)),
    ),
    ...accountFiles(files, analysed, analysed.size > 0 || saysNone, unread),
    version: null,
    rules: new Map(diagnostics.map((each) => [ruleOf(each), factsOf(each)])),
  };
}

function rawOf(diagnostic: Diagnostic, { errors }: Options, workdir: string): RawFinding {
  const rule = ruleOf(diagnostic);
  const isError = [...errors, syntaxError, unreadable].some((beginning) => rule.startsWith(beginning));
  return {
    rule,
    level: isError ? 'error' : 'warning',
    message: diagnostic.message,
    path: workspacePath(diagnostic.filename, workdir),
    startLine: diagnostic.location?.row,
    startColumn: diagnostic.location?.column,
    endLine: diagnostic.end_location?.row,
    endColumn: diagnostic.end_location?.column,
  };
}

function ruleOf({ code }: Diagnostic): string {
  return code || syntaxError;
}

function factsOf({ name, url }: Diagnostic): RuleFacts {
  return { ...(name ? { name } : {}), ...(url ? { helpUri: url } : {}) };
}
