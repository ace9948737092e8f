import { canonicalJson } from '../../../harness/domain/digest.ts';
import type { Finding } from '../../../harness/domain/finding.ts';
import { compareText } from '../../../harness/domain/order.ts';
import type { Delta } from '../delta/delta.ts';
import { byLevel, byPlace } from './sarif-run.ts';

/** What one tool's findings came to. */
export interface ToolDelta {
  tool: string;
  version: string | null;
  /** Files that it analysed. */
  files: number;
  delta: Delta;
}

/** Findings of all tools together that are written. */
const maxFindings = 50_000;
/** Of the document, roughly: in UTF-16 units of texts. */
const maxUnits = 32 * 1024 ** 2;

const kinds = ['new', 'fixed', 'unchanged'] as const;

interface Entry {
  at: number;
  kind: (typeof kinds)[number];
  finding: Finding;
  /** Of an unchanged one. */
  before?: Finding;
}

/**
 * The evidence `delta.json`: canonical JSON of all tools' new, fixed and unchanged findings, in an order of their own.
 * `totals` counts all there are; of what is too much, unchanged ones are left out first, then fixed ones, and the least
 * severe before the others.
 */
export function deltaJson(
  tools: readonly ToolDelta[],
  limit = { findings: maxFindings, units: maxUnits },
): string {
  const sorted = tools.toSorted((a, b) => compareText(a.tool, b.tool));
  const all = sorted.flatMap(({ delta }, at): Entry[] => [
    ...delta.new.map((finding) => ({ at, kind: 'new', finding }) as const),
    ...delta.fixed.map((finding) => ({ at, kind: 'fixed', finding }) as const),
    ...delta.unchanged.map(
      ({ before, after }) => ({ at, kind: 'unchanged', finding: after, before }) as const,
    ),
  ]);
  const kept = Map.groupBy(bounded(all, limit), ({ at, kind }) => `${at} ${kind}`);
  return canonicalJson({
    tools: sorted.map(({ tool, version, files, delta }, at) => {
      const of = (kind: Entry['kind']) => (kept.get(`${at} ${kind}`) ?? []).sort(inOrder);
      const totals = { new: delta.new.length, fixed: delta.fixed.length, unchanged: delta.unchanged.length };
      const written = kinds.reduce((sum, kind) => sum + of(kind).length, 0);
      return {
        ...{ tool, version, files, totals },
        omitted: totals.new + totals.fixed + totals.unchanged - written,
        new: of('new').map(({ finding }) => finding),
        fixed: of('fixed').map(({ finding }) => finding),
        unchanged: of('unchanged').map(({ finding, before }) => ({ before, after: finding })),
      };
    }),
  });
}

function bounded(all: readonly Entry[], limit: { findings: number; units: number }): Entry[] {
  const ranked = all.toSorted(
    (a, b) =>
      kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
      byLevel(a.finding, b.finding) ||
      a.at - b.at ||
      inOrder(a, b),
  );
  let units = 0;
  const end = ranked.findIndex(({ finding, before }, index) => {
    for (const each of [finding, ...(before ? [before] : [])])
      units += 300 + each.message.length + each.rule.length + (each.path?.length ?? 0);
    return index >= limit.findings || units > limit.units;
  });
  return end < 0 ? ranked : ranked.slice(0, end);
}

function inOrder(a: Entry, b: Entry): number {
  return (
    byPlace(a.finding, b.finding) ||
    (a.before !== undefined && b.before !== undefined ? byPlace(a.before, b.before) : 0)
  );
}
