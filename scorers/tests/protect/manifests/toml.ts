import { isDeepStrictEqual } from 'node:util';
import { parseTOML } from 'toml-eslint-parser';
import { AssayError } from '../../../../harness/domain/errors.ts';
import { parseTomlWithPlaces } from '../../../../harness/plan/parse-toml.ts';
import type { MergeManifest } from './manifest.ts';

type Key = readonly string[];
type Table = Record<string, unknown>;

interface TomlRules {
  /** Tables, with all that is below them, that are put back. */
  sections: readonly Key[];
  /** Values in tables that are otherwise the candidate's: where one differs, the whole file is put back. */
  values?: readonly Key[];
}

/** Bounds of what the parser is given, far above any honest manifest: it is slow, and slower still on deep keys. */
const most = { characters: 64 * 1024, dotsInLine: 100 };

const pyproject: TomlRules = {
  sections: [
    ...['pytest', 'coverage', 'tox', 'nox', 'nose2', 'unittest', 'hypothesis', 'poe', 'taskipy', 'pixi'],
    // Which packages stand in for those of the lock file when the tests are started through uv.
    'uv',
  ]
    .map((tool) => ['tool', tool])
    .concat([
      ['tool', 'hatch', 'envs'],
      ['tool', 'pdm', 'scripts'],
      ['tool', 'rye', 'scripts'],
    ]),
};

const cargo: TomlRules = {
  sections: [['test'], ['profile', 'test'], ['patch'], ['replace'], ['dev-dependencies']],
  values: [
    ['package', 'autotests'],
    ['lib', 'test'],
    ['lib', 'harness'],
  ],
};

export const mergePyproject: MergeManifest = (base, candidate) =>
  mergeToml(base ?? '', candidate ?? '', pyproject);
export const mergeCargo: MergeManifest = (base, candidate) => mergeToml(base ?? '', candidate ?? '', cargo);

/**
 * Puts sections back by their text, so that the rest stays byte for byte; then reads the outcome, and believes it only
 * where the sections hold exactly what they hold in the base, and the rest what it holds in the candidate's.
 */
function mergeToml(base: string, candidate: string, { sections, values = [] }: TomlRules) {
  const [before, after] = [parse(base), parse(candidate)];
  if (before === null || after === null) return 'base';
  const agree = (one: Table, other: Table, keys: readonly Key[]) =>
    keys.every((key) => isDeepStrictEqual(valueAt(one, key), valueAt(other, key)));
  if (!agree(before, after, values)) return 'base';
  if (agree(before, after, sections)) return 'candidate';
  const text = joinChunks(chunksOf(base, sections), chunksOf(candidate, sections));
  const merged = parse(text);
  const isTrue =
    merged !== null &&
    agree(merged, before, sections) &&
    isDeepStrictEqual(without(merged, sections), without(after, sections));
  return isTrue ? { text } : 'base';
}

function parse(text: string): Table | null {
  if (text.length > most.characters) return null;
  if (text.split('\n').some((line) => line.split('.').length > most.dotsInLine)) return null;
  try {
    return parseTomlWithPlaces(text, '').value as Table;
  } catch (error) {
    if (error instanceof AssayError) return null;
    throw error;
  }
}

interface Chunk {
  text: string;
  isSection: boolean;
}

/** The text from one table's header to the next; what comes before the first is a chunk as well. */
function chunksOf(text: string, sections: readonly Key[]): Chunk[] {
  const tables = parseTOML(text, { tomlVersion: '1.0' }).body[0].body.filter(
    (node) => node.type === 'TOMLTable',
  );
  const starts = tables.map((table) => table.range[0]);
  return [
    { text: text.slice(0, starts[0]), isSection: false },
    ...tables.map((table, index) => ({
      text: text.slice(starts[index], starts[index + 1]),
      isSection: sections.some((section) => section.every((name, at) => table.resolvedKey[at] === name)),
    })),
  ];
}

/** The base's sections in the place of the candidate's first one, else at the end. */
function joinChunks(base: readonly Chunk[], candidate: readonly Chunk[]): string {
  const sections = base.filter(({ isSection }) => isSection);
  const first = candidate.findIndex(({ isSection }) => isSection);
  const at = first < 0 ? candidate.length : first;
  const rest = (chunks: readonly Chunk[]) => chunks.filter(({ isSection }) => !isSection);
  return [...rest(candidate.slice(0, at)), ...sections, ...rest(candidate.slice(at))].reduce(
    (whole, { text }) => whole + (whole === '' || whole.endsWith('\n') ? '' : '\n') + text,
    '',
  );
}

function valueAt(table: unknown, [name, ...inner]: Key): unknown {
  if (name === undefined || table === undefined) return table;
  const isHolder = typeof table === 'object' && table !== null && Object.hasOwn(table, name);
  return isHolder ? valueAt((table as Table)[name], inner) : undefined;
}

/** A copy without the values at these keys, and without tables that hold nothing but them. */
function without(table: Table, keys: readonly Key[]): Table {
  const entries = Object.entries(table).flatMap(([name, value]): [string, unknown][] => {
    const inner = keys.filter(([first]) => first === name).map(([, ...rest]) => rest);
    if (inner.some((rest) => rest.length === 0)) return [];
    if (inner.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value))
      return [[name, value]];
    const left = without(value as Table, inner);
    return Object.keys(left).length > 0 ? [[name, left]] : [];
  });
  return Object.fromEntries(entries);
}
