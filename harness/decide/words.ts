import type { Criterion } from '../domain/policy.ts';
import { type Contender, digestCriterion } from './eliminate.ts';

/** How a measure is spoken of: a verb before the number, one or many things behind it. */
const phrases: Readonly<Record<string, { verb?: string; one: string; many: string }>> = {
  'tests.passed': { verb: 'passed', one: 'test', many: 'tests' },
  'tests.failed': { verb: 'failed', one: 'test', many: 'tests' },
  'diff.lines': { one: 'line', many: 'lines' },
  'diff.files': { one: 'file', many: 'files' },
  'diff.added': { one: 'line added', many: 'lines added' },
  'diff.deleted': { one: 'line deleted', many: 'lines deleted' },
};

/** At most four significant digits, no locale. */
export function formatNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

/** "118 lines", "passed 41 tests", "the same 41 tests", "tests.score 0.9", "no tests.passed". */
function spoken(measure: string, value: number | undefined, before = ''): string {
  if (value === undefined) return `no ${measure}`;
  const phrase = phrases[measure];
  if (phrase === undefined) return `${before}${measure} ${formatNumber(value)}`;
  const verb = phrase.verb === undefined ? '' : `${phrase.verb} `;
  return `${verb}${before}${formatNumber(value)} ${value === 1 ? phrase.one : phrase.many}`;
}

/** "118 lines against 23". */
function difference(measure: string, own: number | undefined, other: number | undefined): string {
  return `${spoken(measure, own)} against ${other === undefined ? 'none measured' : formatNumber(other)}`;
}

/** "passed the same 41 tests", "95 lines against 91, within 10 %". null where there is nothing to say. */
function agreement(criterion: Criterion, own: number | undefined, other: number | undefined): string | null {
  if (own === undefined || other === undefined) return null;
  if (own !== other) return `${difference(criterion.measure, own, other)}, within ${tolerated(criterion)}`;
  return spoken(criterion.measure, own, 'the same ');
}

function tolerated(criterion: Criterion): string {
  return typeof criterion.tolerance === 'number'
    ? `${formatNumber(criterion.tolerance * 100)} %`
    : formatNumber(criterion.tolerance.absolute);
}

/**
 * What separates two candidates: what they agree on up to the criterion that separated them, then the difference.
 * "passed the same 41 tests; 118 lines against 23".
 */
export function separationInWords(
  own: Contender,
  other: Contender,
  order: readonly Criterion[],
  separatedBy: string,
): string {
  const parts: string[] = [];
  for (const criterion of order) {
    const values = [own.measures.get(criterion.measure), other.measures.get(criterion.measure)] as const;
    if (criterion.measure === separatedBy) {
      parts.push(difference(criterion.measure, ...values));
      break;
    }
    // A score says in one number what the counts behind it say better.
    const same = criterion.measure.endsWith('.score') ? null : agreement(criterion, ...values);
    if (same !== null) parts.push(same);
  }
  if (separatedBy === digestCriterion)
    parts.push('equal by every criterion, so the smaller digest goes first');
  return parts.join('; ');
}
