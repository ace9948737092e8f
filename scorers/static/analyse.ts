import type { Candidate } from '../../harness/domain/candidate.ts';
import type { Digest } from '../../harness/domain/digest.ts';
import type { Finding } from '../../harness/domain/finding.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { Diff } from '../../harness/store/store.ts';
import type { ScoreContext } from '../scorer.ts';
import { boundedLine } from '../text.ts';
import { candidateLayer } from '../workspace.ts';
import type { ToolAnalysis } from './analysis.ts';
import { type ChosenTool, reachOf } from './choose.ts';
import type { StaticEntry } from './options.ts';
import { type FailedTool, runTool } from './run-tool.ts';
import { isProgram, isTextByName, strangeEncoding } from './source-kind.ts';
import { type StandIns, standInsFor, withStandIns } from './stand-ins.ts';
import { ToolFailure, type ToolInput, type ToolOutput, type ToolReport } from './tool.ts';
import { configurationOf, type SourceText } from './trees.ts';

/** A tree to be analysed, and what is known of it. */
export interface AnalysisTarget {
  context: Pick<ScoreContext, 'workspace' | 'sandbox' | 'toolbox' | 'store' | 'limits' | 'labels' | 'signal'>;
  candidate: Pick<Candidate, 'base' | 'tree'>;
  diff: Diff;
  /** Regular files of base and candidate, by path. */
  baseFiles: ReadonlyMap<string, Digest>;
  files: ReadonlyMap<string, Digest>;
  /** Links that the candidate wrote, and the regular file of its tree that each leads to; null: none. */
  links?: ReadonlyMap<string, string | null>;
  read(digest: Digest): Promise<SourceText>;
}

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

/** Of a file that the candidate adds and that would steer the tool: it has no part in the judging. */
const notLaid = 'it would steer the tool, and is left out of the analysis';
/** Of a file that the candidate puts where tools do not look. */
const installed = 'it lies among what is installed, and is left out of the analysis';
const linked = 'it is a link to what is not analysed';

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

interface Given extends Pick<ToolAnalysis, 'paths' | 'unanalysed'> {
  standIns: StandIns;
}

/** A tool's own files, and why some of them cannot be given to it. Unchanged files are not read again. */
async function givenFiles(
  tool: ChosenTool,
  { files, baseFiles, links = new Map(), diff, read }: AnalysisTarget,
  before: ToolAnalysis | null,
  changed: ReadonlySet<string>,
): Promise<Given> {
  const paths: string[] = [];
  const steering: string[] = [];
  // A path may be called as what every object has.
  const unanalysed = new Map<string, string>();
  const wasGiven = new Set(before?.paths);
  const { kept } = configurationOf(diff, baseFiles.keys(), tool.configuration);
  for (const [path, digest] of [...files].sort(([a], [b]) => compareText(a, b))) {
    if (changed.has(path) && tool.passesOver(path)) unanalysed.set(path, installed);
    if (!tool.looksAt(path)) continue;
    const known = before !== null && !changed.has(path);
    if (known) {
      const problem = Object.hasOwn(before.unanalysed, path) ? before.unanalysed[path] : undefined;
      if (problem !== undefined) unanalysed.set(path, problem);
      else if (wasGiven.has(path)) paths.push(path);
      continue;
    }
    const canStandIn = tool.kind === 'container' && isProgram(path) && tool.isConfiguration(path);
    if (kept.has(path) && !canStandIn && !baseFiles.has(path)) {
      unanalysed.set(path, notLaid);
      continue;
    }
    const source = await read(digest);
    const encoding = 'text' in source ? strangeEncoding(path, source.text) : null;
    if (encoding !== null) unanalysed.set(path, `it declares the encoding ${encoding}`);
    else if ('text' in source) {
      paths.push(path);
      if (kept.has(path) && canStandIn) steering.push(path);
    }
    // A picture is nothing that a tool for any file could have missed.
    else if (source.kind === 'large' || tool.isMeantFor(path) || isTextByName(path))
      unanalysed.set(path, source.problem);
  }
  for (const [path, end] of links)
    if (isProgram(path) && tool.looksAt(path) && (end === null || !tool.looksAt(end)))
      unanalysed.set(path, linked);
  const isTaken = (path: string) => files.has(path) || baseFiles.has(path) || links.has(path);
  return { paths, unanalysed: Object.fromEntries(unanalysed), standIns: standInsFor(steering, isTaken) };
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

/** A file that a tool would look at and cannot be given: nobody hides code by making it large. */
function notAnalysed(tool: ChosenTool, unanalysed: ToolAnalysis['unanalysed']): Finding[] {
  return Object.entries(unanalysed).map(([path, problem]) => ({
    tool: tool.label,
    rule: 'assay/not-analysed',
    level: levelOf(tool, path, problem),
    message: problem,
    path,
    startLine: null,
    startColumn: null,
    endLine: null,
    endColumn: null,
    security: null,
  }));
}

/** What only steers a tool comes to nothing where it is left out; code could run all the same. */
function levelOf(tool: ChosenTool, path: string, problem: string): Finding['level'] {
  if (isProgram(path)) return 'error';
  if (problem === notLaid || problem === installed) return 'note';
  return tool.isMeantFor(path) || isTextByName(path) ? 'error' : 'warning';
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
