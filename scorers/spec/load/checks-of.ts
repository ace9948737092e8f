import type { Problem } from '../../../harness/domain/errors.ts';
import { type FieldPath, type PlacedValue, problemAt, show, valueAt } from '../../../harness/plan/place.ts';
import { suggestion } from '../../../harness/plan/suggest.ts';
import { problemsOf } from '../../../harness/plan/zod-problems.ts';
import { type CheckKind, checkKinds, specLimits } from '../schema.ts';
import type { SpecCheck, SpecRequirement } from '../spec.ts';

/** A check and where what it says stands in the document. */
export interface PlacedCheck {
  check: SpecCheck;
  path: FieldPath;
}

/** A requirement as far as it could be read, and where it stands. */
export interface PlacedRequirement {
  requirement: SpecRequirement;
  path: FieldPath;
  checks: PlacedCheck[];
}

const kinds = Object.keys(checkKinds) as CheckKind[];
const groups = { criteria: 'criterion', invariants: 'invariant' } as const;

/**
 * The requirements of a document, criteria first, each check parsed by its own kind's schema. What the schema of the
 * whole file has to refuse is passed over; everything else that is wrong is among the problems.
 */
export function requirementsOf(document: PlacedValue): {
  requirements: PlacedRequirement[];
  problems: Problem[];
} {
  const problems: Problem[] = [];
  const requirements = (['criteria', 'invariants'] as const).flatMap((group) => {
    const listed = valueAt(document.value, [group]);
    return (Array.isArray(listed) ? listed.slice(0, specLimits.requirements) : []).flatMap(
      (value: unknown, index): PlacedRequirement[] => {
        const path = [group, index];
        const [id, says] = [valueAt(value, ['id']), valueAt(value, ['says'])];
        if (typeof id !== 'string') return [];
        const checks = placesOfChecks(document, path, problems).flatMap((place, at, all) => {
          const checkId = all.length === 1 ? id : `${id}/${at + 1}`;
          const check = checkAt(document, place, checkId, problems);
          return check === null ? [] : [check];
        });
        return [
          {
            requirement: {
              id,
              kind: groups[group],
              says: typeof says === 'string' ? says : '',
              checks: checks.map(({ check }) => check),
            },
            path,
            checks,
          },
        ];
      },
    );
  });
  return { requirements, problems };
}

function placesOfChecks(document: PlacedValue, path: FieldPath, problems: Problem[]): FieldPath[] {
  const value = valueAt(document.value, path);
  const [one, several] = [valueAt(value, ['check']), valueAt(value, ['checks'])];
  if (one !== undefined && several !== undefined) {
    const message = 'stands beside checks: only one of the two is read';
    problems.push(problemAt(document, [...path, 'check'], message, 'put all of them under checks'));
  }
  return [
    ...(one === undefined ? [] : [[...path, 'check']]),
    ...(Array.isArray(several)
      ? several.slice(0, specLimits.checks).map((_, index) => [...path, 'checks', index])
      : []),
  ];
}

function checkAt(
  document: PlacedValue,
  place: FieldPath,
  id: string,
  problems: Problem[],
): PlacedCheck | null {
  const value = valueAt(document.value, place);
  // What is no block has been refused with the file.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const refuse = (path: FieldPath, message: string, fix: string) =>
    problems.push(problemAt(document, path, message, fix));
  const unknown = Object.keys(value).filter((key) => !isKind(key));
  for (const key of unknown) refuse([...place, key], 'is no kind of check', suggestion(key, kinds));
  const [kind, ...more] = kinds.filter((key) => Object.hasOwn(value, key));
  if (kind === undefined) {
    if (unknown.length === 0) refuse(place, 'says nothing to check', `write one of: ${kinds.join(', ')}`);
    return null;
  }
  if (more.length > 0) {
    const fix = 'make each a check of its own, in a list under checks';
    refuse(place, `has ${more.length + 1} kinds: ${[kind, ...more].join(', ')}`, fix);
    return null;
  }
  const path = [...place, kind];
  const schema = checkKinds[kind];
  const given = valueAt(value, [kind]);
  if (given === null) {
    refuse(path, 'has no value', `write what the ${kind} check is to ask, indented below it`);
    return null;
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    problems.push(...problemsOf(parsed.error, document, schema, path));
    return null;
  }
  return { check: { id, kind, given: parsed.data } as SpecCheck, path };
}

function isKind(key: string): key is CheckKind {
  return Object.hasOwn(checkKinds, key);
}

/** Ids that stand twice, also across criteria and invariants, and those that are kept for other requirements. */
export function takenIds(
  document: PlacedValue,
  requirements: readonly PlacedRequirement[],
  reserved: readonly string[],
): Problem[] {
  const first = new Map<string, FieldPath>();
  return requirements.flatMap(({ requirement: { id }, path }) => {
    const field = [...path, 'id'];
    if (reserved.includes(id)) {
      const message = `${show(id)} is the id of the spec's own block of that name`;
      return [problemAt(document, field, message, 'choose another id')];
    }
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, path);
      return [];
    }
    const message = `${show(id)} is also the id of ${String(before[0])}[${String(before[1])}]`;
    return [problemAt(document, field, message, 'choose another id')];
  });
}
