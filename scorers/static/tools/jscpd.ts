import { z } from 'zod';
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
import { type Configuration, chooseConfiguration, configurationOptions } from './support/configuration.ts';
import { findingsOf, type RawFinding } from './support/findings.ts';
import { packageRoot, plainEnv, toolFile } from './support/node.ts';
import { expectExit, parseReport, workspacePath } from './tool-reading.ts';

const Options = z.strictObject({
  ...configurationOptions,
  /** What a clone has at least; a configuration's own bound is used where this is left out. jscpd's are 50 and 5. */
  minTokens: z.number().int().min(1).optional(),
  minLines: z.number().int().min(1).optional(),
});
type Options = z.infer<typeof Options>;

/** What a configuration may say: what counts as a clone, never where reports go, what ends the run, or other tools. */
const Steering = z.object({
  minTokens: z.number().optional(),
  minLines: z.number().optional(),
  maxLines: z.number().optional(),
  mode: z.enum(['mild', 'weak', 'strict']).optional(),
  format: z.union([z.string(), z.array(z.string())]).optional(),
  ignore: z.array(z.string()).optional(),
  ignorePattern: z.array(z.string()).optional(),
  ignoreCase: z.boolean().optional(),
  ignoreIdentifiers: z.boolean().optional(),
  ignoreLiterals: z.boolean().optional(),
  ignoreAnnotations: z.boolean().optional(),
  skipLocal: z.boolean().optional(),
});

const location = z.object({ line: z.number(), column: z.number() });
const fragment = z.object({ name: z.string(), startLoc: location, endLoc: location });

const Report = z.object({
  duplicates: z.array(z.object({ firstFile: fragment, secondFile: fragment })),
  statistics: z.object({
    total: z.object({
      sources: z.number().int().min(0),
      clones: z.number().int().min(0),
      lines: z.number().min(0),
      duplicatedLines: z.number().min(0),
      percentage: z.number().min(0),
    }),
  }),
});

const configuration = ['**/.jscpd.json'];
const isConfiguration = pathFilter(['.jscpd.json']);

/** Larger files are not given to tools anyway. */
const maxSize = '1mb';

/**
 * jscpd: code that stands at more than one place. Each place is one note, whose message is always the same: what other
 * places there are may change without a change at this one. Of the configuration (suite's or base's `.jscpd.json`; never
 * the section of a `package.json`) only what counts as a clone is used. Measures `duplicated_lines` and
 * `duplicated_percent` are of all files that were given. A file shorter than the smallest clone holds none and is left
 * out by jscpd. `jscpd:ignore-start` comments cannot be switched off: new ones are for a text tool to report.
 */
export const jscpd: ToolAdapter<typeof Options> = {
  name: 'jscpd',
  revision: 1,
  options: Options,
  packages: () => ['jscpd'],
  reach: () => 'project',
  files: () => [
    '**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts,vue,svelte,astro,py,pyi,go,rs,java,kt,kts,scala,groovy,c,h,cc,cpp,hpp,cs}',
    '**/*.{rb,php,swift,lua,dart,ex,exs,hs,sh,bash,css,scss,less,sql,m,pl,r,jl,clj,erl}',
  ],
  configuration,
  suiteFiles: ({ config }) => (config === undefined ? [] : [config]),
  suits: (base) => base.has('.jscpd.json'),
  plan,
  parse,
};

function plan(input: ToolInput<Options>): ToolPlan {
  const chosen = chooseConfiguration(input, isConfiguration);
  const { minTokens, minLines } = input.options;
  const steering = {
    ...readSteering(chosen, input),
    ...(minTokens === undefined ? {} : { minTokens }),
    ...(minLines === undefined ? {} : { minLines }),
    // As many as there are: they would not fit into arguments.
    path: input.files.map((path) => `${input.workdir}/${path}`),
  };
  const folder = `${staticLogs}/jscpd`;
  return {
    command: [
      `${packageRoot(input, 'jscpd')}/bin/jscpd`,
      `--config=${staticDir('jscpd')}/jscpd.json`,
      '--reporters=json',
      `--output=${folder}`,
      `--max-size=${maxSize}`,
      '--no-gitignore',
      '--absolute',
      '--no-colors',
      '--no-tips',
      '--silent',
    ],
    env: plainEnv,
    entries: [toolFile('jscpd', 'jscpd.json', JSON.stringify(steering))],
    report: `${folder}/jscpd-report.json`,
  };
}

function readSteering(chosen: Configuration, { baseFile }: ToolInput<Options>): z.infer<typeof Steering> {
  if (chosen.use === 'default') return {};
  const text = chosen.use === 'base' ? baseFile('.jscpd.json') : new TextDecoder().decode(chosen.content);
  try {
    return Steering.parse(JSON.parse(text ?? ''));
  } catch (error) {
    const why = error instanceof z.ZodError ? (error.issues[0]?.path.join('.') ?? '') : 'it is no JSON';
    throw new ToolFailure(`its configuration cannot be used: ${boundedLine(why, 200)}`, { cause: error });
  }
}

function parse(output: ToolOutput, input: ToolInput<Options>): ToolReport {
  expectExit(output, [0]);
  const { duplicates, statistics } = parseReport(output.report ?? '', Report, output);
  const { sources, clones, duplicatedLines, percentage } = statistics.total;
  if (clones !== duplicates.length)
    throw new ToolFailure('its report does not hold all clones that it counts');
  const files = Math.min(sources, input.files.length);
  return {
    findings: findingsOf(
      'jscpd',
      outermost(
        duplicates.flatMap(({ firstFile, secondFile }) => [firstFile, secondFile]),
        input.workdir,
      ),
    ),
    files,
    excluded: input.files.length - files,
    version: null,
    rules: new Map([['duplicate', { description: 'Code that stands at more than one place' }]]),
    measures: { duplicated_lines: duplicatedLines, duplicated_percent: percentage },
  };
}

/** One finding for each place: of several clones that begin at one line, the longest. */
function outermost(fragments: Iterable<z.infer<typeof fragment>>, workdir: string): RawFinding[] {
  const byStart = new Map<string, RawFinding>();
  for (const { name, startLoc, endLoc } of fragments) {
    const path = workspacePath(name, workdir);
    const key = `${startLoc.line} ${path}`;
    const before = byStart.get(key);
    if (before !== undefined && (before.endLine ?? 0) >= endLoc.line) continue;
    byStart.set(key, {
      rule: 'duplicate',
      level: 'note',
      message: 'this code stands at another place too',
      path,
      startLine: startLoc.line,
      // jscpd counts columns from 0, in a way that differs by language.
      endLine: endLoc.line,
    });
  }
  return [...byStart.values()];
}
