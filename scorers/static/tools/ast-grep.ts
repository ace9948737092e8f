import { z } from 'zod';
import type { FindingLevel } from '../../../harness/domain/finding.ts';
import { boundedLine } from '../../text.ts';
import {
  staticDir,
  type ToolAdapter,
  ToolFailure,
  type ToolInput,
  type ToolOutput,
  type ToolPlan,
  type ToolReport,
} from '../tool.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { packageRoot, plainEnv, toolFile } from './support/node.ts';
import { expectExit, fileArguments, workspacePath } from './tool-reading.ts';

const Options = z
  .strictObject({
    /** Files of the suite, each with one or more rules as ast-grep's YAML. */
    rules: z.array(z.string().min(1)).default([]),
    /** Rules given here, as ast-grep writes them: `id`, `language`, `rule`, … */
    inline: z.array(z.looseObject({ id: z.string().min(1), language: z.string().min(1) })).default([]),
  })
  .refine(({ rules, inline }) => rules.length + inline.length > 0, {
    message: 'name at least one rule: files of the suite under rules, or rules themselves under inline',
  });
type Options = z.infer<typeof Options>;

const place = z.object({ line: z.number().int().min(0), column: z.number().int().min(0) });

/** One line of `--json=stream`: lines and columns from 0, columns in code points. */
const Match = z.object({
  text: z.string(),
  lines: z.string(),
  file: z.string(),
  range: z.object({ start: place, end: place }),
  ruleId: z.string(),
  severity: z.enum(['error', 'warning', 'info', 'hint', 'off']),
  message: z.string(),
});
type Match = z.infer<typeof Match>;

const levels: Record<Match['severity'], FindingLevel> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
  off: 'none',
};

/**
 * ast-grep with rules of the suite. The workspace's own `sgconfig.yml` is not read, ignore files have no effect on files
 * that are named, and no library of a custom language is loaded. Its `ast-grep-ignore` comments cannot be switched off:
 * new ones are for a text tool to report.
 */
export const astGrep: ToolAdapter<typeof Options> = {
  name: 'ast-grep',
  revision: 2,
  options: Options,
  packages: () => ['ast-grep'],
  reach: () => 'file',
  files: () => [
    '**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts,py,pyi,go,rs,java,kt,kts,scala,c,h,cc,cpp,cxx,hpp,cs,rb,php,swift,lua}',
    '**/*.{sh,bash,bats,zsh,css,html,json,yml,yaml,ex,exs,hs,nix,sol,dart,hcl,tf,vue,svelte}',
  ],
  configuration: [],
  suiteFiles: ({ rules }) => rules,
  plan,
  parse,
};

function plan(input: ToolInput<Options>): ToolPlan {
  const { rules, inline } = input.options;
  const dir = staticDir('ast-grep');
  const files = rules.map((path, index) => {
    const content = input.suiteFile(path);
    if (content === null) throw new ToolFailure(`the suite has no file ${path}`);
    return toolFile('ast-grep', `rules/${index}.yml`, content);
  });
  const own = inline.map((rule, index) =>
    toolFile('ast-grep', `rules/inline-${index}.yml`, JSON.stringify(rule)),
  );
  return {
    command: [
      `${packageRoot(input, 'ast-grep')}/bin/ast-grep`,
      'scan',
      `--config=${dir}/sgconfig.yml`,
      '--custom-languages=ignore',
      '--json=stream',
      '--inspect=entity',
      '--color=never',
      '--',
      ...fileArguments(input.files),
    ],
    env: plainEnv,
    entries: [toolFile('ast-grep', 'sgconfig.yml', '{ "ruleDirs": ["rules"] }'), ...files, ...own],
    report: null,
  };
}

function parse(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  // 1: it has found errors.
  expectExit(output, [0, 1]);
  const seen = readInspection(output.stderr, input);
  const matches = readMatches(output.stdout);
  if (output.exitCode === 1 && !matches.some(({ severity }) => severity === 'error')) expectExit(output, [0]);
  const unread = [...seen.unread].map(
    ([path, reason]): RawFinding => ({
      rule: 'unread-file',
      level: 'error',
      message: `the file could not be analysed: ${boundedLine(reason, 100)}`,
      path,
    }),
  );
  return {
    findings: findingsOf('ast-grep', [...matches.map((match) => findingOf(match, input.workdir)), ...unread]),
    files: seen.files,
    version: null,
    rules: new Map(),
  };
}

/** Reads what `--inspect=entity` says; file names stand in it as they are, so that only whole known ones are believed. */
function readInspection(stderr: string, { files, workdir }: ToolInput<Options>) {
  const given = new Set(files);
  const unread = new Map<string, string>();
  const summaries = new Set<string>();
  let rules = 0;
  for (const line of stderr.split('\n')) {
    const [, name = '', reason = ''] = /^sg: entity\|file\|(.*): skipped=(\w+)/.exec(line) ?? [];
    const path = workspacePath(name, workdir);
    // It says so of a file without a byte, in which there is nothing to find.
    if (path !== null && given.has(path) && reason !== 'emptyFile') unread.set(path, reason);
    const [, scanned] = /^sg: summary\|file: scannedFileCount=(\d+),skippedFileCount=\d+$/.exec(line) ?? [];
    if (scanned !== undefined) summaries.add(scanned);
    const [, effective] = /^sg: summary\|rule: effectiveRuleCount=(\d+),/.exec(line) ?? [];
    rules = Math.max(rules, Number(effective ?? 0));
    if (line.startsWith('ERROR: '))
      throw new ToolFailure(`it could not read ${boundedLine(line.slice(7), 300)}`);
  }
  const [scanned] = summaries;
  if (scanned === undefined || summaries.size !== 1)
    throw new ToolFailure('it does not say how many files it read');
  if (rules === 0) throw new ToolFailure('none of its rules is switched on');
  if (Number(scanned) === 0) throw new ToolFailure('it analysed no file');
  return { files: Math.max(0, Math.min(files.length, Number(scanned)) - unread.size), unread };
}

function readMatches(stdout: string): Match[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return Match.parse(JSON.parse(line));
      } catch (cause) {
        throw new ToolFailure('its output is no complete list of matches', { cause });
      }
    });
}

function findingOf({ text, lines, file, range, ...match }: Match, workdir: string): RawFinding {
  const isOneLine = range.start.line === range.end.line;
  const before = codePoints(lines, range.start.column);
  const last = text.slice(text.lastIndexOf('\n') + 1);
  return {
    rule: match.ruleId,
    level: levels[match.severity],
    message: match.message || match.ruleId,
    path: workspacePath(file, workdir),
    startLine: range.start.line + 1,
    startColumn: before + 1,
    endLine: range.end.line + 1,
    endColumn: (isOneLine ? before + text.length : last.length) + 1,
  };
}

/** UTF-16 units of the first so many code points. */
function codePoints(text: string, count: number): number {
  let units = 0;
  for (let seen = 0; seen < count && units < text.length; seen++)
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  return units;
}
