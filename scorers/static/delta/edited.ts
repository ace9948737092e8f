import type { LineHunk } from '../../../harness/mutate/line-diff.ts';
import { type Budget, openBudget } from './budget.ts';
import { maskedMessage } from './message.ts';
import { type Pool, pairByKey } from './pool.ts';
import type { Site } from './site.ts';
import { type Alignment, alignTokens } from './token-map.ts';

/** Half of the words of both lines: with less in common, one was not edited but deleted and another one written. */
const minAlike = 0.5;

/**
 * Fourth stage: findings that persist on a line that was edited or wrapped anew. Both must lie in the same hunk, and
 * there at the same token, or in the same short run of tokens that was replaced; and their lines must be alike. It is
 * not enough to be in the same hunk: whoever rewrites a file would make one hunk of it, and every new error in it would
 * stand for some old one.
 *
 * A message may differ in names that are on the line and in numbers, as those of a renamed variable do.
 */
export function pairEdited(pool: Pool): void {
  const alignments = openAlignments(pool, openBudget());
  const places = [
    (site: Site, alignment: Alignment) => alignment.tokenOf(site),
    (site: Site, alignment: Alignment) => alignment.runOf(site),
  ];
  const messages = [
    (site: Site) => site.exact,
    (site: Site, alignment: Alignment) =>
      maskedMessage(site.message, (name) => alignment.isOnLine(site, name)),
  ];
  for (const place of places)
    for (const message of messages)
      pairByKey(
        pool,
        (site) => {
          const alignment = alignments(site);
          const at = alignment === null ? null : place(site, alignment);
          return alignment === null || at === null
            ? null
            : JSON.stringify([site.kind, site.hunk, at, message(site, alignment), site.file]);
        },
        (before, after) => (alignments(before)?.alike(before, after) ?? 0) >= minAlike,
      );
}

/** Compares the tokens of a hunk when first asked; only of hunks that have findings of both sides left. */
function openAlignments(pool: Pool, budget: Budget): (site: Site) => Alignment | null {
  const wanted = new Set(pool.after.flatMap(hunkOf));
  const known = new Map<LineHunk, Alignment | null>();
  for (const site of pool.before)
    for (const hunk of hunkOf(site)) {
      if (!wanted.has(hunk) || known.has(hunk)) continue;
      const { before, after } = site.map ?? {};
      known.set(hunk, before && after ? alignTokens(before, after, hunk, budget) : null);
    }
  return (site) => hunkOf(site).map((hunk) => known.get(hunk) ?? null)[0] ?? null;
}

function hunkOf({ map, hunk }: Site): LineHunk[] {
  const found = hunk === null ? undefined : map?.hunks[hunk];
  return found === undefined ? [] : [found];
}
