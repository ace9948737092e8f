import { z } from 'zod';
import { pathFilter } from '../../path-filter.ts';
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
import { guarded } from './support/guard.ts';
import { nodeOf, packageRoot, plainEnv, readAsset, toolFile } from './support/node.ts';
import { expectExit, parseReport, workspacePath } from './tool-reading.ts';

const Options = z.strictObject({ ...configurationOptions, ...moreConfigurationOption });
type Options = z.infer<typeof Options>;

/** What each kind of issue means. Rules are the kinds' names. */
const sentences = {
  files: () => 'unused file',
  dependencies: (name) => `unused dependency ${name}`,
  devDependencies: (name) => `unused development dependency ${name}`,
  optionalPeerDependencies: (name) => `optional peer dependency ${name} is used`,
  unlisted: (name) => `${name} is used and not listed in package.json`,
  binaries: (name) => `the program ${name} is used and no listed package brings it`,
  unresolved: (name) => `the import ${name} cannot be resolved`,
  exports: (name) => `unused export ${name}`,
  types: (name) => `unused exported type ${name}`,
  nsExports: (name) => `unused export ${name} of a namespace that is used`,
  nsTypes: (name) => `unused exported type ${name} of a namespace that is used`,
  enumMembers: (name) => `unused enum member ${name}`,
  namespaceMembers: (name) => `unused namespace member ${name}`,
  duplicates: (name) => `one value is exported under several names: ${name}`,
  catalog: (name) => `unused catalog entry ${name}`,
  catalogReferences: (name) => `the catalog entry ${name} does not exist`,
  cycles: (name) => `files import each other in a circle: ${name}`,
} as const satisfies Record<string, (name: string) => string>;
type Kind = keyof typeof sentences;
const kinds = Object.keys(sentences) as [Kind, ...Kind[]];

const Report = z.object({
  files: z.number().int().min(0),
  failed: z.boolean(),
  issues: z.array(
    z.object({
      type: z.enum(kinds),
      path: z.string(),
      symbol: z.string(),
      parent: z.string().nullable(),
      severity: z.string().nullable(),
      line: z.number().nullable(),
      column: z.number().nullable(),
    }),
  ),
});
type Issue = z.infer<typeof Report>['issues'][number];

const configuration = [
  '**/{knip,.knip}.{json,jsonc,js,ts}',
  '**/knip.config.{js,ts}',
  '**/{tsconfig,jsconfig}*.json',
  '**/.gitignore',
];
const baseConfigurations = [
  'knip.json',
  'knip.jsonc',
  '.knip.json',
  '.knip.jsonc',
  'knip.ts',
  'knip.js',
  'knip.config.ts',
  'knip.config.js',
];

/**
 * knip: unused files, exports and dependencies, and imports that cannot be resolved. Steered by a file of the suite, the
 * base's `knip.json` or `knip.ts`, or knip's defaults; the section `knip` of a `package.json` is not read, for that file
 * is the candidate's. Configurations of other tools (Vite, Jest, ESLint, …) are code of the candidate's: knip follows
 * what they import and does not run them, so that paths which they only name are unknown to it. Everything is a warning
 * but an import that cannot be resolved. Tags such as `@public` take an export out: new ones are for a text tool to
 * report. What does not parse is passed over without a word: another tool must say so.
 */
export const knip: ToolAdapter<typeof Options> = {
  name: 'knip',
  revision: 1,
  options: Options,
  packages: () => ['node', 'knip'],
  reach: () => 'project',
  files: () => ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts,vue,svelte,astro,mdx,css,scss,sass,less}'],
  configuration,
  moreConfiguration: (options) => options.configuration,
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  suits: (base) => base.has('package.json') && baseConfigurations.some((name) => base.has(name)),
  plan,
  parse,
};

function plan(input: ToolInput<Options>): ToolPlan {
  if (!input.base.has('package.json')) throw new ToolFailure('the base has no package.json at its root');
  const chosen = chooseConfiguration(input, pathFilter(baseConfigurations));
  const own = `${packageRoot(input, 'knip')}/node_modules/knip`;
  const dir = staticDir('knip');
  const suffix = /\.(?:jsonc|js|ts)$/.exec(input.options.config ?? '')?.[0] ?? '.json';
  const config = chosen.use === 'suite' ? `knip${suffix}` : 'knip.json';
  const used = baseConfigurations.find((name) => input.base.has(name)) ?? '';
  const steering = chosen.use === 'base' ? `${input.workdir}/${used}` : `${dir}/${config}`;
  const guard = guarded('knip', input, [...configuration, ...input.options.configuration], {
    replaced: { [`${own}/dist/util/jiti.js`]: './jiti.mjs' },
    edited: { [`${own}/dist/util/create-options.js`]: { from: 'manifest.knip', to: 'undefined' } },
  });
  const report = `${staticLogs}/knip.json`;
  return {
    command: [
      nodeOf(input),
      ...guard.arguments,
      `${own}/bin/knip.js`,
      '--no-progress',
      '--no-config-hints',
      '--no-tag-hints',
      '--no-exit-code',
      `--config=${steering}`,
      `--reporter=${dir}/reporter.mjs`,
    ],
    env: plainEnv,
    entries: [
      ...guard.entries,
      toolFile('knip', 'jiti.mjs', readAsset('knip-jiti.mjs')),
      toolFile('knip', 'reporter.mjs', readAsset('knip-reporter.mjs')),
      toolFile('knip', 'request.json', JSON.stringify({ report, run: [`${dir}/reporter.mjs`, steering] })),
      ...(chosen.use === 'base'
        ? []
        : [toolFile('knip', config, chosen.use === 'suite' ? chosen.content : '{}')]),
    ],
    report,
  };
}

function parse(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  expectExit(output, [0]);
  const report = parseReport(output.report ?? '', Report, output);
  if (report.failed) throw new ToolFailure('it could not read a configuration');
  if (report.files === 0) throw new ToolFailure('it analysed no file');
  return {
    findings: findingsOf(
      'knip',
      report.issues.map((issue) => findingOf(issue, input.workdir)),
    ),
    files: Math.min(report.files, input.files.length),
    version: null,
    rules: new Map(kinds.map((kind) => [kind, { helpUri: 'https://knip.dev/reference/issue-types' }])),
  };
}

function findingOf(
  { type, path, symbol, parent, severity, line, column }: Issue,
  workdir: string,
): RawFinding {
  const name = parent === null ? symbol : `${parent}.${symbol}`;
  const isError = type === 'unresolved' && severity !== 'warn';
  return {
    rule: type,
    level: isError ? 'error' : 'warning',
    message: sentences[type](name),
    path: workspacePath(path, workdir),
    startLine: line,
    startColumn: column,
  };
}
