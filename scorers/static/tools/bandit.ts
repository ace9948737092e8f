import { z } from 'zod';
import { FindingLevel } from '../../../harness/domain/finding.ts';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import { boundedLine } from '../../text.ts';
import { staticDir, type ToolAdapter, type ToolInput, type ToolOutput, type ToolReport } from '../tool.ts';
import { baseText, lazily, listOf, readIni, tomlValue } from './support/base-config.ts';
import { chooseConfiguration, configurationOptions } from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { packageRoot, plainEnv, toolFile } from './support/node.ts';
import { hasPython, pythonCommand, pythonEnvironment } from './support/python.ts';
import { accountFiles, expectExit, fileArguments, parseReport, workspacePath } from './tool-reading.ts';

const options = z.strictObject({
  ...configurationOptions,
  /** Levels of bandit's severities. */
  high: FindingLevel.default('error'),
  medium: FindingLevel.default('warning'),
  low: FindingLevel.default('note'),
});
type Options = z.infer<typeof options>;

const Severity = z.enum(['HIGH', 'MEDIUM', 'LOW', 'UNDEFINED']);
type Severity = z.infer<typeof Severity>;

/** What is read of bandit's JSON. Columns count from 0, in bytes of UTF-8. */
const Report = z.object({
  errors: z.array(z.object({ filename: z.string(), reason: z.string() })),
  metrics: z.record(z.string(), z.unknown()),
  results: z.array(
    z.object({
      filename: z.string(),
      test_id: z.string(),
      test_name: z.string(),
      issue_severity: Severity,
      issue_confidence: z.string(),
      issue_text: z.string(),
      line_number: z.number(),
      line_range: z.array(z.number()).nullish(),
      col_offset: z.number().nullish(),
      end_col_offset: z.number().nullish(),
      more_info: z.string().nullish(),
    }),
  ),
});
type Result = z.infer<typeof Report>['results'][number];

/** On GitHub's scale: high from 7, medium from 4. */
const security: Readonly<Record<Severity, number | null>> = { HIGH: 8, MEDIUM: 5, LOW: 2, UNDEFINED: null };

/** Rules whose text quotes what may be a secret. */
const quotesSecret = /^B10[567]$/;

/**
 * Bandit, on the image's own interpreter. Comments that silence it (`nosec`) are ignored, and so is what it leaves out
 * unasked. A file that it cannot read, such as one with a syntax error, is a finding and is not counted.
 */
export const bandit: ToolAdapter<typeof options> = {
  name: 'bandit',
  revision: 1,
  options,
  packages: () => ['bandit'],
  reach: () => 'file',
  files: () => ['**/*.py'],
  configuration: ['.bandit', 'bandit.{yaml,yml}', 'pyproject.toml', ...pythonEnvironment],
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  suits: hasPython,
  plan(input) {
    const { config, entries } = configure(input);
    const args = ['--format=json', '--quiet', '--ignore-nosec', '--exit-zero', ...config, '--'];
    return {
      command: pythonCommand(
        packageRoot(input, 'bandit'),
        { module: 'bandit.cli.main', function: 'main', alone: true },
        [...args, ...fileArguments(input.files)],
      ),
      env: { ...plainEnv, XDG_CACHE_HOME: '/tmp' },
      entries,
      report: null,
    };
  },
  parse: read,
};

function configure(input: ToolInput<Options>): { config: string[]; entries: LayerEntry[] } {
  const own = lazily(() => baseArguments(input));
  const chosen = chooseConfiguration(input, () => own() !== null);
  if (chosen.use === 'base') return { config: own() ?? [], entries: [] };
  if (chosen.use === 'default') return { config: ['--exclude='], entries: [] };
  // Which of the two formats it is, bandit tells by the name.
  const name = input.options.config?.endsWith('.toml') ? 'pyproject.toml' : 'bandit.yaml';
  return {
    config: ['--exclude=', `--configfile=${staticDir('bandit')}/${name}`],
    entries: [toolFile('bandit', name, chosen.content)],
  };
}

/** What the base says in its files; null where it says nothing. */
function baseArguments(input: ToolInput<Options>): string[] | null {
  const pyproject = baseText('pyproject.toml', input);
  const isInPyproject =
    pyproject !== null && tomlValue('pyproject.toml', pyproject, ['tool', 'bandit']) !== undefined;
  const config = ['bandit.yaml', 'bandit.yml', ...(isInPyproject ? ['pyproject.toml'] : [])].find((path) =>
    input.base.has(path),
  );
  // Read here: bandit takes it for folders only, and it may name other files and where the report goes.
  const ini = readIni(baseText('.bandit', input) ?? '').get('bandit');
  if (config === undefined && ini === undefined) return null;
  const list = (key: string) => listOf(ini?.get(key)).join(',');
  return [
    // Always said: what bandit leaves out unasked are all paths that hold one of some texts.
    `--exclude=${list('exclude')}`,
    ...(list('skips') === '' ? [] : [`--skip=${list('skips')}`]),
    ...(list('tests') === '' ? [] : [`--tests=${list('tests')}`]),
    ...(config === undefined ? [] : [`--configfile=${config}`]),
  ];
}

function read(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  const { options, files, workdir } = input;
  expectExit(output, [0]);
  const { errors, metrics, results } = parseReport(output.stdout, Report, output);
  const analysed = new Set(Object.keys(metrics).map((path) => workspacePath(path, workdir)));
  const unread = new Set(errors.map(({ filename }) => workspacePath(filename, workdir)));
  const mayExclude = configure(input).config.some((each) => /^--(?:configfile=|exclude=.)/.test(each));
  const findings = Severity.options.flatMap((severity) =>
    findingsOf(
      'bandit',
      results
        .filter(({ issue_severity }) => issue_severity === severity)
        .map((result) => rawOf(result, options, workdir)),
    ).map((finding) => ({ ...finding, security: security[severity] })),
  );
  const broken = errors.map(
    ({ filename, reason }): RawFinding => ({
      rule: 'not-analysed',
      level: 'error',
      message: boundedLine(reason, 400),
      path: workspacePath(filename, workdir),
    }),
  );
  return {
    findings: [...findings, ...findingsOf('bandit', broken)],
    ...accountFiles(files, analysed, mayExclude, unread),
    version: null,
    rules: new Map(results.map((result) => [result.test_id, factsOf(result)])),
  };
}

function rawOf(result: Result, options: Options, workdir: string): RawFinding {
  const text = quotesSecret.test(result.test_id) ? 'Possible hardcoded password' : result.issue_text;
  const levels = { HIGH: options.high, MEDIUM: options.medium, LOW: options.low, UNDEFINED: options.low };
  return {
    rule: result.test_id,
    level: levels[result.issue_severity],
    message: `${text} (confidence: ${result.issue_confidence.toLowerCase()})`,
    path: workspacePath(result.filename, workdir),
    startLine: result.line_number,
    startColumn: columnOf(result.col_offset),
    endLine: result.line_range?.at(-1),
    endColumn: columnOf(result.end_col_offset),
  };
}

function columnOf(offset: number | null | undefined): number | null {
  return typeof offset === 'number' && offset >= 0 ? offset + 1 : null;
}

function factsOf({ test_name, more_info }: Result) {
  return { name: test_name, ...(more_info ? { helpUri: more_info } : {}) };
}
