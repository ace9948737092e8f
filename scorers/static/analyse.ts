import type { Finding } from '../../harness/domain/finding.ts';
import { compareText } from '../../harness/domain/order.ts';
import { boundedLine } from '../text.ts';
import { candidateLayer } from '../workspace.ts';
import type { ToolAnalysis } from './analysis.ts';
import { type ChosenTool, reachOf } from './choose.ts';
import { type AnalysisTarget, type Given, givenFiles, notAnalysed } from './given-files.ts';
import type { StaticEntry } from './options.ts';
import { type FailedTool, runTool } from './run-tool.ts';
import { withStandIns } from './stand-ins.ts';
import { ToolFailure, type ToolInput, type ToolOutput, type ToolReport } from './tool.ts';
import { configurationOf } from './trees.ts';

/** How a tool's output is read; see parse-apart.ts. */
export type ParseOutput = (
  tool: Extract<ChosenTool, { kind: 'container' }>,
  output: ToolOutput,
  input: ToolInput<unknown>,
) => Promise<ToolReport>;

/** What a tool said, and what it printed where it failed. */
export interface Analysed {
  analysis: ToolAnalysis;
  stderr: Uint8Array;
}

/** Beyond so many findings a report is none. */
const maxFindings = 100_000;

/**
 * What one tool says of a tree. With `before`, its analysis of the base, files that did not change are not looked at again
 * where the tool allows. Throws as `runTool` does.
 */
export async function analyse(
  tool: ChosenTool,
  target: AnalysisTarget,
  options: StaticEntry,
  parse: ParseOutput,
  before: ToolAnalysis | null = null,
): Promise<Analysed> {
  const changed = new Set(target.diff.entries.map(({ path }) => path));
  const reused = before !== null && reachOf(tool) === 'file' ? unchangedPart(before, changed) : nothing;
  const given = await givenFiles(tool, target, before, changed);
  const known = new Set(reused.paths);
  const paths = given.paths.filter((path) => !known.has(path));
  const report = await reportOn(tool, { paths, standIns: given.standIns }, target, options, parse);
  if ('failure' in report) return { analysis: failed(tool, report.failure), stderr: report.stderr };
  const own = [...report.findings, ...notAnalysed(tool, given.unanalysed)];
  const findings = [...reused.findings, ...own.map((finding) => settled(finding, tool, options))];
  const failure = whyNothing(tool, paths, report, reused, given, findings);
  if (failure !== null) return { analysis: failed(tool, failure), stderr: Buffer.alloc(0) };
  const fileMeasures = { ...reused.fileMeasures, ...report.fileMeasures };
  return {
    analysis: {
      label: tool.label,
      failure: null,
      findings,
      files: reused.files + report.files,
      paths: given.paths,
      unanalysed: given.unanalysed,
      version: report.version ?? before?.version ?? null,
      rules: { ...before?.rules, ...Object.fromEntries(report.rules) },
      measures: { ...report.measures, ...sums(fileMeasures) },
      fileMeasures,
    },
    stderr: Buffer.alloc(0),
  };
}

type Report = ToolReport & { fileMeasures?: ToolAnalysis['fileMeasures'] };
type Reused = Pick<ToolAnalysis, 'findings' | 'files' | 'paths' | 'fileMeasures'>;
const nothing: Reused = { findings: [], files: 0, paths: [], fileMeasures: {} };

/** What an analysis of the base still says of a tree: all that is about files which did not change. */
function unchangedPart(before: ToolAnalysis, changed: ReadonlySet<string>): Reused {
  const paths = before.paths.filter((path) => !changed.has(path));
  const gone = before.paths.length - paths.length;
  const isNotAnalysed = (path: string) => Object.hasOwn(before.unanalysed, path);
  return {
    // What could not be analysed is said anew of every tree.
    findings: before.findings.filter(
      ({ path }) => path === null || (!changed.has(path) && !isNotAnalysed(path)),
    ),
    files: Math.max(0, before.files - gone),
    paths,
    fileMeasures: Object.fromEntries(
      Object.entries(before.fileMeasures).filter(([path]) => !changed.has(path)),
    ),
  };
}

async function reportOn(
  tool: ChosenTool,
  { paths, standIns }: Pick<Given, 'paths' | 'standIns'>,
  target: AnalysisTarget,
  options: StaticEntry,
  parse: ParseOutput,
): Promise<Report | FailedTool> {
  if (paths.length === 0) return { findings: [], files: 0, version: null, rules: new Map() };
  if (tool.kind === 'text') return analyseTexts(tool, paths, target);
  const { context, candidate, diff, baseFiles, files } = target;
  const { store, workspace } = context;
  const protection = configurationOf(diff, baseFiles.keys(), tool.configuration);
  const names = new Map([...standIns].map(([standIn, path]) => [path, standIn]));
  const report = await runTool(tool, {
    context,
    layer: async () =>
      withStandIns(
        await candidateLayer(store, candidate, workspace, protection),
        standIns,
        workspace,
        (path) => store.readBlob(files.get(path) ?? ''),
      ),
    files: paths.map((path) => names.get(path) ?? path).sort(compareText),
    base: new Set(baseFiles.keys()),
    baseFiles: await configurationTexts(tool, target),
    timeoutSec: tool.common.timeout_sec ?? options.timeout_sec,
    parse: (output, input) => parse(tool, output, input),
  });
  if ('failure' in report) return report;
  const own = ({ path, ...rest }: Finding) => ({ ...rest, path: standIns.get(path ?? '') ?? path });
  return { ...report, findings: report.findings.map(own) };
}

/** Texts of the base that an adapter may look at when it plans. */
async function configurationTexts(
  tool: Extract<ChosenTool, { kind: 'container' }>,
  { baseFiles, read }: AnalysisTarget,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const steers = tool.isConfiguration;
  for (const [path, digest] of baseFiles) {
    if (!steers(path)) continue;
    const source = await read(digest);
    if ('text' in source) texts.set(path, source.text);
  }
  return texts;
}

async function analyseTexts(
  { adapter, options, suiteFiles }: Extract<ChosenTool, { kind: 'text' }>,
  paths: readonly string[],
  { files, read }: AnalysisTarget,
): Promise<Report | FailedTool> {
  const findings: Finding[] = [];
  const fileMeasures: ToolAnalysis['fileMeasures'] = {};
  const input = { options, suiteFile: (path: string) => suiteFiles.get(path) ?? null };
  try {
    for (const path of paths) {
      const source = await read(files.get(path) ?? '');
      if ('problem' in source) continue;
      const report = adapter.analyse({ path, text: source.text }, input);
      findings.push(...report.findings);
      if (report.measures !== undefined) fileMeasures[path] = { ...report.measures };
    }
  } catch (error) {
    if (error instanceof ToolFailure) return { failure: error.message, stderr: Buffer.alloc(0) };
    throw error;
  }
  return {
    findings,
    files: paths.length,
    version: String(adapter.revision),
    rules: new Map(),
    fileMeasures,
  };
}

/** Why an analysis says nothing although the tool did not fail: whatever was not looked at has no "no findings". */
function whyNothing(
  tool: ChosenTool,
  paths: readonly string[],
  report: Report,
  reused: Reused,
  { unanalysed }: Pick<ToolAnalysis, 'unanalysed'>,
  findings: readonly Finding[],
): string | null {
  if (paths.length > (report.excluded ?? 0) && report.files === 0)
    return `it analysed none of ${paths.length} files`;
  const total = reused.files + report.files + Object.keys(unanalysed).length;

  if (total === 0 && tool.common.optional !== true) return 'it had no file to analyse';
  if (findings.length > maxFindings) return `it has more than ${maxFindings} findings`;
  return null;
}

/** Under the name that the suite gives the tool, and with the level that it gives the rule. */
function settled(finding: Finding, tool: ChosenTool, { levels }: StaticEntry): Finding {
  const key = `${tool.label}/${finding.rule}`;
  return {
    ...finding,
    tool: tool.label,
    message: boundedLine(finding.message, 2000),
    level: Object.hasOwn(levels, key) ? (levels[key] ?? finding.level) : finding.level,
  };
}

function sums(fileMeasures: ToolAnalysis['fileMeasures']): Record<string, number> {
  const total: Record<string, number> = {};
  for (const measures of Object.values(fileMeasures))
    for (const [name, value] of Object.entries(measures)) total[name] = (total[name] ?? 0) + value;
  return total;
}

function failed(tool: ChosenTool, failure: string): ToolAnalysis {
  return {
    label: tool.label,
    failure,
    findings: [],
    files: 0,
    paths: [],
    unanalysed: {},
    version: null,
    rules: {},
    measures: {},
    fileMeasures: {},
  };
}
