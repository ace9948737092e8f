import type { FieldPath } from '../../../harness/plan/place.ts';
import type { ReadSpec } from '../load-spec.ts';

/** One thing that may be wrong with a spec. Texts quote the spec. */
export interface LintFinding {
  /** Of the requirement or check; null for the spec as a whole. */
  id: string | null;
  /** `error`: the spec cannot do its work like this. `warning`: most likely not meant. `note`: worth a look. */
  level: 'error' | 'warning' | 'note';
  rule: LintRule;
  message: string;
  fix: string;
  /** 1-based line of the file. */
  line?: number;
}

type LintRule =
  | 'cannot-fail'
  | 'cannot-pass'
  | 'contradiction'
  | 'overlap'
  | 'unverified'
  | 'fill-in'
  | 'placeholder'
  | 'vague'
  | 'says-nothing'
  | 'weak-schema'
  | 'weak-export'
  | 'weak-property'
  | 'weak-scope'
  | 'slow-regex'
  | 'unused'
  | 'visible'
  | 'unproven';

/** A finding whose line is that of a field. */
export type PlacedFinding = Omit<LintFinding, 'line'> & { at: FieldPath };

/** What the rules look at. */
export interface Linted extends ReadSpec {
  /** Whether the base holds a file; null where that is not known. */
  inBase: (path: string) => boolean | null;
}
