import { AssayError } from '../../harness/domain/errors.ts';
import { type LayerEntry, packLayer } from '../../harness/sandbox/layer.ts';
import type { ContainerResult } from '../../harness/sandbox/sandbox.ts';
import { toolsDir } from '../../harness/tools/toolbox.ts';
import type { ScoreContext } from '../scorer.ts';
import { frozenEnv } from '../tests/frozen-env.ts';
import { boundedLine } from '../text.ts';
import type { CandidateLayer } from '../workspace.ts';
import type { ChosenTool } from './choose.ts';
import { packagesOf } from './choose.ts';
import { maxReportBytes, readReport, tooLarge } from './report-file.ts';
import {
  staticDir,
  staticLogs,
  ToolFailure,
  type ToolInput,
  type ToolOutput,
  type ToolPlan,
  type ToolReport,
} from './tool.ts';

/** Far below what any system takes as arguments, and few enough that a file's name is never the problem. */
const batchCharacters = 60_000;
const setupFailed = 97;
const runScript = '/opt/assay/static/run.sh';
const deleteScript = '/opt/assay/static/delete.sh';

/** What a tool is run with, whatever it is. */
export interface ToolRun {
  context: Pick<ScoreContext, 'workspace' | 'sandbox' | 'toolbox' | 'limits' | 'labels' | 'signal'>;
  /** The tree to be analysed, as a change of the image's workspace; made anew for each container. */
  layer(): Promise<CandidateLayer>;
  /** Never empty, sorted. */
  files: readonly string[];
  base: ReadonlySet<string>;
  /** Contents of the base's configuration files that the tool's globs match. */
  baseFiles: ReadonlyMap<string, string>;
  timeoutSec: number;
  parse(output: ToolOutput, input: ToolInput<unknown>): Promise<ToolReport>;
}

/** Why a tool has no answer, and what it printed. */
export interface FailedTool {
  failure: string;
  stderr: Uint8Array;
}

/**
 * Runs a tool on a tree in fresh containers, one for each batch of files. Whatever the tree does to the tool ends in a
 * `FailedTool`; throws `infrastructure` for the engine and for a tool that cannot be installed, and the signal's reason.
 */
export async function runTool(
  tool: Extract<ChosenTool, { kind: 'container' }>,
  run: ToolRun,
): Promise<ToolReport | FailedTool> {
  const { adapter, options } = tool;
  const batches = adapter.reach(options) === 'file' ? inBatches(run.files) : [run.files];
  const reports: ToolReport[] = [];
  for (const files of batches) {
    const report = await runOnce(tool, run, files);
    if ('failure' in report) return report;
    reports.push(report);
  }
  return merged(reports);
}

async function runOnce(
  tool: Extract<ChosenTool, { kind: 'container' }>,
  { context, layer, base, baseFiles, timeoutSec, parse }: ToolRun,
  files: readonly string[],
): Promise<ToolReport | FailedTool> {
  const { workspace, sandbox, toolbox, limits, labels, signal } = context;
  const installed = await Promise.all(
    packagesOf(tool).map(async (name) => ({ name, tool: await toolbox.get(name, signal) })),
  );
  const packages = new Map(
    installed.map(({ name, tool: { name: found, mount } }) => [
      typeof name === 'string' ? name : found,
      mount.target,
    ]),
  );
  const input: ToolInput<unknown> = {
    workdir: workspace.workdir,
    packages,
    options: tool.options,
    files,
    base,
    baseFile: (path) => baseFiles.get(path) ?? null,
    suiteFile: (path) => tool.suiteFiles.get(path) ?? null,
  };
  const made = planned(tool, input);
  if (made.failure !== undefined) return { failure: made.failure, stderr: Buffer.alloc(0) };
  const { plan } = made;
  const laid = await layer();
  const result = await sandbox.run<string | null>({
    image: workspace.ref,
    command: ['/bin/sh', runScript, ...plan.command],
    env: { ...frozenEnv, HOME: '/tmp', NO_COLOR: '1', CI: '1', ...plan.env },
    workdir: workspace.workdir,
    user: workspace.user,
    network: 'none',
    mounts: installed.map(({ tool: { mount } }) => mount),
    limits: { ...limits, timeoutSec: Math.min(timeoutSec, limits.timeoutSec) },
    files: packLayer(entries(laid, plan.entries, tool.adapter.name, workspace.user)),
    labels: { ...labels, tool: tool.label },
    outputBytes: 2 * maxReportBytes,
    signal,
    collect: (stopped) => (plan.report === null ? Promise.resolve(null) : readReport(stopped, plan.report)),
  });
  if (result.end === 'aborted') {
    signal.throwIfAborted();
    throw new Error('the container was aborted without a signal');
  }
  const broken = whyBroken(result, timeoutSec);
  if (broken !== null) return failed(broken, result);
  try {
    const report = await parse(outputOf(result), input);
    // The package that it needs last is the tool itself; its runtime comes before.
    return { ...report, version: report.version ?? installed.at(-1)?.tool.version ?? null };
  } catch (error) {
    if (error instanceof ToolFailure) return failed(error.message, result);
    throw error;
  }
}

function planned(
  tool: Extract<ChosenTool, { kind: 'container' }>,
  input: ToolInput<unknown>,
): { plan: ToolPlan; failure?: never } | { failure: string } {
  try {
    return { plan: tool.adapter.plan(input) };
  } catch (error) {
    if (error instanceof ToolFailure || error instanceof AssayError) return { failure: error.message };
    throw error;
  }
}

async function* entries(
  layer: CandidateLayer,
  own: readonly LayerEntry[],
  tool: string,
  user: { uid: number; gid: number },
): AsyncGenerator<LayerEntry> {
  yield* layer.entries;
  yield { path: '/opt/assay', type: 'dir', mode: 0o755 };
  // Mounts go over these; without them the engine makes the folders itself, with modes of its own.
  yield { path: toolsDir, type: 'dir', mode: 0o755 };
  yield { path: '/opt/assay/static', type: 'dir', mode: 0o755 };
  yield { path: staticDir(tool), type: 'dir', mode: 0o755 };
  yield* own;
  yield { path: '/logs', type: 'dir', mode: 0o755 };
  yield { path: staticLogs, type: 'dir', mode: 0o755, ...user };
  yield { path: deleteScript, type: 'file', mode: 0o755, content: layer.deletions };
  yield {
    path: runScript,
    type: 'file',
    mode: 0o755,
    content: `#!/bin/sh\n/bin/sh ${deleteScript} || exit ${setupFailed}\nexec "$@"\n`,
  };
}

function whyBroken(result: ContainerResult<string | null>, timeoutSec: number): string | null {
  const { end, exitCode, stdout, stderr } = result;
  if (end === 'timeout') return `it did not come to an end in ${timeoutSec} s`;
  if (end === 'oom') return 'it ran out of memory';
  if (end === 'storage') return 'it wrote more than it may';
  if (end !== 'exited' || exitCode === null) return `its container ended by ${end}`;
  if (exitCode === setupFailed) return 'a file that the candidate deleted cannot be deleted';
  if (exitCode === 127)
    return `it is not there: ${lastLine(stderr.tail, stderr.head)} (add it to the task's image)`;
  if (exitCode === 126) return `it cannot be started: ${lastLine(stderr.tail, stderr.head)}`;
  if (stdout.bytes > stdout.head.length + stdout.tail.length)
    return `it printed more than ${(2 * maxReportBytes) / 1024 ** 2} MiB`;
  if (result.collected === tooLarge) return `its report is larger than ${maxReportBytes / 1024 ** 2} MiB`;
  return null;
}

/** What a shell puts before its own complaints about our script. */
const ownWords = /^\/opt\/assay\/static\/run\.sh: (?:line )?\d+: (?:exec: )?/;

function lastLine(...parts: Uint8Array[]): string {
  const text = parts.map((part) => Buffer.from(part).toString()).find((part) => part.trim() !== '') ?? '';
  const line = text.trimEnd().split('\n').at(-1) ?? '';
  return boundedLine(line.replace(ownWords, ''), 300) || 'it printed nothing';
}

function outputOf({ exitCode, stdout, stderr, collected }: ContainerResult<string | null>): ToolOutput {
  return {
    exitCode: exitCode ?? -1,
    stdout: text(stdout),
    stderr: text(stderr),
    report: collected ?? null,
  };
}

function text({ head, tail }: { head: Uint8Array; tail: Uint8Array }): string {
  return Buffer.concat([head, tail]).toString();
}

const maxStderr = 64 * 1024;

function failed(failure: string, { stdout, stderr }: ContainerResult<unknown>): FailedTool {
  const shown = stderr.bytes > 0 ? stderr : stdout;
  return {
    failure: boundedLine(failure, 600),
    stderr: Buffer.concat([shown.head, shown.tail]).subarray(0, maxStderr),
  };
}

function inBatches(files: readonly string[]): string[][] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let characters = 0;
  for (const file of files) {
    if (batch.length > 0 && characters + file.length + 1 > batchCharacters) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    batch.push(file);
    characters += Buffer.byteLength(file) + 1;
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

function merged(reports: readonly ToolReport[]): ToolReport {
  const measures: Record<string, number> = {};
  for (const report of reports)
    for (const [name, value] of Object.entries(report.measures ?? {}))
      measures[name] = (measures[name] ?? 0) + value;
  return {
    findings: reports.flatMap(({ findings }) => findings),
    files: reports.reduce((sum, { files }) => sum + files, 0),
    excluded: reports.reduce((sum, { excluded = 0 }) => sum + excluded, 0),
    version: reports[0]?.version ?? null,
    rules: new Map(reports.flatMap(({ rules }) => [...rules])),
    measures,
  };
}
