import { type Pool, pairByKey } from './pool.ts';
import type { Site } from './site.ts';

/**
 * First stage: what stands at the same place. Code that nobody touched, below a rule that says the same of it, is the
 * surest sign that there is; it comes before all others so that no copy is taken for its original.
 *
 * The last pass allows another message, for a rule often says the same in other words when code elsewhere changed (the
 * type of a variable, the other end of a clone). It needs the very column: two names on one unchanged line are two
 * findings.
 */
export function pairSamePlace(pool: Pool): void {
  pairByKey(pool, (site) => keyOf(wholeOf(site) ?? placeOf(site), site, site.exact));
  pairByKey(pool, (site) => keyOf(wholeOf(site, 'file') ?? placeOf(site), site, site.normal));
  pairByKey(pool, (site) => (site.offset === null ? null : keyOf(placeOf(site), site, null)));
}

function keyOf(place: string | null, { kind }: Site, message: number | null): string | null {
  // The place holds a path, and so comes last.
  return place === null ? null : `${kind} ${message} ${place}`;
}

/**
 * Findings about a file or the project as a whole have no other place. Of the project nothing but the exact message
 * tells two of them apart, so that numbers count there.
 */
function wholeOf({ file, line }: Site, only?: 'file'): string | null {
  if (line !== null) return null;
  if (file === null) return only === undefined ? 'project' : null;
  return `file ${file}`;
}

/** Where a finding's line stands in the candidate, if the line itself is unchanged. */
function placeOf({ side, state, map, file, line, offset, hunk }: Site): string | null {
  if (line === null || state === 'apart' || hunk !== null) return null;
  if (map === null) return `${line} ${offset} ${file}`;
  const lines = map[side]?.normal.length ?? 0;
  // Behind the last line stands the end of the file, on both sides.
  if (line >= lines) return `end ${offset} ${file}`;
  const now = side === 'before' ? map.toAfter(line) : line;
  return now === null ? null : `${now} ${offset} ${file}`;
}
