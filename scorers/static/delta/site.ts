import type { Finding } from '../../../harness/domain/finding.ts';
import { compareText } from '../../../harness/domain/order.ts';
import { openBudget } from './budget.ts';
import type { FilePair } from './delta.ts';
import { type FileMap, isKnown, mapFile } from './file-map.ts';
import { normalMessage, withRenames } from './message.ts';
import { lineStyle, type Source } from './source.ts';
import { spanOf } from './span.ts';

/** A finding with what is known of where it stands. */
export interface Site {
  readonly finding: Finding;
  readonly side: 'before' | 'after';
  /** Only findings of one kind are ever the same: tool, rule, level, security and, of security findings, their code. */
  readonly kind: number;
  /** With the candidate's names of renamed files. */
  readonly message: string;
  /** Numbers that equal messages have in common, as they are and without what moves. */
  readonly exact: number;
  readonly normal: number;
  /** Of its file, by the candidate's name of it; that of a deleted file is no candidate's path. null: of the project. */
  readonly file: string | null;
  /** `apart`: the file is on one side only, or one of its texts is not known, so that no line of it can be found again. */
  readonly state: 'unchanged' | 'changed' | 'apart';
  /** null where the file is unchanged, or a text is not known. */
  readonly map: FileMap | null;
  readonly source: Source | null;
  /** 0-based; null where it is about a whole file or project. */
  readonly line: number | null;
  /** Of its line, without white space; null where the tool names no column or the text is not known. */
  readonly offset: number | null;
  /** Of its line in `map.hunks`; null where the line is unchanged. */
  readonly hunk: number | null;
  paired: boolean;
}

/** Looks up where findings stand. Both lists are sorted, so that nothing depends on the order in which tools report. */
export function openSites(
  before: readonly Finding[],
  after: readonly Finding[],
  files: readonly FilePair[],
): { before: Site[]; after: Site[] } {
  const maps = openMaps(files);
  const ids = openIds();
  const renames = new Map(
    files.flatMap(({ before: old, after: now }) =>
      old !== null && now !== null && old.path !== now.path ? [[old.path, now.path] as const] : [],
    ),
  );
  return {
    before: [...before].sort(compareFindings).map((finding) => siteOf(finding, 'before', maps, renames, ids)),
    after: [...after].sort(compareFindings).map((finding) => siteOf(finding, 'after', maps, noRenames, ids)),
  };
}

/** Numbers texts, equal ones alike: thousands of findings say the same. */
function openIds(): (text: string) => number {
  const ids = new Map<string, number>();
  return (text) => {
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
}

const noRenames = new Map<string, string>();

type Maps = (
  path: string,
  side: 'before' | 'after',
  tool: string,
) => { pair: FilePair; map: FileMap | null } | null;

/** Finds the pair of a path and maps its lines when first asked, once for each way to count lines. */
function openMaps(files: readonly FilePair[]): Maps {
  const budget = openBudget();
  const pairs = { before: new Map<string, FilePair>(), after: new Map<string, FilePair>() };
  for (const pair of [...files].sort(comparePairs))
    for (const side of ['before', 'after'] as const) {
      const path = pair[side]?.path;
      // A path that is named twice is a copy: its first pair is what became of it.
      if (path !== undefined && !pairs[side].has(path)) pairs[side].set(path, pair);
    }
  const maps = new Map<FilePair, Map<string, FileMap>>();
  return (path, side, tool) => {
    const pair = pairs[side].get(path);
    if (pair === undefined) return null;
    if (!isKnown(pair)) return { pair, map: null };
    const style = lineStyle(tool, pair.before?.text ?? null, pair.after?.text ?? null);
    const known = maps.get(pair) ?? new Map<string, FileMap>();
    maps.set(pair, known);
    const map = known.get(style) ?? mapFile(pair, style, budget);
    known.set(style, map);
    return { pair, map };
  };
}

function siteOf(
  finding: Finding,
  side: Site['side'],
  maps: Maps,
  renames: ReadonlyMap<string, string>,
  idOf: (text: string) => number,
): Site {
  const { path, startLine, startColumn, tool } = finding;
  const found = path === null ? null : maps(path, side, tool);
  const source = found?.map?.[side] ?? null;
  const line = path === null || startLine === null ? null : startLine - 1;
  const message = withRenames(finding.message, renames);
  return {
    finding,
    side,
    kind: idOf(
      JSON.stringify([tool, finding.rule, finding.level, finding.security, spanOf(finding, source)]),
    ),
    message,
    exact: idOf(message),
    normal: idOf(normalMessage(message)),
    file: path === null ? null : fileName(path, found?.pair ?? null),
    state: stateOf(found),
    map: found?.map ?? null,
    source,
    line,
    offset: line === null || startColumn === null ? null : (source?.offset(line, startColumn) ?? startColumn),
    hunk: line === null ? null : (found?.map?.hunkOf(side, line) ?? null),
    paired: false,
  };
}

function fileName(path: string, pair: FilePair | null): string {
  if (pair === null) return path;
  // NUL is in no path: a deleted file is never taken for another one that has its name now.
  return pair.after?.path ?? `${path}\0`;
}

function stateOf(found: ReturnType<Maps>): Site['state'] {
  if (found === null) return 'unchanged';
  const { pair, map } = found;
  return pair.before === null || pair.after === null || map === null ? 'apart' : 'changed';
}

function comparePairs(a: FilePair, b: FilePair): number {
  const name = ({ before, after }: FilePair) => `${after?.path ?? ''}\0${before?.path ?? ''}`;
  return compareText(name(a), name(b));
}

/** A total order of findings by all that they say: equal ones are interchangeable. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.path ?? '', b.path ?? '') ||
    compareNumbers(a.startLine, b.startLine) ||
    compareNumbers(a.startColumn, b.startColumn) ||
    compareText(a.tool, b.tool) ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message) ||
    compareText(a.level, b.level) ||
    compareNumbers(a.security, b.security) ||
    compareNumbers(a.endLine, b.endLine) ||
    compareNumbers(a.endColumn, b.endColumn)
  );
}

function compareNumbers(a: number | null, b: number | null): number {
  return (a ?? -1) - (b ?? -1);
}
