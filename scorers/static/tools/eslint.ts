import { z } from 'zod';
import { pathFilter } from '../../path-filter.ts';
import {
  type RuleFacts,
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
  type Configuration,
  chooseConfiguration,
  configurationOptions,
  moreConfigurationOption,
} from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { guarded } from './support/guard.ts';
import { nodeOf, packageRoot, plainEnv, readAsset, toolFile } from './support/node.ts';
import { expectExit, parseReport, workspacePath } from './tool-reading.ts';

const Options = z.strictObject({
  ...configurationOptions,
  ...moreConfigurationOption,
  /** Rules that need types look at other files too: all files are analysed again then. */
  typed: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

const position = z.number().nullable();

const Report = z.object({
  version: z.string(),
  files: z.array(
    z.object({
      path: z.string(),
      messages: z.array(
        z.object({
          rule: z.string().nullable(),
          severity: z.union([z.literal(1), z.literal(2)]),
          fatal: z.boolean(),
          message: z.string(),
          line: position,
          column: position,
          endLine: position,
          endColumn: position,
        }),
      ),
    }),
  ),
  rules: z.array(
    z.object({ id: z.string(), description: z.string().nullable(), url: z.string().nullable() }),
  ),
});

const configuration = [
  '**/eslint.config.{js,mjs,cjs,ts,mts,cts}',
  // The project's file steers rules that need types, ignore files those configurations that read them.
  '**/*tsconfig*.json',
  '**/{.gitignore,.eslintignore,.prettierrc,.editorconfig}',
];
const isConfiguration = pathFilter(configuration.slice(0, 1));

/**
 * ESLint with the suite's flat configuration (`eslint.config.mjs`, which may import `@eslint/js`, `typescript-eslint` and
 * `globals`), the base's, or what both projects recommend. Comments and suppression files of a candidate have no effect,
 * nor has a configuration that it adds. The base's may import packages that the image has and other files named
 * `eslint.config.*`; anything else it could load is a candidate's to change, and refused. A file that does not parse is
 * an error of the rule `parse-error`.
 */
export const eslint: ToolAdapter<typeof Options> = {
  name: 'eslint',
  revision: 1,
  options: Options,
  packages: () => ['node', 'eslint'],
  reach: ({ typed }) => (typed ? 'project' : 'file'),
  files: () => ['**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}'],
  configuration,
  moreConfiguration: (options) => options.configuration,
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  suits: (base) => [...base].some((path) => !path.includes('/') && isConfiguration(path)),
  plan,
  parse,
};

function plan(input: ToolInput<Options>): ToolPlan {
  const chosen = chooseConfiguration(input, isConfiguration);
  const guard = guarded('eslint', input, [...configuration, ...input.options.configuration]);
  const packages = `${packageRoot(input, 'eslint')}/node_modules`;
  const dir = staticDir('eslint');
  const report = `${staticLogs}/eslint.json`;
  const request = {
    packages,
    workdir: input.workdir,
    config: chosen.use === 'base' ? null : `${dir}/eslint.config.mjs`,
    files: steeredFiles(chosen, input),
    report,
  };
  return {
    command: [nodeOf(input), ...guard.arguments, `${dir}/main.mjs`],
    env: plainEnv,
    entries: [
      ...guard.entries,
      toolFile('eslint', 'main.mjs', readAsset('eslint-main.mjs')),
      toolFile('eslint', 'request.json', JSON.stringify(request)),
      // What the configuration imports by name is found here.
      { path: `${dir}/node_modules`, type: 'link', linkTarget: packages },
      ...(chosen.use === 'base' ? [] : [toolFile('eslint', 'eslint.config.mjs', contentOf(chosen))]),
    ],
    report,
  };
}

function contentOf(chosen: Exclude<Configuration, { use: 'base' }>): string | Uint8Array {
  return chosen.use === 'suite' ? chosen.content : readAsset('eslint-default.config.mjs');
}

/** Files that the configuration reaches: a base that has some below certain folders only says nothing of others. */
function steeredFiles(chosen: Configuration, { base, files }: ToolInput<Options>): readonly string[] {
  if (chosen.use !== 'base') return files;
  const folders = new Set([...base].filter(isConfiguration).map(folderOf));
  return files.filter((file) => {
    for (let folder = folderOf(file); ; folder = folderOf(folder)) {
      if (folders.has(folder)) return true;
      if (folder === '') return false;
    }
  });
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function parse(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  const missing = /Cannot find package '[^'\n]{1,200}'/.exec(output.stderr)?.[0];
  if (output.exitCode !== 0 && missing !== undefined)
    throw new ToolFailure(
      `${missing}, which its configuration imports: install it in the task's image, or name a \`config\` of the suite that imports \`@eslint/js\`, \`typescript-eslint\` and \`globals\` alone`,
    );
  expectExit(output, [0]);
  const report = parseReport(output.report ?? '', Report, output);
  const excluded = input.files.length - report.files.length;
  if (excluded < 0) throw new ToolFailure('it reports more files than it was given');
  const rules = report.rules.map(({ id, description, url }): [string, RuleFacts] => [
    id,
    { ...(description === null ? {} : { description }), ...(url === null ? {} : { helpUri: url }) },
  ]);
  return {
    findings: findingsOf(
      'eslint',
      report.files.flatMap(({ path, messages }) =>
        messages.map((message) => findingOf(message, workspacePath(path, input.workdir))),
      ),
    ),
    files: report.files.length,
    excluded,
    version: report.version,
    rules: new Map(rules),
  };
}

type Message = z.infer<typeof Report>['files'][number]['messages'][number];

function findingOf({ rule, severity, fatal, message, ...at }: Message, path: string | null): RawFinding {
  return {
    rule: rule ?? (fatal ? 'parse-error' : 'eslint'),
    level: severity === 2 ? 'error' : 'warning',
    message,
    path,
    startLine: at.line,
    startColumn: at.column,
    endLine: at.endLine,
    endColumn: at.endColumn,
  };
}
