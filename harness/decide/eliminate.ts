import type { Digest } from '../domain/digest.ts';
import { compareText } from '../domain/order.ts';
import type { Criterion, Tolerance } from '../domain/policy.ts';
import type { TraceStep } from '../domain/selection.ts';

/** A distinct candidate as the ranking sees it: its digest and the numbers that were measured on it. */
export interface Contender {
  candidate: Digest;
  measures: ReadonlyMap<string, number>;
}

/** The name under which the last criterion, the candidate's digest, stands in a trace. */
export const digestCriterion = 'digest';

/** How one rank was filled. */
export interface Round<C extends Contender> {
  chosen: C;
  steps: TraceStep[];
  /** For every other contender: the criterion that eliminated it in this round. */
  eliminatedBy: Map<Digest, string>;
}

/**
 * Ranks contenders by elimination: at each criterion those within its tolerance of the best survive, the survivor
 * takes the rank, is removed, and the rest begins again. Comparing in pairs with tolerances is not transitive; this
 * is deterministic and each rank can be explained. Candidates must be distinct. O(n² · criteria).
 */
export function* eliminate<C extends Contender>(
  contenders: readonly C[],
  order: readonly Criterion[],
): Generator<Round<C>> {
  const remaining = [...contenders].sort(byDigest);
  while (remaining.length > 0) {
    const round = fillRank(remaining, order);
    remaining.splice(remaining.indexOf(round.chosen), 1);
    yield round;
  }
}

/** `contenders` are sorted by digest and not empty. */
function fillRank<C extends Contender>(contenders: readonly C[], order: readonly Criterion[]): Round<C> {
  const steps: TraceStep[] = [];
  const eliminatedBy = new Map<Digest, string>();
  let left = contenders;
  for (const criterion of order) {
    if (left.length === 1) break;
    const best = bestOf(left, criterion);
    const survivors = best === null ? left : left.filter((contender) => isNear(contender, criterion, best));
    if (survivors.length < left.length) {
      const kept = new Set(survivors);
      for (const contender of left)
        if (!kept.has(contender)) eliminatedBy.set(contender.candidate, criterion.measure);
    }
    steps.push({ criterion: criterion.measure, best, compared: left.length, survivors: survivors.length });
    left = survivors;
  }
  const [chosen, ...tied] = left;
  if (chosen === undefined) throw new RangeError('a round needs at least one contender');
  if (tied.length > 0) {
    steps.push({ criterion: digestCriterion, best: null, compared: left.length, survivors: 1 });
    for (const contender of tied) eliminatedBy.set(contender.candidate, digestCriterion);
  }
  return { chosen, steps, eliminatedBy };
}

/** null where no contender has the measure: then the criterion separates nobody. */
function bestOf(contenders: readonly Contender[], criterion: Criterion): number | null {
  let best: number | null = null;
  for (const contender of contenders) {
    const value = contender.measures.get(criterion.measure);
    if (value === undefined) continue;
    if (best === null || (criterion.better === 'higher' ? value > best : value < best)) best = value;
  }
  return best;
}

/** What was not measured is never as good as what was. */
function isNear(contender: Contender, criterion: Criterion, best: number): boolean {
  const value = contender.measures.get(criterion.measure);
  return value !== undefined && Math.abs(value - best) <= margin(criterion.tolerance, best);
}

/** Width of the tolerance in the measure's own unit. */
function margin(tolerance: Tolerance, best: number): number {
  return typeof tolerance === 'number' ? tolerance * Math.abs(best) : tolerance.absolute;
}

function byDigest(a: Contender, b: Contender): number {
  return compareText(a.candidate, b.candidate);
}
