import type { Evidence } from '../../harness/domain/candidate.ts';
import { canonicalJson } from '../../harness/domain/digest.ts';
import { inlineChecks, type Verdict } from '../../harness/domain/verdict.ts';
import { keepContent, keepWhole } from '../../harness/store/evidence.ts';
import type { ScoreContext } from '../scorer.ts';
import { analyse } from './analyse.ts';
import type { ToolAnalysis } from './analysis.ts';
import { readBaseAnalysis } from './calibrate.ts';
import type { Delta, FilePair } from './delta/delta.ts';
import { matchFindings } from './delta/match.ts';
import type { ToolDelta } from './delta-of-tool.ts';
import { deltaEvidence, sarifEvidence } from './evidence.ts';
import type { AnalysisTarget } from './given-files.ts';
import type { StaticScorer } from './scorer-parts.ts';
import { changedLinks, filePairs, regularFiles, type SourceText, sourceText } from './trees.ts';
import { staticChecks, staticVerdict } from './verdict.ts';

/**
 * Analyses a candidate with each tool and holds what they find against the base. Whatever the candidate did ends in a
 * verdict; throws `infrastructure` for engine, store and tools that cannot be installed, and the signal's reason.
 */
export async function scoreStatic(scorer: StaticScorer, context: ScoreContext): Promise<Verdict> {
  const { candidate, store, signal } = context;
  signal.throwIfAborted();
  const base = await readBaseAnalysis(context);
  if (base === null) throw new TypeError('static analysis is scored after the base was analysed');
  const diff = await store.diff(candidate.base, candidate.tree);
  const baseFiles = await regularFiles(store, candidate.base);
  const read = remembering((digest) => sourceText(store, digest, scorer.options.max_file_kb * 1024));
  const target: AnalysisTarget = {
    context,
    candidate,
    diff,
    baseFiles,
    files: candidate.tree === candidate.base ? baseFiles : await regularFiles(store, candidate.tree),
    links: await changedLinks(store, diff, candidate.tree),
    read,
  };
  const pairs = await filePairs(candidate, diff, baseFiles, read, store);
  const deltas: ToolDelta[] = [];
  const evidence: Evidence[] = [];
  for (const tool of await scorer.toolsFor(new Set(baseFiles.keys()))) {
    signal.throwIfAborted();
    const before = base.tools.find(({ label }) => label === tool.label);
    if (before === undefined) throw new TypeError(`the base was not analysed with ${tool.label}`);
    if (before.failure !== null) {
      deltas.push({ before, after: before, delta: empty });
      continue;
    }
    // The base itself is the nop control; it was analysed already.
    const { analysis, stderr } =
      diff.entries.length === 0
        ? { analysis: before, stderr: Buffer.alloc(0) }
        : await analyse(tool, target, scorer.options, scorer.parse, before);
    if (stderr.length > 0) evidence.push(await keepWhole(store, `${tool.label}.stderr.txt`, stderr, false));
    const delta = analysis.failure === null ? deltaOf(before, analysis, pairs) : empty;
    deltas.push({ before, after: analysis, delta });
  }
  const texts = await textsOf(pairs, deltas, target);
  evidence.unshift(
    await keepContent(store, 'findings.sarif', sarifEvidence(deltas, texts)),
    await keepContent(store, 'delta.json', deltaEvidence(deltas)),
  );
  const checks = staticChecks(scorer.options, deltas, evidence);
  if (checks.length > inlineChecks)
    evidence.unshift(await keepContent(store, 'checks.json', canonicalJson(checks)));
  return staticVerdict(scorer.options, deltas, evidence);
}

const empty: Delta = { new: [], fixed: [], unchanged: [] };

function deltaOf(before: ToolAnalysis, after: ToolAnalysis, pairs: readonly FilePair[]): Delta {
  return matchFindings(before.findings, after.findings, pairs);
}

/** Texts of the candidate's files that findings are in, for fingerprints. */
async function textsOf(
  pairs: readonly FilePair[],
  deltas: readonly ToolDelta[],
  { files, read }: AnalysisTarget,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const { after } of pairs) if (after !== null && after.text !== null) texts.set(after.path, after.text);
  const paths = new Set(
    deltas.flatMap(({ after }) => after.findings.flatMap(({ path }) => (path === null ? [] : [path]))),
  );
  for (const path of paths) {
    const digest = files.get(path);
    if (texts.has(path) || digest === undefined) continue;
    const source = await read(digest);
    if ('text' in source) texts.set(path, source.text);
  }
  return texts;
}

/** Of how many texts are kept while one candidate is scored; each is read by several tools. */
const keptTexts = 2000;

function remembering(read: (digest: string) => Promise<SourceText>): (digest: string) => Promise<SourceText> {
  const texts = new Map<string, SourceText>();
  return async (digest) => {
    const before = texts.get(digest);
    if (before !== undefined) return before;
    const source = await read(digest);
    if (texts.size < keptTexts) texts.set(digest, source);
    return source;
  };
}
