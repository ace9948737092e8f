import { gzipSync } from 'fflate';
import { compareText } from '../../../harness/domain/order.ts';
import { maxMessage } from './message.ts';
import { byLevel, byPlace, type SarifResult, type SarifRun } from './sarif-run.ts';

/**
 * What GitHub code scanning takes of one file (docs.github.com, "SARIF support for code scanning", "SARIF results exceed
 * one or more limits"); `bytes` before compression is our own bound.
 */
export const githubLimits = { runs: 20, results: 25_000, gzipBytes: 10_000_000, bytes: 48 * 1024 ** 2 };

/** As many results as fit, and how many there were. */
export interface FittedRun extends SarifRun {
  left: number;
}

/** Worst first; what is new before what was there; else by place. */
function byWeight(a: SarifResult, b: SarifResult): number {
  return (
    byLevel(a.finding, b.finding) ||
    compareText(a.state, b.state) ||
    (b.finding.security ?? -1) - (a.finding.security ?? -1) ||
    inOrder(a, b)
  );
}

function inOrder(a: SarifResult, b: SarifResult): number {
  return (
    byPlace(a.finding, b.finding) ||
    compareText(a.state, b.state) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

/**
 * Writes as much as fits into the limits: of all that is too much, the least severe is left out. The decision depends on
 * the input alone: compression is measured with a library of ours, never with the machine's.
 */
export function fitted(
  runs: readonly SarifRun[],
  write: (runs: readonly FittedRun[], runsLeft: number) => Uint8Array,
  limits: typeof githubLimits = githubLimits,
): Uint8Array {
  const sorted = runs.map((run) => ({ ...run, results: run.results.toSorted(byWeight) }));
  const heavy = sorted.toSorted((a, b) => heavier(a, b) || compareText(a.tool, b.tool)).slice(0, limits.runs);
  const kept = heavy.toSorted((a, b) => compareText(a.tool, b.tool));
  // All runs share the room for bytes, so what is left out is chosen among all of them.
  const ranked = kept
    .flatMap((run) => run.results.slice(0, limits.results).map((result) => ({ tool: run.tool, result })))
    .sort((a, b) => byWeight(a.result, b.result) || compareText(a.tool, b.tool));
  let count = withinBytes(ranked, limits.bytes);
  for (;;) {
    const chosen = new Set(ranked.slice(0, count).map(({ result }) => result));
    const bytes = write(
      kept.map((run) => {
        const results = run.results.filter((result) => chosen.has(result));
        return { ...run, results: results.sort(inOrder), left: run.results.length - results.length };
      }),
      runs.length - kept.length,
    );
    const size = compressed(bytes, limits);
    if (size <= limits.gzipBytes || count === 0) return bytes;
    count = Math.floor(count * Math.min(0.9, (limits.gzipBytes / size) * 0.95));
  }
}

function heavier(a: SarifRun, b: SarifRun): number {
  const [x, y] = [a.results[0], b.results[0]];
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
  return byLevel(x.finding, y.finding) || compareText(x.state, y.state);
}

/** How many of the first results surely fit into so many bytes. */
function withinBytes(ranked: readonly { result: SarifResult }[], bytes: number): number {
  let size = 0;
  const end = ranked.findIndex(({ result: { finding, fingerprint } }) => {
    const texts = JSON.stringify([finding.message.slice(0, maxMessage), finding.rule, fingerprint]);
    // Members' names, and a path of which every unit is percent-encoded.
    size += 800 + Buffer.byteLength(texts) + 9 * (finding.path?.length ?? 0);
    return size > bytes;
  });
  return end < 0 ? ranked.length : end;
}

function compressed(bytes: Uint8Array, { gzipBytes }: typeof githubLimits): number {
  // Compression adds next to nothing at worst, so that small files need not be measured.
  if (bytes.length + 1024 <= gzipBytes * 0.99) return bytes.length;
  return gzipSync(bytes, { level: 1, mtime: 0 }).length;
}
