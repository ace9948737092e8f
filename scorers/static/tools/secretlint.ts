import { z } from 'zod';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import { type ToolAdapter, ToolFailure, type ToolInput, type ToolOutput, type ToolReport } from '../tool.ts';
import { baseText } from './support/base-config.ts';
import { chooseConfiguration, configurationOptions } from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { nodeOf, packageRoot, plainEnv, readAsset, toolFile } from './support/node.ts';
import { countAnalysed, expectExit, fileArguments, parseReport, workspacePath } from './tool-reading.ts';

const options = z.strictObject({
  ...configurationOptions,
  /** Globs of what it looks at. */
  files: z.array(z.string().min(1)).min(1).default(['**/*']),
});
type Options = z.infer<typeof options>;

const ownConfig = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend' }] };

/** What `assets/secretlint.mjs` prints. Lines count from 1, columns from 0. */
const Place = z.object({ line: z.number(), column: z.number() });
const Report = z.array(
  z.object({
    file: z.string(),
    messages: z.array(
      z.object({
        ruleId: z.string(),
        messageId: z.string(),
        loc: z.object({ start: Place, end: Place }),
        docsUrl: z.string().nullish(),
      }),
    ),
  }),
);
type Message = z.infer<typeof Report>[number]['messages'][number];

/** Configurations of the base that are read: others may be code, or need YAML. */
const baseConfigs = ['.secretlintrc.json', '.secretlintrc'];

/**
 * Secretlint: every secret is an error. Its messages say which kind of secret it is and never quote it; neither does
 * what the tool prints in the container. Comments that silence it and ignore files are ignored.
 */
export const secretlint: ToolAdapter<typeof options> = {
  name: 'secretlint',
  revision: 1,
  options,
  packages: () => ['node', 'secretlint'],
  reach: () => 'file',
  files: ({ files }) => files,
  configuration: ['**/.secretlintrc', '**/.secretlintrc.*', '**/.secretlintignore'],
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  suits: () => true,
  plan(input) {
    const program = toolFile('secretlint', 'main.mjs', readAsset('secretlint.mjs'));
    const config = configure(input);
    const command = [
      nodeOf(input),
      program.path,
      packageRoot(input, 'secretlint'),
      config.path,
      ...fileArguments(input.files),
    ];
    return { command, env: plainEnv, entries: [program, config], report: null };
  },
  parse: read,
};

function configure(input: ToolInput<Options>): LayerEntry {
  const path = baseConfigs.find((each) => input.base.has(each));
  const chosen = chooseConfiguration(input, (each) => each === path);
  const content = () => {
    if (chosen.use === 'suite') return chosen.content;
    return chosen.use === 'base' && path !== undefined
      ? (baseText(path, input) ?? '')
      : JSON.stringify(ownConfig);
  };
  return toolFile('secretlint', 'config.json', content());
}

function read(output: ToolOutput, { files, workdir }: ToolInput<Options>): ToolReport {
  expectExit(output, [0]);
  const report = parseReport(output.stdout, Report, output);
  const analysed = new Set(report.map(({ file }) => workspacePath(file, workdir)));
  const missing = files.find((file) => !analysed.has(file));
  if (missing !== undefined) throw new ToolFailure('it did not look at every file');
  const messages = report.flatMap((each) => each.messages);
  return {
    findings: findingsOf(
      'secretlint',
      report.flatMap(({ file, messages }) =>
        messages.map((message) => rawOf(message, workspacePath(file, workdir))),
      ),
    ).map((finding) => ({ ...finding, security: severity })),
    files: countAnalysed(analysed, files),
    version: null,
    rules: new Map(messages.map(({ ruleId, docsUrl }) => [ruleId, docsUrl ? { helpUri: docsUrl } : {}])),
  };
}

/** On GitHub's scale: high. */
const severity = 8;

function rawOf({ ruleId, messageId, loc }: Message, path: string | null): RawFinding {
  return {
    rule: ruleId,
    level: 'error',
    message: `found what looks like a secret: ${messageId}`,
    path,
    startLine: loc.start.line,
    startColumn: loc.start.column + 1,
    endLine: loc.end.line,
    endColumn: loc.end.column + 1,
  };
}
