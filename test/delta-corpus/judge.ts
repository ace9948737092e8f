import type { Finding } from '../../harness/domain/finding.ts';
import type { Delta } from '../../scorers/static/delta/delta.ts';
import type { Case, Mark } from './corpus.ts';

/** How often the delta is right: `wrong` it says and is not so, `missed` is so and it does not say. */
export interface Tally {
  right: number;
  wrong: number;
  missed: number;
}
export const kinds = ['new', 'fixed', 'unchanged'] as const;
export type Tallies = Record<(typeof kinds)[number], Tally>;

export interface Judgement {
  /** Where the tool finds something else than is marked: then the case says nothing of the delta. */
  unmarked: string[];
  /** Sorted lines: what the delta says, and what is so. */
  disagreements: string[];
  tallies: Tallies;
}

/** Holds a delta against the marks of its case. */
export function judge(
  { marks }: Case,
  before: readonly Finding[],
  after: readonly Finding[],
  delta: Delta,
): Judgement {
  const [old, now] = [label(marks, 'before', before), label(marks, 'after', after)];
  const tallies: Tallies = { new: none(), fixed: none(), unchanged: none() };
  const disagreements: string[] = [];
  const unmarked = [...old.unmarked, ...now.unmarked];
  if (unmarked.length > 0) return { unmarked, disagreements, tallies };
  const one = (kind: 'new' | 'fixed', said: readonly Finding[], { labels }: Labels, sign: '+' | '-') => {
    for (const [finding, mark] of labels) {
      const [says, is] = [said.includes(finding), mark === sign];
      count(tallies[kind], says, is);
      if (says && !is) disagreements.push(`${placeOf(finding)} is said to be ${kind}, and is ${mark}`);
    }
  };
  one('new', delta.new, now, '+');
  one('fixed', delta.fixed, old, '-');
  const pairs = new Set<string>();
  for (const pair of delta.unchanged) {
    const [was, is] = [old.labels.get(pair.before) ?? '?', now.labels.get(pair.after) ?? '?'];
    const isSame = was === is && was.startsWith('=');
    count(tallies.unchanged, true, isSame);
    if (isSame) pairs.add(was);
    else disagreements.push(`${placeOf(pair.before)} ${was} is said to be ${placeOf(pair.after)} ${is}`);
  }
  for (const mark of new Set(now.labels.values()))
    if (mark.startsWith('=') && !pairs.has(mark)) count(tallies.unchanged, false, true);
  return { unmarked, disagreements: disagreements.sort(), tallies };
}

interface Labels {
  labels: Map<Finding, string>;
  unmarked: string[];
}

/** Gives each finding the mark at its rule and line; of several there, the first by column the first. */
function label(marks: readonly Mark[], side: Mark['side'], findings: readonly Finding[]): Labels {
  const waiting = new Map<string, string[]>();
  for (const { side: own, rule, path, line, mark } of marks) {
    const key = `${rule} ${path}:${line ?? '-'}`;
    if (own === side) waiting.set(key, [...(waiting.get(key) ?? []), mark]);
  }
  const labels = new Map<Finding, string>();
  const unmarked: string[] = [];
  for (const finding of findings.toSorted((a, b) => (a.startColumn ?? 0) - (b.startColumn ?? 0))) {
    const mark = waiting.get(placeOf(finding))?.shift();
    if (mark === undefined) unmarked.push(`${side}: ${placeOf(finding)} is not marked: ${finding.message}`);
    else labels.set(finding, mark);
  }
  for (const [key, left] of waiting)
    for (const mark of left) unmarked.push(`${side}: ${key} is marked ${mark}, and is not found`);
  return { labels, unmarked };
}

/** `no-empty src/a.ts:3` */
function placeOf({ rule, path, startLine }: Finding): string {
  return `${rule} ${path ?? '(project)'}:${startLine ?? '-'}`;
}

function none(): Tally {
  return { right: 0, wrong: 0, missed: 0 };
}

function count(tally: Tally, says: boolean, is: boolean): void {
  if (says && is) tally.right += 1;
  else if (says) tally.wrong += 1;
  else if (is) tally.missed += 1;
}

/** Sums, kind by kind. */
export function sumOf(all: readonly Tallies[]): Tallies {
  const sum: Tallies = { new: none(), fixed: none(), unchanged: none() };
  for (const tallies of all)
    for (const kind of kinds)
      for (const part of ['right', 'wrong', 'missed'] as const) sum[kind][part] += tallies[kind][part];
  return sum;
}
