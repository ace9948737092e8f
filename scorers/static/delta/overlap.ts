import { type Pool, pairByKey } from './pool.ts';
import type { Site } from './site.ts';

/** Of the longer of both. */
const minShared = 0.5;

/**
 * Last stage: findings about a range of lines, without a column, such as clones. What they point at is the range and not
 * its first line: an edit at its edge lets it begin a line earlier or later. Both must be the same range for the most
 * part, counted in lines that are unchanged.
 */
export function pairOverlapping(pool: Pool): void {
  pairByKey(
    pool,
    (site) => (rangeOf(site) === null ? null : `${site.kind} ${site.normal} ${site.file}`),
    (before, after) => shared(rangeOf(before), rangeOf(after)) >= minShared,
  );
}

/** Lines of the candidate, the last one included; null where it is no range that can be found again. */
function rangeOf({ finding, side, state, map, line }: Site): [number, number] | null {
  const { startColumn, endLine } = finding;
  if (line === null || startColumn !== null || endLine === null || endLine - 1 <= line) return null;
  if (state === 'apart') return null;
  if (side === 'after' || map === null) return [line, endLine - 1];
  const [first, last] = [map.nextUnchanged(line), map.nextUnchanged(endLine)];
  // The line behind the range is not part of it.
  return first < last ? [first, last - 1] : null;
}

function shared(a: [number, number] | null, b: [number, number] | null): number {
  if (a === null || b === null) return 0;
  const common = Math.min(a[1], b[1]) - Math.max(a[0], b[0]) + 1;
  return common / (Math.max(a[1] - a[0], b[1] - b[0]) + 1);
}
