import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { printableJson } from '../../../reports/escape.ts';
import { lintSpec } from '../../../scorers/spec/lint/lint-spec.ts';
import { hasSpec, readSpec } from '../../../scorers/spec/load-spec.ts';
import { AssayError, inputError } from '../../domain/errors.ts';
import { findTasks } from '../../plan/find-tasks.ts';
import { parseYamlWithPlaces } from '../../plan/parse-yaml.ts';
import { showPath } from '../../plan/place.ts';
import { readTextFile } from '../../plan/read-file.ts';
import { paintFor } from '../view/paint.ts';
import { type LintedFile, specLintText } from '../view/spec-lint-text.ts';

/** `assay spec lint`: 2 when a spec cannot be used, else 1 when one has a finding of level error, else 0. */
export async function specLintCommand(
  paths: readonly string[],
  options: { json?: boolean },
): Promise<number> {
  const specs = new Set<string>();
  const without = new Set<string>();
  for (const path of paths) {
    const found = await specsAt(path);
    for (const spec of found.specs) specs.add(spec);
    for (const task of found.without) without.add(showPath(task));
  }
  const files: LintedFile[] = [];
  for (const spec of specs) files.push(await lintFile(spec));
  const tasks = [...without];
  process.stdout.write(
    options.json
      ? `${printableJson({ specs: files, without: tasks })}\n`
      : specLintText(files, tasks, { paint: paintFor(process.stdout) }),
  );
  if (files.some(({ problems }) => problems.length > 0)) return 2;
  return files.some(({ findings }) => findings.some(({ level }) => level === 'error')) ? 1 : 0;
}

async function lintFile(path: string): Promise<LintedFile> {
  const file = showPath(path);
  try {
    const findings = await lintSpec(await readSpec(path), { inBase: baseOf(dirname(path)) });
    return { file, problems: [], findings };
  } catch (error) {
    if (!(error instanceof AssayError) || error.problems.length === 0) throw error;
    return { file, problems: error.problems, findings: [] };
  }
}

interface Found {
  specs: string[];
  /** Tasks that have none. */
  without: string[];
}

/** The specs that a path stands for: a spec itself, a task's, or those of a suite's tasks. */
async function specsAt(path: string): Promise<Found> {
  const place = resolve(path);
  const facts = statSync(place, { throwIfNoEntry: false });
  if (facts === undefined)
    throw inputError(`${path} does not exist`, { fix: 'name a task, a suite or a spec.yaml' });
  if (!facts.isDirectory())
    return basename(place) === 'suite.yaml' ? specsOfSuite(dirname(place)) : { specs: [place], without: [] };
  if (await hasSpec(place)) return { specs: [join(place, 'spec.yaml')], without: [] };
  if (existsSync(join(place, 'suite.yaml'))) return specsOfSuite(place);
  throw inputError(`${path} has no spec.yaml`, {
    fix: existsSync(join(place, 'task.toml'))
      ? `draft one: assay spec init ${path}`
      : 'name a task, a suite or a spec.yaml',
  });
}

async function specsOfSuite(dir: string): Promise<Found> {
  const path = join(dir, 'suite.yaml');
  const file = showPath(path);
  const document = parseYamlWithPlaces(await readTextFile(path, { maxBytes: 1024 ** 2, file }), file);
  const patterns = patternsOf(document.value);
  if (patterns.length === 0)
    throw inputError(`${file} names no tasks`, { fix: 'add tasks: with a glob of task folders' });
  const { folders, problems } = await findTasks(dir, patterns, document);
  if (problems.length > 0) throw inputError(`the tasks of ${file} cannot be found`, { problems });
  const found: Found = { specs: [], without: [] };
  for (const folder of folders) {
    if (await hasSpec(folder)) found.specs.push(join(folder, 'spec.yaml'));
    else found.without.push(folder);
  }
  if (found.specs.length === 0)
    throw inputError(`no task of ${file} has a spec.yaml`, { fix: 'draft one: assay spec init TASK' });
  return found;
}

function patternsOf(suite: unknown): string[] {
  const tasks = typeof suite === 'object' && suite !== null && 'tasks' in suite ? suite.tasks : undefined;
  return (Array.isArray(tasks) ? tasks : [tasks]).filter((each) => typeof each === 'string');
}

/** What a task's environment holds, which is what most tasks' workspaces begin with; nothing is known of the rest. */
function baseOf(taskDir: string): (path: string) => boolean | null {
  const environment = join(taskDir, 'environment');
  const isFolder = statSync(environment, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const names = isFolder ? readdirSync(environment) : [];
  const isKnown = names.some((name) => !/^(?:Dockerfile|docker-compose\.ya?ml|\..*)$/.test(name));
  return (path) => (isKnown ? existsSync(join(environment, path)) : null);
}
