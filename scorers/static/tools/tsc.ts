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
import { moreConfigurationOption } from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { nodeOf, packageRoot, plainEnv, readAsset, toolFile } from './support/node.ts';
import { countAnalysed, expectExit, parseReport, workspacePath } from './tool-reading.ts';

const Options = z.strictObject({
  /** The project's file, relative to the workspace. */
  project: z.string().min(1).default('tsconfig.json'),
  /** Version of another compiler, below 7, e.g. `5.9.3`. */
  typescript: z
    .string()
    .regex(/^[1-6]\.\d+\.\d+$/, 'must be an exact version below 7, such as 5.9.3')
    .optional(),
  ...moreConfigurationOption,
});
type Options = z.infer<typeof Options>;

const position = z.number().nullable();

const Report = z.object({
  version: z.string(),
  files: z.array(z.string()),
  configurations: z.array(z.string()),
  configurationErrors: z.array(z.string()),
  diagnostics: z.array(
    z.object({
      code: z.number(),
      category: z.enum(['Error', 'Warning', 'Suggestion', 'Message']),
      message: z.string(),
      path: z.string().nullable(),
      startLine: position,
      startColumn: position,
      endLine: position,
      endColumn: position,
    }),
  ),
});

const levels: Record<z.infer<typeof Report>['diagnostics'][number]['category'], FindingLevel> = {
  Error: 'error',
  Warning: 'warning',
  Suggestion: 'note',
  Message: 'note',
};

const configuration = ['**/*tsconfig*.json', '**/tsconfig/*.json', '**/jsconfig*.json'];

/** What a base without a project's file is checked with. */
const defaultOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: 'ES2022',
  lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  module: 'Preserve',
  moduleResolution: 'Bundler',
  moduleDetection: 'force',
  resolveJsonModule: true,
  allowImportingTsExtensions: true,
  jsx: 'preserve',
  types: ['*'],
};

/**
 * TypeScript's type checker with the base's `tsconfig.json`, projects that it refers to included, or strict options of
 * ours where the base has none. Rules are `TS<code>`. Cannot look past `@ts-ignore`, `@ts-expect-error`, `@ts-nocheck`
 * and `any`: new ones are for a text tool to report. A package that the image lacks is a finding of base and candidate
 * alike. Files that the project leaves out are not analysed.
 */
export const tsc: ToolAdapter<typeof Options> = {
  name: 'tsc',
  revision: 1,
  options: Options,
  // TypeScript 7 has no stable programming interface; ESLint's package brings the last compiler that has one.
  packages: ({ typescript }) => [
    'node',
    typescript === undefined ? 'eslint' : { npm: `typescript@${typescript}` },
  ],
  reach: () => 'project',
  files: () => ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
  configuration,
  moreConfiguration: (options) => [options.project, ...options.configuration],
  suits: (base) => base.has('tsconfig.json'),
  plan,
  parse,
};

function plan(input: ToolInput<Options>): ToolPlan {
  const report = `${staticLogs}/tsc.json`;
  const { project, typescript } = input.options;
  const hasProject = input.base.has(project);
  if (!hasProject && project !== 'tsconfig.json') throw new ToolFailure(`the base has no ${project}`);
  const request = {
    typescript: `${packageRoot(input, typescript === undefined ? 'eslint' : `npm+typescript@${typescript}`)}/node_modules/typescript`,
    workdir: input.workdir,
    report,
    project: hasProject ? `${input.workdir}/${project}` : null,
    options: defaultOptions,
    files: hasProject ? [] : input.files.filter(isTypeScript).map((path) => `${input.workdir}/${path}`),
  };
  return {
    command: [nodeOf(input), `${staticDir('tsc')}/main.cjs`],
    env: plainEnv,
    entries: [
      toolFile('tsc', 'main.cjs', readAsset('tsc-main.cjs')),
      toolFile('tsc', 'request.json', JSON.stringify(request)),
    ],
    report,
  };
}

function parse(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  expectExit(output, [0]);
  const report = parseReport(output.report ?? '', Report, output);
  const [error] = report.configurationErrors;
  if (error !== undefined)
    throw new ToolFailure(`it cannot use its configuration: ${boundedLine(error, 400)}`);
  const isKept = pathFilter([...configuration, input.options.project, ...input.options.configuration]);
  for (const each of report.configurations) {
    const path = workspacePath(each, input.workdir);
    if (path === null || path.split('/').includes('node_modules') || isKept(path)) continue;
    throw new ToolFailure(
      `it is steered by ${boundedLine(path, 200)}, which a candidate may change: name it under \`configuration\``,
    );
  }
  const analysed = new Set(report.files.map((file) => workspacePath(file, input.workdir)));
  return {
    findings: findingsOf('tsc', [
      ...report.diagnostics.map(({ code, category, path, ...rest }) => ({
        ...rest,
        rule: `TS${code}`,
        level: levels[category],
        path: path === null ? null : workspacePath(path, input.workdir),
      })),
      ...shadowed(input.files, analysed),
    ]),
    files: countAnalysed(analysed, input.files),
    version: report.version,
    rules: new Map(),
  };
}

/**
 * Of files with one name and different endings a project takes one: `a.js` beside `a.ts` is never looked at, although it
 * may be what `import './a.js'` runs.
 */
function shadowed(files: readonly string[], analysed: ReadonlySet<string | null>): RawFinding[] {
  const stem = (path: string) => path.replace(/\.[cm]?[jt]sx?$/, '');
  const stems = new Set([...analysed].flatMap((path) => (path === null ? [] : [stem(path)])));
  return files
    .filter((path) => !analysed.has(path) && !/\.d\.[cm]?ts$/.test(path) && stems.has(stem(path)))
    .map((path) => ({
      rule: 'shadowed-file',
      level: 'error' as const,
      message: 'it is not analysed: the project takes the file of the same name with another ending',
      path,
    }));
}

function isTypeScript(path: string): boolean {
  return /\.[cm]?tsx?$/.test(path);
}
