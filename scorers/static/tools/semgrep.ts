import { z } from 'zod';
import { FindingLevel } from '../../../harness/domain/finding.ts';
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
import { findingsOf, type RawFinding } from './support/findings.ts';
import { packageRoot, plainEnv, toolFile } from './support/node.ts';
import { accountFiles, expectExit, fileArguments, parseReport, workspacePath } from './tool-reading.ts';

const options = z.strictObject({
  /** Files of the suite with rules; nothing is fetched. */
  rules: z.array(z.string().min(1)).min(1),
  /** Globs of what it looks at; which of these a rule is for, is told by their names. */
  files: z.array(z.string().min(1)).min(1).default(['**/*']),
  /** Level of a file that it could not read to its end: code that it does not understand could hide in one. */
  unparsed: FindingLevel.default('error'),
});
type Options = z.infer<typeof options>;

const levels: Readonly<Record<string, FindingLevel>> = {
  CRITICAL: 'error',
  HIGH: 'error',
  ERROR: 'error',
  MEDIUM: 'warning',
  WARNING: 'warning',
  LOW: 'note',
  INFO: 'note',
};

/** What is read of semgrep's JSON. Columns count from 1. */
const Place = z.object({ line: z.number(), col: z.number() });
const Report = z.object({
  version: z.string().nullish(),
  results: z.array(
    z.object({
      check_id: z.string(),
      path: z.string(),
      start: Place,
      end: Place,
      extra: z.object({
        message: z.string(),
        severity: z.string(),
        metadata: z.looseObject({}).nullish(),
      }),
    }),
  ),
  errors: z.array(
    z.object({
      level: z.string(),
      // A name, or a name with its details.
      type: z.union([z.string(), z.tuple([z.string()], z.unknown())]),
      message: z.string().nullish(),
      path: z.string().nullish(),
      spans: z.array(z.object({ start: Place })).nullish(),
    }),
  ),
  paths: z.object({
    scanned: z.array(z.string()),
    skipped: z.array(z.object({ path: z.string(), reason: z.string() })).nullish(),
  }),
  skipped_rules: z.array(z.unknown()).nullish(),
});
type Result = z.infer<typeof Report>['results'][number];
type ReportedError = z.infer<typeof Report>['errors'][number];

const readsScripts = /\b(?:javascript|js|jsx)\b/i;

/** Errors after which semgrep goes on with the next file. */
const partial = /^(PartialParsing|Syntax error|Lexical error|AST builder error|Other syntax error)$/;

/**
 * Semgrep's own engine, without Python and without network. Comments that silence it (`nosemgrep`) are ignored; so are
 * its ignore files, as every file is named. A file that it understands in part only is a finding. A timeout, a rule that
 * cannot be read, and any other error fail it. Its reach is a file, for taint rules as well: this engine does not follow
 * data from one file to another.
 */
export const semgrep: ToolAdapter<typeof options> = {
  name: 'semgrep',
  revision: 1,
  options,
  packages: () => ['semgrep'],
  reach: () => 'file',
  files: ({ files }) => files,
  configuration: ['**/.semgrepignore', '**/.semgrep.{yml,yaml}', '**/.semgrep/**'],
  suiteFiles: ({ rules }) => rules,
  plan(input) {
    const rules = input.options.rules.map((path, index) => {
      const content = input.suiteFile(path);
      if (content === null) throw new ToolFailure(`the suite has no file ${path}, which semgrep is to use`);
      return toolFile('semgrep', `rules-${index}.yml`, content);
    });
    const program = `${staticDir('semgrep')}/osemgrep`;
    // The engine is the whole command-line tool when it is called by this name.
    const link = { path: program, type: 'link', linkTarget: engineOf(input) } as const;
    const command = [
      program,
      'scan',
      '--experimental',
      '--json',
      // Lists what was skipped.
      '--verbose',
      '--disable-nosem',
      '--no-git-ignore',
      '--novcs',
      '--no-rewrite-rule-ids',
      '--disable-version-check',
      '--metrics=off',
      '--no-autofix',
      // What is too large is not among the files.
      '--max-target-bytes=0',
      '--timeout=10',
      '--timeout-threshold=1',
      ...rules.flatMap(({ path }) => ['--config', path]),
      '--',
      ...fileArguments(input.files),
    ];
    return {
      command,
      env: { ...plainEnv, SEMGREP_SEND_METRICS: 'off', SEMGREP_ENABLE_VERSION_CHECK: '0' },
      entries: [link, ...rules],
      report: null,
    };
  },
  parse: read,
};

function engineOf(input: ToolInput<Options>): string {
  return `${packageRoot(input, 'semgrep')}/semgrep/bin/semgrep-core`;
}

function read(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  const { options, files, workdir } = input;
  if (output.stdout.trim() === '') expectExit(output, [0]);
  const report = parseReport(output.stdout, Report, output);
  const fatal = report.errors.find((error) => !partial.test(typeOf(error)) || error.path == null);
  if (fatal !== undefined) throw new ToolFailure(whyFatal(fatal));
  expectExit(output, [0]);
  if ((report.skipped_rules ?? []).length > 0)
    throw new ToolFailure(`it skipped ${report.skipped_rules?.length} of its rules`);
  const analysed = new Set(report.paths.scanned.map((path) => workspacePath(path, workdir)));
  const unparsed = report.errors.map((error) => unparsedOf(error, options, workdir));
  const skipped = (report.paths.skipped ?? []).filter(
    ({ path }) => !analysed.has(workspacePath(path, workdir)),
  );
  // Which files are JavaScript it tells by their names, and takes none of these for it.
  const isForScripts = options.rules.some((path) =>
    readsScripts.test(new TextDecoder().decode(input.suiteFile(path) ?? new Uint8Array())),
  );
  const minified = files.filter((path) => isForScripts && /\.min\.js$/.test(path) && !analysed.has(path));
  const unread = new Set([...skipped.map(({ path }) => workspacePath(path, workdir)), ...minified]);
  const found = findingsOf(
    'semgrep',
    report.results.map((result) => rawOf(result, workdir)),
  );
  const severities = new Map(report.results.map((result) => [result.check_id, securityOf(result)]));
  return {
    findings: [
      ...found.map((finding) => ({ ...finding, security: severities.get(finding.rule) ?? null })),
      ...findingsOf('semgrep', [
        ...unparsed,
        ...skipped.map(({ path, reason }) =>
          notAnalysed(path, `semgrep skipped it: ${reason}`, options, workdir),
        ),
        ...minified.map((path) => notAnalysed(path, 'semgrep passes over it by its name', options, workdir)),
      ]),
    ],
    // No rule is for files of their kind.
    ...accountFiles(files, analysed, true, unread),
    version: report.version ?? null,
    rules: new Map(report.results.map((result) => [result.check_id, factsOf(result)])),
  };
}

function typeOf({ type }: ReportedError): string {
  return typeof type === 'string' ? type : type[0];
}

function whyFatal(error: ReportedError): string {
  const said = boundedLine(error.message ?? '', 400);
  return `it did not do its work: ${said === '' ? typeOf(error) : said}`;
}

function rawOf({ check_id, path, start, end, extra }: Result, workdir: string): RawFinding {
  return {
    rule: check_id,
    level: levels[extra.severity.toUpperCase()] ?? 'warning',
    message: extra.message,
    path: workspacePath(path, workdir),
    startLine: start.line,
    startColumn: start.col,
    endLine: end.line,
    endColumn: end.col,
  };
}

function unparsedOf(error: ReportedError, options: Options, workdir: string): RawFinding {
  const message = 'semgrep does not understand all of it';
  const startLine = error.spans?.[0]?.start.line;
  return { ...notAnalysed(error.path ?? '', message, options, workdir), startLine };
}

function notAnalysed(path: string, message: string, { unparsed }: Options, workdir: string): RawFinding {
  return { rule: 'not-analysed', level: unparsed, message, path: workspacePath(path, workdir) };
}

/** As GitHub reads it of a rule's metadata: `security-severity`, 0 to 10. */
function securityOf({ extra }: Result): number | null {
  const value = Number(extra.metadata?.['security-severity'] ?? Number.NaN);
  return value >= 0 && value <= 10 ? value : null;
}

function factsOf({ extra }: Result): RuleFacts {
  const source = extra.metadata?.source;
  return typeof source === 'string' && /^https?:/.test(source) ? { helpUri: source } : {};
}
