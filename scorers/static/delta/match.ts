import type { Finding } from '../../../harness/domain/finding.ts';
import type { Delta, FilePair } from './delta.ts';
import { pairEdited } from './edited.ts';
import { pairMoved } from './moved.ts';
import { pairOverlapping } from './overlap.ts';
import { deltaOf, type Pool } from './pool.ts';
import { pairSamePlace } from './same-place.ts';
import { compareFindings, openSites } from './site.ts';

/**
 * Tells which findings of a candidate are new, which of the base are fixed, and which are the same, by what survives
 * moved lines and renamed files. `files` are all files that differ; every other file is the same on both sides.
 *
 * Pairs are one to one and of equal tool, rule, level and security. So no candidate gets rid of a finding by making it
 * look like an old one: each old one excuses a single new one, and what is left over is new. Stages decide which: what
 * stands at the same place, what moved, what was edited, and ranges that overlap; from the surest sign to the weakest,
 * each as strict as its own file says. Where in doubt a finding is new. Nothing depends on the order of the arguments.
 *
 * Linear in texts and findings, but for diffs, which are bounded in all.
 */
export function matchFindings(
  before: readonly Finding[],
  after: readonly Finding[],
  files: readonly FilePair[],
): Delta {
  const pool: Pool = { ...openSites(before, after, files), pairs: [] };
  pairSamePlace(pool);
  pairMoved(pool);
  pairEdited(pool);
  pairOverlapping(pool);
  return deltaOf(pool, (a, b) => compareFindings(a.finding, b.finding));
}
