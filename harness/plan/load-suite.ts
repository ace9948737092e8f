import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AssayError, inputError, type Problem } from '../domain/errors.ts';
import { compareText } from '../domain/order.ts';
import { Suite } from '../domain/suite.ts';
import type { LoadedTask } from '../domain/task.ts';
import { findTasks } from './find-tasks.ts';
import { type ReadTask, readTask } from './load-task.ts';
import { parseYamlWithPlaces } from './parse-yaml.ts';
import { type PlacedValue, problemAt, show, showPath, valueAt } from './place.ts';
import { poolNotice, suiteOfPool } from './pool-folder.ts';
import { readTextFile } from './read-file.ts';
import { duplicateNames, policyProblems } from './suite-checks.ts';
import {
  type AdapterLike,
  type CheckedEntry,
  checkAgents,
  checkScorers,
  openEntry,
  type ScorerKindLike,
} from './suite-entries.ts';
import { problemsOf } from './zod-problems.ts';

const maxSuiteBytes = 1024 ** 2;
/** Task folders read at a time. */
const tasksAtOnce = 16;

export interface LoadSuiteOptions<Source, Scorer> {
  adapters: readonly AdapterLike<Source>[];
  scorerKinds: readonly ScorerKindLike<Scorer>[];
  /** Reads a host variable; asked only for names in the suite's `allow_env`. Default: the process's environment. */
  hostEnv?: (name: string) => string | undefined;
}

export interface LoadedSuite<Source, Scorer> {
  suite: Suite;
  /** Folder of `suite.yaml`, absolute. Enters no digest and no report. */
  dir: string;
  /** Sorted by id. */
  tasks: LoadedTask[];
  /** Sorted by name. */
  sources: Source[];
  /** Sorted by name. */
  scorers: Scorer[];
  /** What people should know and that stops nothing; `task` is null for the suite as a whole. No absolute paths. */
  notices: { task: string | null; text: string }[];
}

/**
 * Reads a suite: its folder, or the yaml file itself. Throws AssayError `input` that carries every problem found, in
 * the suite, its tasks and what its agents point at, each with file, line, field and fix.
 */
export async function loadSuite<Source extends { name: string }, Scorer extends { name: string }>(
  path: string,
  { adapters, scorerKinds, hostEnv = (name) => process.env[name] }: LoadSuiteOptions<Source, Scorer>,
): Promise<LoadedSuite<Source, Scorer>> {
  const file = await suiteFile(path);
  const dir = dirname(file);
  const pool = basename(file) === 'suite.yaml' ? await suiteOfPool(dir) : null;
  const text = pool ?? (await readTextFile(file, { maxBytes: maxSuiteBytes, file: showPath(file) }));
  const document = parseYamlWithPlaces(text, showPath(file));
  const parsed = Suite.safeParse(document.value);
  const problems = parsed.success ? [] : problemsOf(parsed.error, document, Suite);
  const agents = checkAgents(document, adapters);
  const kinds = checkScorers(document, scorerKinds, Suite.shape.scorers.parse(undefined));
  problems.push(...agents.problems, ...kinds.problems);
  problems.push(...duplicateNames(document, 'agents'), ...duplicateNames(document, 'scorers'));

  const notices: { task: string | null; text: string }[] = [];
  const say = (words: string) => notices.push({ task: null, text: words });
  if (pool !== null) say(poolNotice);
  const taskProblems: Problem[] = [];
  const tasks = await loadTasks(dir, document, hostEnv, say, taskProblems);
  problems.push(...taskProblems);
  for (const { spec } of tasks)
    notices.push(...spec.notices.map((words) => ({ task: spec.id, text: words })));

  const checking = kinds.entries.flatMap(({ kind }) =>
    tasks.map((task) => kind.checkTask?.(task).catch((error: unknown) => collectProblems(error, problems))),
  );
  await Promise.all(checking);

  sayUnreadSpecs(
    tasks,
    kinds.entries.map(({ kind }) => kind.name),
    say,
  );
  const scorers = await openAll(document, 'scorers', kinds.entries, problems, async ({ kind, entry }) => [
    await kind.open(entry, { suiteDir: dir }),
  ]);
  // What agents hold is matched against the tasks' ids: with a task missing, they would be blamed for it.
  const context = { suiteDir: dir, taskIds: tasks.map(({ spec }) => spec.id), notice: say };
  const sources =
    tasks.length === 0 || taskProblems.length > 0
      ? []
      : await openAll(document, 'agents', agents.entries, problems, ({ kind, entry }) =>
          kind.open(entry, context),
        );
  problems.push(...duplicateSources(document, sources));

  if (parsed.success) {
    const names = kinds.entries.map(({ kind }) => kind.name);
    if (kinds.problems.length === 0) problems.push(...policyProblems(document, parsed.data.ranking, names));
    if (parsed.data.ranking.gates.length === 0) say('ranking has no gates: every candidate can win');
  }
  if (!parsed.success || problems.length > 0) throw suiteError(document.file, problems);
  return {
    suite: parsed.data,
    dir,
    tasks: tasks.map(({ spec, dir: folder }) => ({ spec, dir: folder })),
    sources: sources.map(({ opened }) => opened).sort(byName),
    scorers: scorers.map(({ opened }) => opened).sort(byName),
    notices,
  };
}

function collectProblems(error: unknown, problems: Problem[]): void {
  if (!(error instanceof AssayError) || error.kind !== 'input') throw error;
  problems.push(...error.problems);
}

function byName(a: { name: string }, b: { name: string }): number {
  return compareText(a.name, b.name);
}

function suiteError(file: string, found: readonly Problem[]): AssayError {
  const problems = [...new Map(found.map((problem) => [JSON.stringify(problem), problem])).values()];
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return inputError(`${file} cannot be used: ${count}`, { problems });
}

/** The yaml file that a person means by a path. */
async function suiteFile(path: string): Promise<string> {
  const full = resolve(path);
  const facts = await stat(full).catch(() => null);
  if (facts?.isDirectory()) return join(full, 'suite.yaml');
  if (facts !== null && !/\.ya?ml$/.test(full)) {
    const problem = {
      file: showPath(full),
      message: 'is neither a folder nor a YAML file',
      fix: 'name the folder that holds suite.yaml',
    };
    throw inputError(`${problem.file} ${problem.message}`, { problems: [problem] });
  }
  return full;
}

async function loadTasks(
  dir: string,
  document: PlacedValue,
  readHost: (name: string) => string | undefined,
  say: (text: string) => void,
  problems: Problem[],
): Promise<ReadTask[]> {
  const field = <K extends keyof typeof Suite.shape>(key: K) =>
    Suite.shape[key].safeParse(valueAt(document.value, [key]));
  const patterns = field('tasks');
  if (!patterns.success) return [];
  const network = (field('network').data ?? 'none') as Suite['network'];
  const allowed = (field('allow_env').data ?? []) as Suite['allow_env'];
  const found = await findTasks(dir, patterns.data as string[], document);
  problems.push(...found.problems);
  found.notices.forEach(say);

  const tasks: ReadTask[] = [];
  for (let start = 0; start < found.folders.length; start += tasksAtOnce) {
    const batch = found.folders.slice(start, start + tasksAtOnce);
    const read = await Promise.all(
      batch.map((folder) =>
        readTask(folder, { network, hostEnv: { allowed, read: readHost } }).catch((error: unknown) => {
          collectProblems(error, problems);
          return null;
        }),
      ),
    );
    tasks.push(...read.filter((task) => task !== null));
  }
  tasks.sort((a, b) => compareText(a.spec.id, b.spec.id) || compareText(a.dir, b.dir));
  problems.push(...duplicateTasks(document, tasks));
  sayNetworkDefaults(tasks, network, say);
  sayWhoJudges(tasks, say);
  return tasks;
}

function duplicateTasks(document: PlacedValue, tasks: readonly ReadTask[]): Problem[] {
  return tasks.flatMap((task, index) => {
    const before = tasks[index - 1];
    if (before?.spec.id !== task.spec.id) return [];
    const folders = `${showPath(before.dir)} and ${showPath(task.dir)}`;
    const message = `two tasks have the id ${show(task.spec.id)}: ${folders}`;
    return [problemAt(document, ['tasks'], message, 'rename one of them in its task.toml ([task].name)')];
  });
}

/** Harbor's default is a public network; most tasks never say so, hence one sentence for all of them. */
function sayNetworkDefaults(
  tasks: readonly ReadTask[],
  network: Suite['network'],
  say: (text: string) => void,
): void {
  const silent = tasks.filter(({ impliedNetwork }) => impliedNetwork.agent || impliedNetwork.verifier).length;
  if (silent === 0) return;
  const agents = network === 'task' ? 'their agents get one' : 'agents get none (network: task gives it)';
  const who = `${silent} of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  say(`${who} leave the network to Harbor's default, public: ${agents}, tests never do`);
}

/** What a person must know before they trust a verdict, in one sentence for all such tasks. */
function sayWhoJudges(tasks: readonly ReadTask[], say: (text: string) => void): void {
  const { length } = tasks.filter(
    ({ spec }) => spec.tests.runner === 'script' && spec.verifier.separate === null,
  );
  if (length === 0) return;
  const who = `${length} of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  say(
    `${who} ${length === 1 ? 'is' : 'are'} judged by tests/test.sh alone: a candidate that runs in its process could forge the result (a runner in [metadata.assay.tests] of task.toml guards against it)`,
  );
}

/** A contract that nobody holds a candidate to is easily taken for one that is kept. */
function sayUnreadSpecs(
  tasks: readonly ReadTask[],
  scorers: readonly string[],
  say: (text: string) => void,
): void {
  const unread = scorers.includes('spec') ? 0 : tasks.filter(({ hasSpec }) => hasSpec).length;
  if (unread === 0) return;
  const who = `${unread} of ${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`;
  say(`${who} ${unread === 1 ? 'has' : 'have'} a spec.yaml that is not read: add spec to scorers`);
}

interface Opened<T> {
  opened: T;
  index: number;
}

async function openAll<Kind, T>(
  document: PlacedValue,
  list: 'agents' | 'scorers',
  entries: readonly CheckedEntry<Kind>[],
  problems: Problem[],
  open: (entry: CheckedEntry<Kind>) => T[] | Promise<T[]>,
): Promise<Opened<T>[]> {
  const all: Opened<T>[] = [];
  for (const entry of entries) {
    const result = await openEntry(document, [list, entry.index], () => open(entry));
    if ('problems' in result) problems.push(...result.problems);
    else all.push(...result.opened.map((opened) => ({ opened, index: entry.index })));
  }
  return all;
}

/** Names can meet once entries have become competitors. */
function duplicateSources<T extends { name: string }>(
  document: PlacedValue,
  sources: readonly Opened<T>[],
): Problem[] {
  const first = new Map<string, number>();
  return sources.flatMap(({ opened, index }) => {
    const before = first.get(opened.name);
    if (before === undefined) first.set(opened.name, index);
    if (before === undefined || before === index) return [];
    const message = `${show(opened.name)} is also a competitor of agents[${before}]`;
    return [problemAt(document, ['agents', index, 'name'], message, 'give each agent its own name')];
  });
}
