import { z } from 'zod';
import type { FindingLevel } from '../../../harness/domain/finding.ts';
import { pathFilter } from '../../path-filter.ts';
import { boundedLine } from '../../text.ts';
import {
  staticDir,
  staticLogs,
  type ToolAdapter,
  ToolFailure,
  type ToolInput,
  type ToolOutput,
  type ToolPlan,
  type ToolReport,
} from '../tool.ts';
import {
  chooseConfiguration,
  configurationOptions,
  moreConfigurationOption,
} from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { packageRoot, plainEnv, toolFile } from './support/node.ts';
import { expectExit, parseReport, workspacePath } from './tool-reading.ts';

const Options = z.strictObject({
  ...configurationOptions,
  ...moreConfigurationOption,
  /** For rules that look at other files too, such as `noImportCycles`: all files are analysed again then. */
  project: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

const place = z.object({ line: z.number(), column: z.number() });

/** What Biome 2.6's `json` reporter writes, as far as it is used here. */
const Report = z.object({
  summary: z.object({
    changed: z.number().int().min(0),
    unchanged: z.number().int().min(0),
    diagnosticsNotPrinted: z.number(),
    errors: z.number(),
    warnings: z.number(),
    infos: z.number(),
  }),
  diagnostics: z.array(
    z.object({
      severity: z.enum(['fatal', 'error', 'warning', 'information', 'info', 'hint']),
      message: z.string(),
      category: z.string().nullish(),
      location: z.object({ path: z.string(), start: place.nullish(), end: place.nullish() }).nullish(),
    }),
  ),
});
type Diagnostic = z.infer<typeof Report>['diagnostics'][number];

const levels: Record<Diagnostic['severity'], FindingLevel> = {
  fatal: 'error',
  error: 'error',
  warning: 'warning',
  information: 'note',
  info: 'note',
  hint: 'note',
};

const configuration = [
  '**/{biome,.biome}*.{json,jsonc}',
  '**/*.grit',
  '**/{.gitignore,.ignore,.editorconfig}',
  // Which frameworks' rules hold depends on what the nearest one names.
  '**/package.json',
];
const isConfiguration = pathFilter(['**/{biome,.biome}.{json,jsonc}']);

/**
 * Biome's linter with the suite's `biome.json` (whose globs are relative to a folder elsewhere: let them begin with
 * two stars), the base's, or its recommended rules. Ignore files have no effect. `biome-ignore` comments cannot be switched
 * off: new ones are for a text tool to report. A file that does not parse, is too large for its configuration or is not
 * UTF-8 is an error. Columns count code points: they differ from UTF-16 only behind characters beyond the BMP.
 */
export const biome: ToolAdapter<typeof Options> = {
  name: 'biome',
  revision: 1,
  options: Options,
  packages: () => ['biome'],
  reach: ({ project }) => (project ? 'project' : 'file'),
  files: () => ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts,json,jsonc,css,graphql,gql,vue,svelte,astro,html}'],
  configuration,
  moreConfiguration: (options) => options.configuration,
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  suits: (base) => [...base].some((path) => !path.includes('/') && isConfiguration(path)),
  plan,
  parse,
};

function plan(input: ToolInput<Options>): ToolPlan {
  const chosen = chooseConfiguration(input, isConfiguration);
  if (chosen.use === 'base') refuseOtherConfigurations(input);
  const name = `biome.json${chosen.use === 'suite' && input.options.config?.endsWith('.jsonc') ? 'c' : ''}`;
  const content = chosen.use === 'suite' ? chosen.content : '{ "root": true }';
  const report = `${staticLogs}/biome.json`;
  return {
    command: [
      `${packageRoot(input, 'biome')}/bin/biome`,
      'lint',
      '--reporter=json',
      `--reporter-file=${report}`,
      '--max-diagnostics=none',
      '--colors=off',
      '--vcs-enabled=false',
      ...(chosen.use === 'base' ? [] : [`--config-path=${staticDir('biome')}/${name}`]),
      ...input.files.map((path) => `./${path}`),
    ],
    env: plainEnv,
    entries: chosen.use === 'base' ? [] : [toolFile('biome', name, content)],
    report,
  };
}

/** A base's configuration may build on others only where those are kept from the base, or come from a package. */
function refuseOtherConfigurations(input: ToolInput<Options>): void {
  const isKept = pathFilter([...configuration, ...input.options.configuration]);
  for (const path of [...input.base].filter(isConfiguration).sort()) {
    const text = input.baseFile(path) ?? '';
    const named = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text)?.[1] ?? '';
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    for (const [, file = ''] of named.matchAll(/"([^"]*)"/g)) {
      if (!/^\.{0,2}\/(?!\/)/.test(file) || file.includes('/node_modules/')) continue;
      const other = workspacePath(`${folder}${file}`, input.workdir);
      if (other !== null && isKept(other)) continue;
      throw new ToolFailure(
        `${boundedLine(path, 200)} extends ${boundedLine(file, 200)}, which a candidate may change: name it under \`configuration\``,
      );
    }
  }
}

function parse(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  // 1: something was found, nothing was left to look at, or the configuration is wrong; only then there is no report.
  expectExit(output, output.report === null ? [] : [0, 1]);
  const { summary, diagnostics } = parseReport(output.report ?? '', Report, output);
  if (summary.diagnosticsNotPrinted > 0) throw new ToolFailure('it has left findings out of its report');
  const isAllExcluded = saysAllExcluded(output);
  if (summary.errors === 0 && !isAllExcluded) expectExit(output, [0]);
  const unread = diagnostics.filter(isUnread).length;
  const looked = Math.min(input.files.length, summary.changed + summary.unchanged);
  if (looked === 0 && unread === 0 && !isAllExcluded) throw new ToolFailure('it has analysed no file');
  return {
    findings: findingsOf(
      'biome',
      diagnostics.map((diagnostic) => findingOf(diagnostic, input.workdir)),
    ),
    files: looked,
    excluded: Math.max(0, input.files.length - looked - unread),
    version: null,
    rules: new Map(),
  };
}

/** It says so itself: all paths that it was given are left out by its configuration. */
function saysAllExcluded({ stderr }: ToolOutput): boolean {
  return (
    stderr.includes('No files were processed in the specified paths.') &&
    stderr.includes('provided but ignored')
  );
}

/** About the whole of a file that it could not look into. */
function isUnread({ category, location }: Diagnostic): boolean {
  return category?.startsWith('fs/') === true || (category === 'lint' && !location?.start?.line);
}

function findingOf(diagnostic: Diagnostic, workdir: string): RawFinding {
  const { severity, message, category, location } = diagnostic;
  const unread = isUnread(diagnostic);
  return {
    rule: unread ? 'unread-file' : category === 'parse' ? 'parse-error' : (category ?? 'biome'),
    level: unread ? 'error' : levels[severity],
    // How a file is too large is told in numbers that change with it.
    message: unread ? message.replaceAll(/\d[\d.]* ?[KMG]i?B/g, '…') : message,
    path: location == null ? null : workspacePath(location.path, workdir),
    startLine: location?.start?.line,
    startColumn: location?.start?.column,
    endLine: location?.end?.line,
    endColumn: location?.end?.column,
  };
}
