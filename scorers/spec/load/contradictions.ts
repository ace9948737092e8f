import { validRange as validPythonRange } from '@renovatebot/pep440';
import semver from 'semver';
import satisfies from 'spdx-satisfies';
import { AssayError, type Problem } from '../../../harness/domain/errors.ts';
import { type FieldPath, type PlacedValue, problemAt, show } from '../../../harness/plan/place.ts';
import { suggestion } from '../../../harness/plan/suggest.ts';
import { parseGlob } from '../../tests/protect/glob.ts';
import type { GivenCheck, SpecFile } from '../schema.ts';
import { languageNamed } from '../search/languages.ts';
import { dependenciesId, type SpecCheck, scopeId } from '../spec.ts';
import type { PlacedCheck, PlacedRequirement } from './checks-of.ts';
import { compileJsonSchema } from './json-schema.ts';
import { languageOf } from './language.ts';

type Refuse = (path: FieldPath, message: string, fix: string) => void;

/** What a spec's schema lets pass and nothing could be done with; named files are not looked at. */
export function specProblems(
  document: PlacedValue,
  file: SpecFile,
  requirements: readonly PlacedRequirement[],
): Problem[] {
  const problems: Problem[] = [];
  const refuse: Refuse = (path, message, fix) => problems.push(problemAt(document, path, message, fix));
  globs(refuse, file.scope?.allow ?? [], ['scope', 'allow']);
  globs(refuse, file.scope?.deny ?? [], ['scope', 'deny']);
  const generated = file.scope?.generated;
  if (typeof generated === 'object') globs(refuse, generated.allow, ['scope', 'generated', 'allow']);
  dependencies(refuse, file);
  controls(refuse, file, requirements);
  return problems;
}

/** The same of one check. */
export function checkProblems(
  document: PlacedValue,
  { check, path }: PlacedCheck,
  hasService: boolean,
): Problem[] {
  const problems: Problem[] = [];
  const refuse: Refuse = (field, message, fix) =>
    problems.push(problemAt(document, [...path, ...field], message, fix));
  if (asksService(check) && !hasService)
    refuse([], 'there is no service to ask', 'add service: with command and port, beside criteria');
  switch (check.kind) {
    case 'command':
      if (check.given.command === undefined) refuse(['command'], 'is missing', 'add command: what to run');
      break;
    case 'pattern':
      if (languageNamed(check.given.language) === null)
        refuse(
          ['language'],
          `ast-grep knows no language ${show(check.given.language)}`,
          'write it as ast-grep does: TypeScript, Tsx, JavaScript, Python, …',
        );
      globs(refuse, check.given.files ?? [], ['files']);
      break;
    case 'export':
      exported(refuse, check.given);
      break;
    case 'property':
      property(refuse, check.given);
      break;
    case 'schema':
      schema(refuse, check.given);
      break;
    default:
      break;
  }
  return problems;
}

function asksService({ kind, given }: SpecCheck): boolean {
  return kind === 'request' || kind === 'steps' || (kind === 'schema' && 'request' in given.of);
}

function globs(refuse: Refuse, given: readonly string[], path: FieldPath): void {
  for (const [index, glob] of given.entries()) {
    if (glob.startsWith('/') || /[\\\p{Cc}]/u.test(glob) || glob.split('/').includes('..')) {
      const message = `${show(glob)} must be relative to the workspace, without "..", "\\" and control characters`;
      refuse([...path, index], message, 'correct the glob');
      continue;
    }
    try {
      parseGlob(glob);
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      refuse(
        [...path, index],
        error.message,
        'write alternatives in braces, {a,b}, or as globs of their own',
      );
    }
  }
}

function language(refuse: Refuse, path: string, said: string | undefined, field: FieldPath): void {
  const told = languageOf(path);
  if (told === null && said === undefined)
    refuse(
      field,
      `${show(path)} does not tell its language`,
      'add language: typescript, javascript or python',
    );
  if (told !== null && said !== undefined && (told === 'python') !== (said === 'python'))
    refuse(['language'], `${show(path)} is ${told}, not ${said}`, 'correct one of the two');
}

/** By their names the runners know what they run. */
function property(refuse: Refuse, { file, language: said }: GivenCheck<'property'>): void {
  const told = languageOf(file);
  if (told === null || /\.(?:[jt]sx|pyi)$/i.test(file))
    refuse(
      ['file'],
      `${show(file)} is no file of tests by its name`,
      'name a .ts, .js or .py file, or .mts, .cjs, …',
    );
  else if (said !== undefined && told !== said)
    refuse(['language'], `${show(file)} is ${told}, not ${said}`, 'correct one of the two');
}

function exported(refuse: Refuse, given: GivenCheck<'export'>): void {
  const { module, name, signature, kind } = given;
  language(refuse, module, given.language, ['module']);
  const isPython = (given.language ?? languageOf(module)) === 'python';
  if (isPython && name.includes('$'))
    refuse(['name'], `${show(name)} is no name in Python`, 'correct the name');
  if (!isPython && signature === undefined && kind === 'type')
    refuse(
      ['kind'],
      'says that a type is meant, but not which',
      'add signature: the type that it must equal',
    );
}

function schema(refuse: Refuse, given: GivenCheck<'schema'>): void {
  const { of, json_schema, openapi } = given;
  if (json_schema === undefined && openapi === undefined)
    refuse([], 'names no schema', 'add json_schema or, for a request, openapi');
  if (json_schema !== undefined && openapi !== undefined)
    refuse(['openapi'], 'stands beside json_schema', 'make each a check of its own');
  if (openapi !== undefined && 'command' in of)
    refuse(['openapi'], 'describes answers to requests, and this asks a command', 'use json_schema');
  if ('command' in of && of.command.command === undefined)
    refuse(['of', 'command', 'command'], 'is missing', 'add command: what to run');
  if (typeof json_schema !== 'object') return;
  const compiled = compileJsonSchema(json_schema);
  if ('message' in compiled) refuse(['json_schema'], compiled.message, 'correct the schema');
}

function dependencies(refuse: Refuse, { dependencies: given }: SpecFile): void {
  if (typeof given?.add === 'object') {
    for (const [name, range] of Object.entries(given.add)) {
      if (semver.validRange(range) !== null || validPythonRange(range)) continue;
      const message = `${show(range)} is no range of versions`;
      refuse(['dependencies', 'add', name], message, 'write one of npm (^1.2.0) or Python (>=1.2,<2)');
    }
  }
  for (const [index, licence] of (given?.licences ?? []).entries()) {
    if (isLicence(licence)) continue;
    const message = `${show(licence)} is no licence of SPDX`;
    refuse(['dependencies', 'licences', index], message, 'write its id of https://spdx.org/licenses/');
  }
}

function isLicence(text: string): boolean {
  try {
    return satisfies(text, [text]);
  } catch {
    // Throws for what it cannot read.
    return false;
  }
}

function controls(refuse: Refuse, file: SpecFile, requirements: readonly PlacedRequirement[]): void {
  const known = [
    ...requirements.map(({ requirement }) => requirement.id),
    ...(file.scope === undefined ? [] : [scopeId]),
    ...(file.dependencies === undefined ? [] : [dependenciesId]),
  ];
  const names = new Set<string>();
  for (const [index, { name, breaks }] of file.controls.entries()) {
    if (names.has(name))
      refuse(['controls', index, 'name'], `${show(name)} stands here twice`, 'choose another name');
    names.add(name);
    for (const [at, id] of breaks.entries())
      if (!known.includes(id))
        refuse(
          ['controls', index, 'breaks', at],
          `${show(id)} is no requirement of this spec`,
          suggestion(id, known),
        );
  }
}
