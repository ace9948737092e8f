import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type AssayError, inputError, type Problem } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';
import { parseTomlWithPlaces } from './parse-toml.ts';
import { type PlacedValue, problemAt, show, showPath } from './place.ts';
import { readTextFile } from './read-file.ts';
import { assayProblems } from './task-assay.ts';
import { type HostEnv, resolveEnv } from './task-env.ts';
import { hasFile, listTaskFiles } from './task-files.ts';
import { readInstruction } from './task-instruction.ts';
import { readNetwork } from './task-network.ts';
import { abilities, stateNotices, unread } from './task-notices.ts';
import { specOf } from './task-spec.ts';
import { inconsistent, layoutProblems, unsupported } from './task-support.ts';
import { TaskToml } from './task-toml.ts';
import { isSeparate, verifierNotices, verifierProblems } from './task-verifier.ts';
import { problemsOf } from './zod-problems.ts';

const maxTextBytes = 1024 ** 2;

export interface LoadTaskOptions {
  /** What the suite gives to agents. Default `none`. */
  network?: 'none' | 'task';
  /** Default: no host variable is allowed. */
  hostEnv?: HostEnv;
}

/** A task, and what only a whole suite can say in one sentence. */
export interface ReadTask extends LoadedTask {
  /** Phases with a public network only by Harbor's default. */
  impliedNetwork: { agent: boolean; verifier: boolean };
  /** Whether there is a spec.yaml. */
  hasSpec: boolean;
}

/** Reads one Harbor task folder. Throws AssayError `input` with every problem of the task at once. */
export async function loadTask(dir: string, options: LoadTaskOptions = {}): Promise<LoadedTask> {
  const { spec, dir: folder } = await readTask(dir, options);
  return { spec, dir: folder };
}

/** As `loadTask`, with what the suite's loader needs beside it. */
export async function readTask(dir: string, options: LoadTaskOptions = {}): Promise<ReadTask> {
  const folder = resolve(dir);
  const file = (path: string) => showPath(join(folder, path));
  const text = await readTextFile(join(folder, 'task.toml'), {
    maxBytes: maxTextBytes,
    within: folder,
    file: file('task.toml'),
  });
  const document = parseTomlWithPlaces(text, file('task.toml'));
  const parsed = TaskToml.safeParse(document.value);
  if (!parsed.success) throw taskError(folder, problemsOf(parsed.error, document, TaskToml));
  const toml = parsed.data;

  const files = await listTaskFiles(folder, file);
  const hasEnvironment = await isFolder(join(folder, 'environment'));
  const instruction = await readInstruction(folder, files, file);
  const gitignore = await readGitignore(folder, file);
  const network = readNetwork(toml, document, options.network ?? 'none');
  const host = options.hostEnv ?? { allowed: [], read: () => undefined };
  const env = {
    environment: resolveEnv(toml.environment.env, document, ['environment', 'env'], host),
    verifier: resolveEnv(toml.verifier.env, document, ['verifier', 'env'], host),
    own: resolveEnv(toml.verifier.environment?.env ?? {}, document, ['verifier', 'environment', 'env'], host),
    solution: resolveEnv(toml.solution.env, document, ['solution', 'env'], host),
  };
  const name = nameOf(toml, folder, document);
  const problems = [
    ...name.problems,
    ...unsupported(toml, document),
    ...inconsistent(toml, document),
    ...verifierProblems(toml, document),
    ...assayProblems(toml.metadata.assay, { files, document, isSeparate: isSeparate(toml) }),
    ...layoutProblems(files, toml, hasEnvironment, file),
    ...instruction.problems,
    ...network.problems,
    ...Object.values(env).flatMap((table) => table.problems),
  ];
  if (problems.length > 0) throw taskError(folder, problems);

  const notices = [
    ...network.notices,
    ...Object.values(env).flatMap((table) => table.notices),
    ...abilities(toml),
    ...unread(toml, document, files),
    ...verifierNotices(toml, files),
    ...stateNotices(toml),
  ];
  const spec = specOf({
    toml,
    name,
    files,
    network,
    instruction: instruction.text,
    gitignore,
    env: {
      environment: env.environment.env,
      verifier: env.verifier.env,
      // Without a table of its own, a separate verifier gets a copy of the task's.
      own: toml.verifier.environment ? env.own.env : env.environment.env,
      solution: env.solution.env,
    },
    notices: [...new Set(notices)],
  });
  return { spec, dir: folder, impliedNetwork: network.implied, hasSpec: hasFile(files, 'spec.yaml') };
}

function taskError(folder: string, problems: Problem[]): AssayError {
  return inputError(`the task ${show(basename(folder))} cannot be used`, { problems });
}

function nameOf(toml: TaskToml, folder: string, document: PlacedValue) {
  const fullName = toml.task?.name ?? basename(folder);
  const id = toml.task?.name.split('/')[1] ?? fullName;
  // The id becomes a part of file names, so a folder's name is held to the rule of [task].name.
  const fits = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(id) && !id.includes('..');
  const problem = problemAt(
    document,
    toml.task ? ['task', 'name'] : [],
    `${show(id)} cannot name a task: letters, digits, ".", "_" and "-", starting with a letter or digit, at most 200`,
    toml.task ? 'choose another name' : 'rename the folder, or add [task] with name = "organisation/name"',
  );
  return { id, fullName, problems: fits ? [] : [problem] };
}

async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  return facts?.isDirectory() ?? false;
}

/** Its rules; null when there is no such file. */
async function readGitignore(folder: string, file: (path: string) => string): Promise<string | null> {
  const path = join(folder, '.gitignore');
  const present = (await readdir(folder)).includes('.gitignore');
  return present
    ? readTextFile(path, { maxBytes: maxTextBytes, within: folder, file: file('.gitignore') })
    : null;
}
