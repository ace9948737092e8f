import { z } from 'zod';
import { AssayError, inputError, type Problem } from '../../harness/domain/errors.ts';
import { show } from '../../harness/plan/place.ts';
import { knownFields } from '../../harness/plan/schema-shape.ts';
import { suggestion } from '../../harness/plan/suggest.ts';
import { entryProblem } from '../../harness/plan/suite-entries.ts';
import { problemsOf } from '../../harness/plan/zod-problems.ts';
import type { PackageRef } from '../../harness/tools/toolbox.ts';
import { pathFilter } from '../path-filter.ts';
import { CommonToolOptions, type StaticEntry } from './options.ts';
import type { TextTool } from './text-tool.ts';
import type { ToolAdapter } from './tool.ts';

/** Every tool that there is. */
export interface ToolKinds {
  adapters: readonly ToolAdapter[];
  texts: readonly TextTool[];
}

/** A tool with its options, ready to be used on any tree. */
export type ChosenTool = {
  /** How its findings are called. */
  label: string;
  options: unknown;
  common: Omit<CommonToolOptions, 'tool'>;
  /** By the path that the options name. */
  suiteFiles: ReadonlyMap<string, Uint8Array>;
  /** Whether it looks at a path, excludes applied. */
  looksAt(path: string): boolean;
  /** Whether it would look at a path, did that not lie among what is installed. */
  passesOver(path: string): boolean;
  /** Whether it is meant for just such files, rather than for whatever there is. */
  isMeantFor(path: string): boolean;
  /** Globs of files that steer it, and whether a path is one. */
  configuration: readonly string[];
  isConfiguration(path: string): boolean;
} & ({ kind: 'container'; adapter: ToolAdapter } | { kind: 'text'; adapter: TextTool });

/** An entry of `tools:` whose options were accepted; its files of the suite are still to be read. */
export interface ToolEntry {
  index: number;
  common: Omit<CommonToolOptions, 'tool'>;
  options: unknown;
  found: { kind: 'container'; adapter: ToolAdapter } | { kind: 'text'; adapter: TextTool };
}

/** Checks `tools:`. Throws AssayError `input` with every problem, placed relative to the scorer's entry. */
export function toolEntries(written: NonNullable<StaticEntry['tools']>, kinds: ToolKinds): ToolEntry[] {
  const problems: Problem[] = [];
  const entries: ToolEntry[] = [];
  for (const [index, raw] of written.entries()) {
    const entry: Record<string, unknown> = typeof raw === 'string' ? { tool: raw } : raw;
    const place = `tools[${index}]`;
    const found = findTool(String(entry.tool), kinds);
    if (found === null) {
      const fix = suggestion(String(entry.tool), toolNames(kinds));
      problems.push(entryProblem(place, `there is no tool ${show(entry.tool)}`, fix));
      continue;
    }
    const { tool: _, ...rest } = entry;
    const ofAll = Object.keys(CommonToolOptions.shape).filter((name) => name !== 'tool');
    const own = knownFields(found.adapter.options, []);
    for (const key of Object.keys(rest).filter((name) => ![...ofAll, ...own].includes(name)))
      problems.push(
        entryProblem(`${place}.${key}`, 'unknown field', suggestion(key, [...own, ...ofAll].sort())),
      );
    const part = (names: readonly string[]) =>
      Object.fromEntries(Object.entries(rest).filter(([key]) => names.includes(key)));
    const common = CommonToolOptions.omit({ tool: true }).safeParse(part(ofAll));
    const options = found.adapter.options.safeParse(part(own));
    if (!common.success) problems.push(...issuesOf(common.error, entry, CommonToolOptions, place));
    if (!options.success) problems.push(...issuesOf(options.error, entry, found.adapter.options, place));
    if (common.success && options.success)
      entries.push({ index, common: common.data, options: options.data, found });
  }
  problems.push(...duplicates(entries));
  if (problems.length > 0) throw inputError('the tools cannot be used', { problems });
  return entries;
}

/** Every name that `tool` may have. */
function toolNames({ adapters, texts }: ToolKinds): string[] {
  return [...adapters, ...texts].map(({ name }) => name).sort();
}

/**
 * Faults in `levels`: a rule of a tool that is not used would never be met. Without `entries`, those that suit the base
 * are used, which may be any.
 */
export function levelProblems(
  levels: StaticEntry['levels'],
  entries: readonly ToolEntry[] | null,
  kinds: ToolKinds,
): Problem[] {
  const known =
    entries?.map(({ found, options }) => labelOf(found.adapter.name, options)) ?? toolNames(kinds);
  return Object.keys(levels).flatMap((key) => {
    const [tool = ''] = key.split('/');
    if (known.includes(tool)) return [];
    const message = `${show(key)} is of ${tool}, which is none of the tools`;
    return [entryProblem('levels', message, suggestion(tool, known))];
  });
}

function findTool(name: string, { adapters, texts }: ToolKinds): ToolEntry['found'] | null {
  const adapter = adapters.find((each) => each.name === name);
  if (adapter !== undefined) return { kind: 'container', adapter };
  const text = texts.find((each) => each.name === name);
  return text === undefined ? null : { kind: 'text', adapter: text };
}

function issuesOf(error: z.ZodError, value: unknown, schema: z.ZodType, place: string): Problem[] {
  const document = { file: '', value, lineOf: () => undefined };
  return problemsOf(error, document, schema).map(({ field, message, fix = correct }) => {
    const whole = field === undefined ? place : `${place}${field.startsWith('[') ? '' : '.'}${field}`;
    return entryProblem(whole, message, fix === correct ? seeTable : fix);
  });
}

/** The fix of a fault that says no more than that there is one. */
const correct = 'correct the value';
const seeTable = 'see the table of tools in scorers/static/README.md';

/** Findings are told apart by their tool's name. */
function duplicates(entries: readonly ToolEntry[]): Problem[] {
  const first = new Map<string, number>();
  return entries.flatMap(({ index, found, options }) => {
    const label = labelOf(found.adapter.name, options);
    const before = first.get(label);
    first.set(label, before ?? index);
    if (before === undefined) return [];
    return [
      entryProblem(`tools[${index}]`, `${label} is also tools[${before}]`, 'name each tool once, or rename'),
    ];
  });
}

function labelOf(name: string, options: unknown): string {
  const own = z.looseObject({ name: z.string().min(1) }).safeParse(options);
  return own.success ? own.data.name : name;
}

/** An entry with the files of the suite that its options name. Throws AssayError `input` for those that are not there. */
export async function openTool(
  { index, common, options, found }: ToolEntry,
  exclude: readonly string[],
  readSuiteFile: (path: string) => Promise<Uint8Array>,
): Promise<ChosenTool> {
  const suiteFiles = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  for (const path of found.adapter.suiteFiles?.(options) ?? []) {
    try {
      suiteFiles.set(path, await readSuiteFile(path));
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      problems.push(entryProblem(`tools[${index}]`, error.message, error.fix ?? 'correct the path'));
    }
  }
  if (problems.length > 0) throw inputError('files of the suite cannot be used', { problems });
  const isIncluded = pathFilter(found.adapter.files(options));
  const isInstalled = pathFilter(alwaysExcluded);
  const isExcluded = pathFilter([...exclude, ...(common.exclude ?? [])]);
  const configuration =
    found.kind === 'container'
      ? [...found.adapter.configuration, ...(found.adapter.moreConfiguration?.(options) ?? [])]
      : [];
  return {
    ...found,
    label: labelOf(found.adapter.name, options),
    options,
    common,
    suiteFiles,
    looksAt: (path) => isIncluded(path) && !isExcluded(path) && !isInstalled(path),
    passesOver: (path) => isIncluded(path) && !isExcluded(path) && isInstalled(path),
    isMeantFor: pathFilter(found.adapter.files(options).filter((glob) => !/(?:^|\/)\*{1,2}$/.test(glob))),
    configuration,
    isConfiguration: pathFilter(configuration),
  };
}

/** What others wrote and the project only holds. */
export const alwaysExcluded = ['**/node_modules/**', '**/.git/**', '**/.venv/**', '**/__pycache__/**'];

/** The tools that a base is set up for; which they are is never the candidate's to say. */
export async function suitingTools(
  base: ReadonlySet<string>,
  kinds: ToolKinds,
  exclude: readonly string[],
): Promise<ChosenTool[]> {
  const found: ToolEntry['found'][] = [
    ...kinds.adapters.map((adapter) => ({ kind: 'container', adapter }) as const),
    ...kinds.texts.map((adapter) => ({ kind: 'text', adapter }) as const),
  ];
  const chosen: ChosenTool[] = [];
  for (const [index, each] of found.entries()) {
    if (each.adapter.suits?.(base) !== true) continue;
    const options: unknown = each.adapter.options.parse({});
    const tool = await openTool({ index, common: {}, options, found: each }, exclude, noSuiteFile);
    if ([...base].some(tool.looksAt)) chosen.push(tool);
  }
  return chosen;
}

async function noSuiteFile(path: string): Promise<Uint8Array> {
  throw inputError(`a tool with its default options asked for ${path} of the suite`);
}

/** Pinned packages of a tool, by the names under which `plan` finds them. */
export function packagesOf(tool: ChosenTool): readonly (string | PackageRef)[] {
  return tool.kind === 'container' ? tool.adapter.packages(tool.options) : [];
}

/** Whether an unchanged file need not be looked at again. */
export function reachOf(tool: ChosenTool): 'file' | 'project' {
  return tool.kind === 'container' ? tool.adapter.reach(tool.options) : 'file';
}
