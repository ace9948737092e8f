import { lstat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Problem } from '../../harness/domain/errors.ts';
import { parseYamlWithPlaces } from '../../harness/plan/parse-yaml.ts';
import { type PlacedValue, problemAt, show, showPath } from '../../harness/plan/place.ts';
import { readTextFile } from '../../harness/plan/read-file.ts';
import { problemsOf } from '../../harness/plan/zod-problems.ts';
import { type PlacedRequirement, requirementsOf, takenIds } from './load/checks-of.ts';
import { checkProblems, specProblems } from './load/contradictions.ts';
import { readNamed, specError } from './load/named-content.ts';
import { filesOfCheck, type NamedFile } from './load/named-files.ts';
import { SpecFile, specLimits } from './schema.ts';
import { dependenciesId, type Spec, scopeId } from './spec.ts';

const fileName = 'spec.yaml';

/** Whether a task has a spec, be it one that cannot be used. */
export async function hasSpec(taskDir: string): Promise<boolean> {
  return exists(join(taskDir, fileName));
}

/** A spec with all that it was read from. */
export interface ReadSpec {
  spec: Spec;
  /** Its requirements and checks with their places in the document. */
  placed: PlacedRequirement[];
  document: PlacedValue;
  text: string;
  /** Every file that it names, by its name, and where it names it. */
  files: ReadonlyMap<string, Buffer>;
  named: readonly NamedFile[];
}

/**
 * Reads a task's `spec.yaml` and every file that it names. Throws AssayError `input` with every problem found, each with
 * file, line, field and fix.
 */
export async function loadSpec(taskDir: string): Promise<Spec> {
  return (await readSpec(join(taskDir, fileName))).spec;
}

/** The same of a spec at any place, with what it was read from; what it names is relative to its folder. */
export async function readSpec(path: string): Promise<ReadSpec> {
  const folder = dirname(resolve(path));
  const file = showPath(join(folder, basename(path)));
  const text = await readTextFile(path, { maxBytes: specLimits.bytes, within: folder, file });
  const document = parseYamlWithPlaces(text, file);
  const { spec, placed, named, problems } = checkSpec(document);
  const isTask = await exists(join(folder, 'task.toml'));
  const read = await readNamed(folder, named, { document, isTask });
  problems.push(...read.problems);
  if (spec === null || problems.length > 0) throw specError(file, inOrder(problems));
  return { spec, placed, document, text, files: read.files, named };
}

/**
 * Reads a spec from its text; `file` names it in problems. Of the files that it names only `exists` is asked, where it is
 * given. Throws as `loadSpec` does.
 */
export function parseSpec(
  text: string,
  file: string,
  { exists: isThere }: { exists?: (path: string) => boolean } = {},
): Spec {
  const document = parseYamlWithPlaces(text, file);
  const { spec, named, problems } = checkSpec(document);
  for (const { name, field } of named)
    if (isThere?.(name) === false)
      problems.push(
        problemAt(document, field, `${show(name)} does not exist`, 'create it, or correct the path'),
      );
  if (spec === null || problems.length > 0) throw specError(file, inOrder(problems));
  return spec;
}

interface Checked {
  /** null where the file as a whole is refused. */
  spec: Spec | null;
  placed: PlacedRequirement[];
  named: NamedFile[];
  problems: Problem[];
}

function checkSpec(document: PlacedValue): Checked {
  const parsed = SpecFile.safeParse(document.value);
  const problems = parsed.success ? [] : problemsOf(parsed.error, document, SpecFile);
  const { requirements: placed, problems: ofChecks } = requirementsOf(document);
  problems.push(...ofChecks, ...takenIds(document, placed, [scopeId, dependenciesId]));
  const given: unknown = document.value;
  const hasService = typeof given === 'object' && given !== null && 'service' in given;
  const checks = placed.flatMap((each) => each.checks);
  for (const each of checks) problems.push(...checkProblems(document, each, hasService));
  if (parsed.success) problems.push(...specProblems(document, parsed.data, placed));
  const named = checks.flatMap(({ check, path }) => filesOfCheck(check, path));
  for (const [index, { patch }] of (parsed.data?.controls ?? []).entries())
    named.push({ name: patch, field: ['controls', index, 'patch'], use: 'patch' });
  const requirements = placed.map(({ requirement }) => requirement);
  return { spec: parsed.success ? { file: parsed.data, requirements } : null, placed, named, problems };
}

/** By line, each once: a union may say the same of each of its branches. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...distinct.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

async function exists(path: string): Promise<boolean> {
  const facts = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  return facts !== null;
}
