import { type Pool, pairByKey, pairWithin } from './pool.ts';
import type { Site } from './site.ts';
import type { Source } from './source.ts';

/** Lines above and below the flagged one that must be equal too, the most telling first. */
const windows = [
  [2, 2],
  [1, 1],
  [2, 0],
  [0, 2],
  [1, 0],
  [0, 1],
] as const;

/** Less says nothing: git takes no block with fewer letters and digits for moved (`COLOR_MOVED_MIN_ALNUM_COUNT`). */
const minAlphanumerics = 20;
/** A line alone is moved over so many lines at most. */
const maxDistance = 10;
/** In TypeScript, JavaScript and Python. Their order says nothing, and tools sort them. */
const importLine = /^(?:import|from)\s/u;

/**
 * Second and third stage: code that was taken out at one place and put in at another, of the same file or of a different
 * one. Lines that stand unchanged take no part, nor do they count as context: a finding that left an unchanged line is
 * fixed, and one that came to an unchanged line is new, even where the same text stands elsewhere.
 *
 * A line that was moved alone counts only nearby and in its own file, or as an import. Further away it looks the same to
 * delete a call of `eval` in one function and to write the same call in another, which must not pass for a move.
 */
export function pairMoved(pool: Pool): void {
  const contexts = openContexts();
  const messages = [(site: Site) => site.exact, (site: Site) => site.normal];
  const key = (site: Site, message: number, text: string | null) =>
    text === null ? null : `${site.kind} ${message} ${site.offset} ${text}`;
  pairWithin(
    pool,
    (site) => key(site, site.normal, contexts(site, 0, 0, 0)),
    (moved) => {
      for (const isSameFile of [true, false])
        for (const message of messages)
          for (const [above, below] of windows)
            pairByKey(moved, (site) => {
              const found = key(site, message(site), contexts(site, above, below, minAlphanumerics));
              return isSameFile ? inFile(found, site) : found;
            });
      for (const message of messages)
        pairByKey(
          moved,
          (site) =>
            inFile(
              key(site, message(site), contexts(site, 0, 0, isImport(site) ? 0 : minAlphanumerics)),
              site,
            ),
          (before, after) => isImport(before) || distance(before, after) <= maxDistance,
        );
    },
  );
}

function inFile(key: string | null, { file }: Site): string | null {
  return key === null ? null : `${key} ${file}`;
}

function isImport({ source, line }: Site): boolean {
  return line !== null && importLine.test(source?.line(line) ?? '');
}

/** How far an inserted line is from where a deleted one would stand now. */
function distance(before: Site, after: Site): number {
  const hunk = before.map?.hunks[before.hunk ?? -1];
  if (hunk === undefined || before.line === null || after.line === null) return Number.POSITIVE_INFINITY;
  return Math.abs(hunk.oracle[0] + before.line - hunk.base[0] - after.line);
}

/** A hunk's lines that are not blank: their numbers, and ids of their texts. */
interface Block {
  lines: Uint32Array;
  ids: Uint32Array;
  at: ReadonlyMap<number, number>;
}

/** The text around a finding as a short key; null where that leaves its hunk or has fewer letters and digits than asked. */
function openContexts(): (site: Site, above: number, below: number, min: number) => string | null {
  const ids = new Map<string, number>();
  const alphanumerics: number[] = [];
  const blocks = new Map<Source, Map<number, Block>>();
  const idOf = (text: string) => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    ids.set(text, ids.size);
    alphanumerics.push(text.replace(/[^\p{L}\p{N}]+/gu, '').length);
    return ids.size - 1;
  };
  const blockOf = ({ side, map, source, hunk }: Site): Block | null => {
    const bounds = hunk === null ? undefined : map?.hunks[hunk]?.[side === 'before' ? 'base' : 'oracle'];
    if (source === null || hunk === null || bounds === undefined) return null;
    const known = blocks.get(source) ?? new Map<number, Block>();
    blocks.set(source, known);
    const block = known.get(hunk) ?? readBlock(source, bounds, idOf);
    known.set(hunk, block);
    return block;
  };
  return (site, above, below, min) => {
    const block = blockOf(site);
    const at = site.line === null ? undefined : block?.at.get(site.line);
    if (block === null || at === undefined || at < above || at + below >= block.lines.length) return null;
    const around = block.ids.subarray(at - above, at + below + 1);
    const said = around.reduce((sum, id) => sum + (alphanumerics[id] ?? 0), 0);
    return said < min ? null : around.join('.');
  };
}

function readBlock(
  source: Source,
  [from, to]: readonly [number, number],
  idOf: (text: string) => number,
): Block {
  const lines: number[] = [];
  for (let line = from; line < to; line += 1) if (source.normal[line] !== '') lines.push(line);
  return {
    lines: Uint32Array.from(lines),
    ids: Uint32Array.from(lines, (line) => idOf(source.normal[line] ?? '')),
    at: new Map(lines.map((line, index) => [line, index])),
  };
}
