import { Calibration } from '../../harness/domain/calibration.ts';
import { canonicalJson } from '../../harness/domain/digest.ts';
import type { Diff } from '../../harness/store/store.ts';
import { calibrationReader } from '../read-calibration.ts';
import type { CalibrateContext } from '../scorer.ts';
import { plural } from '../text.ts';
import { analyse } from './analyse.ts';
import { BaseAnalysis } from './analysis.ts';
import type { AnalysisTarget } from './given-files.ts';
import type { StaticScorer } from './scorer-parts.ts';
import { regularFiles, sourceText } from './trees.ts';

const noDiff: Diff = { stat: { files: 0, added: 0, deleted: 0, lines: 0, binary: 0 }, entries: [] };

/** Analyses the base once: every candidate's findings are held against this. Kept as a blob. */
export async function calibrateStatic(
  { options, toolsFor, parse }: StaticScorer,
  context: CalibrateContext,
): Promise<Calibration> {
  const { base, store, signal } = context;
  const files = await regularFiles(store, base.tree);
  const target: AnalysisTarget = {
    context,
    candidate: base,
    diff: noDiff,
    baseFiles: files,
    files,
    read: (digest) => sourceText(store, digest, options.max_file_kb * 1024),
  };
  const found: BaseAnalysis = { version: 1, tools: [] };
  for (const tool of await toolsFor(new Set(files.keys()))) {
    signal.throwIfAborted();
    found.tools.push((await analyse(tool, target, options, parse)).analysis);
  }
  return Calibration.parse({
    digest: await store.putBlob(canonicalJson(found)),
    words: inWords(found),
    quarantined: [],
    checks: found.tools.length,
    settled: found.tools.every(({ failure }) => failure === null),
  });
}

function inWords({ tools }: BaseAnalysis): string {
  if (tools.length === 0) return 'no tool suits the base';
  return tools
    .map(({ label, failure, findings, files }) =>
      failure === null
        ? `${label} ${plural(findings.length, 'finding')} in ${plural(files, 'file')}`
        : `${label} failed: ${failure}`,
    )
    .join(', ');
}

/** What calibration found of the base; null where there was none. Throws `infrastructure`. */
export const readBaseAnalysis = calibrationReader(BaseAnalysis);
