import type { z } from 'zod';
import { AssayError, type Problem } from '../domain/errors.ts';
import type { LoadedTask } from '../domain/task.ts';
import { type PlacedValue, problemAt, show, valueAt } from './place.ts';
import { nearest } from './suggest.ts';
import { problemsOf } from './zod-problems.ts';

/** What an adapter gets when it opens its entry. */
interface EntryContext {
  suiteDir: string;
  taskIds: readonly string[];
  notice: (text: string) => void;
}

/** One kind of agent, as far as loading a suite needs to know it. */
export interface AdapterLike<Source> {
  name: string;
  schema: z.ZodType;
  open(entry: unknown, context: EntryContext): Promise<Source[]>;
}

/** One kind of scorer, as far as loading a suite needs to know it. */
export interface ScorerKindLike<Scorer> {
  name: string;
  schema: z.ZodType;
  open(entry: unknown, context: { suiteDir: string }): Scorer | Promise<Scorer>;
  checkTask?(task: LoadedTask): Promise<void>;
}

/** An entry that its own kind's schema has accepted. */
export interface CheckedEntry<Kind> {
  index: number;
  kind: Kind;
  entry: unknown;
}

/**
 * Says that a field of an entry in `suite.yaml` is wrong, from code that does not know where the entry stands: the
 * suite's loader puts file, line and the entry's place before it. `field` is relative to the entry.
 */
export function entryProblem(field: string, message: string, fix: string): Problem {
  return { file: '', field, message, fix };
}

/** Checks each `agents:` entry with its adapter's schema. */
export function checkAgents<Kind extends { name: string; schema: z.ZodType }>(
  document: PlacedValue,
  adapters: readonly Kind[],
): { entries: CheckedEntry<Kind>[]; problems: Problem[] } {
  return check(document, 'agents', 'adapter', adapters, (raw) => raw);
}

/** Checks each `scorers:` entry (a bare name stands for `{name}`) with its kind's schema. */
export function checkScorers<Kind extends { name: string; schema: z.ZodType }>(
  document: PlacedValue,
  kinds: readonly Kind[],
  fallback: readonly unknown[],
): { entries: CheckedEntry<Kind>[]; problems: Problem[] } {
  const named = (raw: unknown) => (typeof raw === 'string' ? { name: raw } : raw);
  return check(document, 'scorers', 'name', kinds, named, fallback);
}

function check<Kind extends { name: string; schema: z.ZodType }>(
  document: PlacedValue,
  list: 'agents' | 'scorers',
  key: 'adapter' | 'name',
  kinds: readonly Kind[],
  normalise: (raw: unknown) => unknown,
  fallback: readonly unknown[] = [],
): { entries: CheckedEntry<Kind>[]; problems: Problem[] } {
  const written = valueAt(document.value, [list]) ?? fallback;
  const entries: CheckedEntry<Kind>[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of (Array.isArray(written) ? written : []).entries()) {
    const name = valueAt(normalise(raw), [key]);
    if (typeof name !== 'string') continue; // The suite's own schema has said so.
    const kind = kinds.find((candidate) => candidate.name === name);
    if (kind === undefined) {
      const place = typeof raw === 'string' ? [list, index] : [list, index, key];
      problems.push(unknownKind(document, place, key === 'name' ? 'scorer' : key, name, kinds));
      continue;
    }
    const parsed = kind.schema.safeParse(normalise(raw));
    if (parsed.success) entries.push({ index, kind, entry: parsed.data });
    else problems.push(...problemsOf(parsed.error, document, kind.schema, [list, index]));
  }
  return { entries, problems };
}

function unknownKind(
  document: PlacedValue,
  place: (string | number)[],
  what: string,
  name: string,
  kinds: readonly { name: string }[],
): Problem {
  const known = kinds.map((kind) => kind.name).sort();
  const meant = nearest(name, known);
  const fix = meant === undefined ? `use one of: ${known.join(', ')}` : `did you mean "${meant}"?`;
  return problemAt(document, place, `there is no ${what} ${show(name)}`, fix);
}

/** Runs an entry's `open`; its complaints come back with the entry's place in the suite. */
export async function openEntry<T>(
  document: PlacedValue,
  path: (string | number)[],
  open: () => T | Promise<T>,
): Promise<{ opened: T } | { problems: Problem[] }> {
  try {
    return { opened: await open() };
  } catch (error) {
    if (!(error instanceof AssayError) || error.kind !== 'input') throw error;
    if (error.problems.length === 0)
      return { problems: [problemAt(document, path, error.message, error.fix)] };
    return { problems: error.problems.map((problem) => placed(document, path, problem)) };
  }
}

function placed(document: PlacedValue, path: (string | number)[], problem: Problem): Problem {
  if (problem.file !== '') return problem;
  const steps = [...(problem.field ?? '').matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? (name ?? '') : Number(index),
  );
  return problemAt(document, [...path, ...steps], problem.message, problem.fix);
}
