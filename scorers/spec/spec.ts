import type { CheckKind, GivenCheck, SpecFile } from './schema.ts';

/** One check of a requirement, its kind told. */
export type SpecCheck = {
  [Kind in CheckKind]: { id: string; kind: Kind; given: GivenCheck<Kind> };
}[CheckKind];

/** A criterion or invariant. */
export interface SpecRequirement {
  id: string;
  kind: 'criterion' | 'invariant';
  says: string;
  /** Ids: the requirement's own for one check, `<id>/1`, `<id>/2`, … for several. Empty: it is unverified. */
  checks: SpecCheck[];
}

/** A spec that was read and found in order. Requirements in the file's order, criteria before invariants. */
export interface Spec {
  file: SpecFile;
  requirements: SpecRequirement[];
}

/** Ids of the two requirements that are no criteria. */
export const scopeId = 'scope';
export const dependenciesId = 'dependencies';
