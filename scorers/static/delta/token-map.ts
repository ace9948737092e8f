import type { LineHunk } from '../../../harness/mutate/line-diff.ts';
import { anchoredDiff } from './anchored-diff.ts';
import type { Budget } from './budget.ts';
import { hunkAt } from './hunk-at.ts';
import type { Site } from './site.ts';
import type { Source } from './source.ts';
import { isName, isWord, type Tokens, tokenAt, tokensOf } from './tokens.ts';

/** More than a minified file of a megabyte has. */
const maxTokens = 1_000_000;
/** What was replaced in an edited line; a longer run is a rewrite, in which any token could stand for any other. */
const maxRun = 40;

/** What became of the tokens of a hunk. */
export interface Alignment {
  /** Names the token that a finding stands at, alike on both sides; null where it was deleted or is new. */
  tokenOf(site: Site): string | null;
  /** Names the short run of replaced tokens that a finding stands in; null where its token is in none. */
  runOf(site: Site): string | null;
  /** 0 to 1: which part of the words of their lines two findings have in common; 1 where all were only wrapped anew. */
  alike(before: Site, after: Site): number;
  isOnLine(site: Site, name: string): boolean;
}

/** Aligns the tokens of a hunk by their shortest edit script; null where there are too many. */
export function alignTokens(before: Source, after: Source, hunk: LineHunk, budget: Budget): Alignment | null {
  const old = tokensOf(before, hunk.base, maxTokens);
  const now = tokensOf(after, hunk.oracle, maxTokens);
  if (old === null || now === null) return null;
  const runs = anchoredDiff(old.text, now.text, budget);
  const [toNow, toOld] = keptTokens(runs, old.text.length, now.text.length);
  for (const [token, other] of renamedTokens(runs, old.text, now.text)) {
    toNow[token] = other;
    toOld[other] = token;
  }
  const sides = {
    before: { tokens: old, text: 'base' as const, toOther: toNow, words: openWords(old, toNow) },
    after: { tokens: now, text: 'oracle' as const, toOther: toOld, words: openWords(now, toOld) },
  };
  const place = ({ finding, line, side }: Site) =>
    line === null ? null : tokenAt(sides[side].tokens, line, (finding.startColumn ?? 1) - 1);
  const likeness = new Map<string, number>();
  const likenessOf = (line: number | null, other: number | null): number => {
    if (line === null || other === null) return 0;
    const [a, b] = [sides.before.words(line), sides.after.words(other)];
    const all = a.tokens.length + b.tokens.length;
    if (all === 0) return 0;
    if (a.areKept && b.areKept) return 1;
    // From the shorter line: a long one may be compared with thousands of others.
    const common =
      a.tokens.length <= b.tokens.length
        ? within(a.tokens, toNow, now.ofLine(other))
        : within(b.tokens, toOld, old.ofLine(line));
    // One word in common, and another one on both sides: `eval(a)` and `eval(b)`.
    if (common === 1 && a.tokens.length > 1 && b.tokens.length > 1) return 0;
    return (2 * common) / all;
  };
  return {
    tokenOf(site) {
      const token = place(site);
      const other = sides[site.side].toOther[token ?? -1] ?? -1;
      return other < 0 ? null : `${site.side === 'before' ? other : token}`;
    },
    runOf(site) {
      const token = place(site);
      const run = token === null ? null : hunkAt(runs, sides[site.side].text, token);
      const { base, oracle } = runs[run ?? -1] ?? { base: [0, 0], oracle: [0, 0] };
      const isShort = base[1] - base[0] <= maxRun && oracle[1] - oracle[0] <= maxRun;
      return run !== null && isShort ? `${run}` : null;
    },
    alike(a, b) {
      // Thousands of findings may stand on one line.
      const key = `${a.line} ${b.line}`;
      const known = likeness.get(key) ?? likenessOf(a.line, b.line);
      likeness.set(key, known);
      return known;
    },
    isOnLine: ({ side, line }, name) => line !== null && sides[side].words(line).names.has(name),
  };
}

/** How many of some tokens stand between two of the other side. */
function within(
  tokens: readonly number[],
  toOther: Int32Array,
  [from, to]: readonly [number, number],
): number {
  return tokens.filter((token) => {
    const other = toOther[token] ?? -1;
    return from <= other && other < to;
  }).length;
}

/** Where each token of one side stands on the other; -1 where it does not. */
function keptTokens(runs: readonly LineHunk[], before: number, after: number): [Int32Array, Int32Array] {
  const toNow = new Int32Array(before).fill(-1);
  const toOld = new Int32Array(after).fill(-1);
  let [token, other] = [0, 0];
  const end: LineHunk = { base: [before, before], oracle: [after, after] };
  for (const { base, oracle } of [...runs, end]) {
    for (; token < base[0]; token += 1, other += 1) {
      toNow[token] = other;
      toOld[other] = token;
    }
    token = base[1];
    other = oracle[1];
  }
  return [toNow, toOld];
}

/**
 * Names that were replaced by the same other word each time, and more than once: a name was changed, and what stood there
 * still does.
 */
function renamedTokens(
  runs: readonly LineHunk[],
  before: readonly string[],
  after: readonly string[],
): [number, number][] {
  const names = new Map<string, { to: string; tokens: [number, number][] } | null>();
  for (const { base, oracle } of runs) {
    const [from, to] = [before[base[0]] ?? '', after[oracle[0]] ?? ''];
    const isOne = base[1] - base[0] === 1 && oracle[1] - oracle[0] === 1;
    if (!isOne || !isName(from) || !isName(to)) continue;
    const known = names.get(from);
    if (known === undefined) names.set(from, { to, tokens: [[base[0], oracle[0]]] });
    else if (known?.to === to) known.tokens.push([base[0], oracle[0]]);
    else names.set(from, null);
  }
  return [...names.values()].flatMap((name) => (name !== null && name.tokens.length > 1 ? name.tokens : []));
}

interface Words {
  tokens: readonly number[];
  names: ReadonlySet<string>;
  /** Whether all of them stand on the other side too. */
  areKept: boolean;
}

/** The words of a line, read when first asked. */
function openWords(tokens: Tokens, toOther: Int32Array): (line: number) => Words {
  const known = new Map<number, Words>();
  const read = (line: number): Words => {
    const [from, to] = tokens.ofLine(line);
    const found: number[] = [];
    for (let token = from; token < to; token += 1) if (isWord(tokens.text[token] ?? '')) found.push(token);
    return {
      tokens: found,
      names: new Set(found.map((token) => tokens.text[token] ?? '')),
      areKept: found.every((token) => (toOther[token] ?? -1) >= 0),
    };
  };
  return (line) => {
    const words = known.get(line) ?? read(line);
    known.set(line, words);
    return words;
  };
}
