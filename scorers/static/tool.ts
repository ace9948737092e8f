import type { z } from 'zod';
import type { Finding } from '../../harness/domain/finding.ts';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { PackageRef } from '../../harness/tools/toolbox.ts';

/** Where a container finds what a tool needs. Absolute paths. */
export interface ToolInput<Options> {
  /** The workspace, where the tool runs. */
  workdir: string;
  /** Root of each mounted package, by the names of `ToolAdapter.packages`. */
  packages: ReadonlyMap<string, string>;
  options: Options;
  /** Files to look at, relative to the workspace, sorted; of a `file` tool a part of all that there are. Never empty. */
  files: readonly string[];
  /** All paths of the base's tree: what steers a tool is chosen by these alone, never by the candidate's. */
  base: ReadonlySet<string>;
  /** Content of a file of the base, as text; null where there is none. Only `configuration` files are there. */
  baseFile(path: string): string | null;
  /** Content of a file of the suite that the options name; null where there is none. */
  suiteFile(path: string): Uint8Array | null;
}

/** How a tool is run once. */
export interface ToolPlan {
  /** A program by its absolute path, or one of the image's by its name, and its arguments. No shell in between. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Root's files below `/opt/assay/static/<tool>/`, which nobody in the container can change. */
  entries: readonly LayerEntry[];
  /** Absolute path below `/logs/static/` where the tool writes its report; null: standard output is the report. */
  report: string | null;
}

/** What a run left. */
export interface ToolOutput {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** As `ToolPlan.report` says, UTF-8; null where that file was not written. */
  report: string | null;
}

/** What a tool says of a tree. */
export interface ToolReport {
  findings: Finding[];
  /** Files that it has analysed, as far as it says: never more than it was asked to look at. 0 is an error. */
  files: number;
  /**
   * Files among those asked for that it says, or is known, to leave out because base's or suite's configuration tells it
   * so. A run of which all files are such is no failure of the tool: `files` is 0 then, and what it says is complete.
   */
  excluded?: number;
  /** As the tool says; null where it does not. */
  version: string | null;
  /** Rules by id, where the tool describes them. */
  rules: ReadonlyMap<string, RuleFacts>;
  /** Numbers of the whole tree, by name, for tools that count rather than find. Finite. */
  measures?: Readonly<Record<string, number>>;
}

export interface RuleFacts {
  name?: string;
  description?: string;
  helpUri?: string;
}

/**
 * One analysis tool: a declaration, and two pure functions. `parse` throws `ToolFailure` whenever the output does not
 * show that the tool has done its work: a crash, a wrong configuration, an unknown exit code, an unreadable report.
 */
export interface ToolAdapter<Schema extends z.ZodType = z.ZodType> {
  name: string;
  /** Version of the adapter's own reading: raised when equal output could give other findings. */
  revision: number;
  /** Strict schema of the entry's own options, without the common ones. All have defaults. */
  options: Schema;
  /** Pinned packages that are mounted; a `PackageRef` or none where the options say so. */
  packages(options: z.infer<Schema>): readonly (string | PackageRef)[];
  /**
   * `file`: what it says of a file depends on that file and on configuration alone, so that unchanged ones need not be
   * looked at again. `project`: it depends on others too.
   */
  reach(options: z.infer<Schema>): 'file' | 'project';
  /** Globs of what it looks at, relative to the workspace. */
  files(options: z.infer<Schema>): readonly string[];
  /** Globs of files that steer it, and are taken from the base: the candidate's are not laid. */
  configuration: readonly string[];
  /** More of them, which the options name. */
  moreConfiguration?(options: z.infer<Schema>): readonly string[];
  /** Files of the suite that the options name, relative to it. */
  suiteFiles?(options: z.infer<Schema>): readonly string[];
  /** Whether it is chosen where a suite names no tools, by the base's paths; absent: never. */
  suits?(base: ReadonlySet<string>): boolean;
  plan(input: ToolInput<z.infer<Schema>>): ToolPlan;
  parse(output: ToolOutput, input: ToolInput<z.infer<Schema>>): ToolReport;
}

/** The tool did not do its work; the message says what happened, in one line. Its verdict is `error`. */
export class ToolFailure extends Error {
  override name = 'ToolFailure';
}

/** Where a plan's entries stand. */
export function staticDir(tool: string): string {
  return `/opt/assay/static/${tool}`;
}

/** Where a tool may write its report. */
export const staticLogs = '/logs/static';
