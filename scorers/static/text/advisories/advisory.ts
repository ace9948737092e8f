import type { Ecosystem } from '../../../spec/dependencies/model.ts';

/** Something that is known of versions of one package. */
export interface Advisory {
  id: string;
  summary: string;
  ecosystem: Ecosystem;
  /** In the ecosystem's normal form. */
  name: string;
  /** `critical`, `high`, `moderate`, `low`; null where nobody says. */
  severity: Severity | null;
  /** CVSS base score, 0 to 10; null where there is none. */
  score: number | null;
  url: string | null;
  affects(version: string): boolean;
}

export type Severity = 'critical' | 'high' | 'moderate' | 'low';

/** What databases call them, in lower case. */
export function severityOf(text: string | null | undefined): Severity | null {
  const name = text?.toLowerCase();
  if (name === 'medium') return 'moderate';
  return name === 'critical' || name === 'high' || name === 'moderate' || name === 'low' ? name : null;
}

/** Qualitative rating of a score: section 5 of the CVSS v3.1 specification. */
export function ratingOf(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  return score >= 4 ? 'moderate' : 'low';
}
