import type { Candidate } from '../../harness/domain/candidate.ts';
import type { Digest } from '../../harness/domain/digest.ts';
import type { Finding } from '../../harness/domain/finding.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { Diff } from '../../harness/store/store.ts';
import { foldersAbove } from '../path-filter.ts';
import type { ScoreContext } from '../scorer.ts';
import type { ToolAnalysis } from './analysis.ts';
import type { ChosenTool } from './choose.ts';
import { isProgram, isTextByName, strangeEncoding } from './source-kind.ts';
import { type StandIns, standInsFor } from './stand-ins.ts';
import { configurationOf, type SourceText } from './trees.ts';

/** A tree to be analysed, and what is known of it. */
export interface AnalysisTarget {
  context: Pick<ScoreContext, 'workspace' | 'sandbox' | 'toolbox' | 'store' | 'limits' | 'labels' | 'signal'>;
  candidate: Pick<Candidate, 'base' | 'tree'>;
  diff: Diff;
  /** Regular files of base and candidate, by path. */
  baseFiles: ReadonlyMap<string, Digest>;
  files: ReadonlyMap<string, Digest>;
  /** Links that the candidate wrote, and the regular file of its tree that each leads to; null: none. */
  links?: ReadonlyMap<string, string | null>;
  read(digest: Digest): Promise<SourceText>;
}

/** Of a file that the candidate adds and that would steer the tool: it has no part in the judging. */
const notLaid = 'it would steer the tool, and is left out of the analysis';
/** Of a file that the candidate puts where tools do not look. */
const installed = 'it lies among what is installed, and is left out of the analysis';
const linked = 'it is a link to what is not analysed';

/** What a tool is given of a tree, and what it cannot be given. */
export interface Given extends Pick<ToolAnalysis, 'paths' | 'unanalysed'> {
  standIns: StandIns;
}

/** A tool's own files, and why some of them cannot be given to it. Unchanged files are not read again. */
export async function givenFiles(
  tool: ChosenTool,
  { files, baseFiles, links = new Map(), diff, read }: AnalysisTarget,
  before: ToolAnalysis | null,
  changed: ReadonlySet<string>,
): Promise<Given> {
  const paths: string[] = [];
  const steering: string[] = [];
  // A path may be called as what every object has.
  const unanalysed = new Map<string, string>();
  const wasGiven = new Set(before?.paths);
  const { kept } = configurationOf(diff, baseFiles.keys(), tool.configuration);
  for (const [path, digest] of [...files].sort(([a], [b]) => compareText(a, b))) {
    if (changed.has(path) && tool.passesOver(path)) unanalysed.set(path, installed);
    if (!tool.looksAt(path)) continue;
    const known = before !== null && !changed.has(path);
    if (known) {
      const problem = Object.hasOwn(before.unanalysed, path) ? before.unanalysed[path] : undefined;
      if (problem !== undefined) unanalysed.set(path, problem);
      else if (wasGiven.has(path)) paths.push(path);
      continue;
    }
    const standsIn = kept.has(path) && canStandIn(tool, path, baseFiles);
    if (kept.has(path) && !standsIn && !baseFiles.has(path)) {
      unanalysed.set(path, notLaid);
      continue;
    }
    const source = await read(digest);
    const encoding = 'text' in source ? strangeEncoding(path, source.text) : null;
    if (encoding !== null) unanalysed.set(path, `it declares the encoding ${encoding}`);
    else if ('text' in source) {
      paths.push(path);
      if (standsIn) steering.push(path);
    }
    // A picture is nothing that a tool for any file could have missed.
    else if (source.kind === 'large' || tool.isMeantFor(path) || isTextByName(path))
      unanalysed.set(path, source.problem);
  }
  for (const [path, end] of links)
    if (isProgram(path) && tool.looksAt(path) && (end === null || !tool.looksAt(end)))
      unanalysed.set(path, linked);
  const tree = [...files.keys(), ...baseFiles.keys(), ...links.keys()];
  return { paths, unanalysed: Object.fromEntries(unanalysed), standIns: standInsFor(steering, tree) };
}

/** Not where it takes the place of a file of the base, which its folder would be laid over. */
function canStandIn(tool: ChosenTool, path: string, baseFiles: ReadonlyMap<string, Digest>): boolean {
  const isOfCode = isProgram(path) && tool.kind === 'container' && tool.isConfiguration(path);
  return isOfCode && !foldersAbove(path).some((folder) => baseFiles.has(folder));
}

/** A file that a tool would look at and cannot be given: nobody hides code by making it large. */
export function notAnalysed(tool: ChosenTool, unanalysed: ToolAnalysis['unanalysed']): Finding[] {
  return Object.entries(unanalysed).map(([path, problem]) => ({
    tool: tool.label,
    rule: 'assay/not-analysed',
    level: levelOf(tool, path, problem),
    message: problem,
    path,
    startLine: null,
    startColumn: null,
    endLine: null,
    endColumn: null,
    security: null,
  }));
}

/** What only steers a tool comes to nothing where it is left out; code could run all the same. */
function levelOf(tool: ChosenTool, path: string, problem: string): Finding['level'] {
  if (isProgram(path)) return 'error';
  if (problem === notLaid || problem === installed) return 'note';
  return tool.isMeantFor(path) || isTextByName(path) ? 'error' : 'warning';
}
