import type { ChangedFile, FileState } from './changed-file.ts';
import { type Draft, openIds } from './draft.ts';
import { type Language, languageOf, parse } from './language.ts';
import { diffLines, type LineHunk, linesOf } from './line-diff.ts';
import { programOf } from './program.ts';

/** Larger files are one hunk. */
const maxTextBytes = 1024 ** 2;
/** Hunks times characters to read again; beyond, hunks are taken as they are. */
const maxWork = 8_000_000;

/**
 * Each hunk of the change left out in turn. Files that came or went, symbolic links and binary files are one hunk, a
 * change of mode is one of its own. Hunks that only together leave a program stay together; what changes nothing that a
 * program does (comments, types, blank lines) is none.
 */
export function hunkMutants({ path, base, oracle }: ChangedFile): Draft[] {
  const ids = openIds(path);
  const draft = (line: number | null, words: string, what: readonly string[], build: Draft['build']) => ({
    id: ids('hunk', what),
    kind: 'hunk' as const,
    operator: 'hunk',
    path,
    line,
    words,
    build,
  });
  if (base === oracle) return [];
  if (base === null || oracle === null) {
    const words = base === null ? 'the new file left out' : 'the deleted file put back';
    return [draft(null, words, [words], () => base)];
  }
  if (!isText(base) || !isText(oracle))
    return isSame(base, oracle) ? [] : [draft(null, 'the change of the file left out', ['all'], () => base)];
  const drafts: Draft[] = [];
  if (base.mode !== oracle.mode) {
    const words = `the mode ${base.mode} put back`;
    drafts.push(draft(null, words, [words], () => ({ mode: base.mode, content: oracle.content })));
  }
  const [before, now] = [base, oracle].map(({ content }) => linesOf(content.toString('latin1')));
  const parts = standingParts(path, before ?? [], now ?? []);
  for (const [index, part] of parts.entries()) {
    const words =
      parts.length === 1 ? 'the only hunk left out' : `hunk ${index + 1} of ${parts.length} left out`;
    const what = part.hunks.flatMap((hunk) => [
      (before ?? []).slice(...hunk.base).join(''),
      (now ?? []).slice(...hunk.oracle).join(''),
    ]);
    drafts.push(
      draft((part.hunks[0]?.oracle[0] ?? 0) + 1, words, what, () => ({
        mode: oracle.mode,
        content: Buffer.from(part.without, 'latin1'),
      })),
    );
  }
  return drafts;
}

function isSame(a: FileState, b: FileState): boolean {
  return a.mode === b.mode && a.content.equals(b.content);
}

/** Git's rule for text: no NUL in the first 8000 bytes. */
function isText({ mode, content }: FileState): boolean {
  return mode !== '120000' && content.length <= maxTextBytes && !content.subarray(0, 8000).includes(0);
}

/** Hunks that are left out together, and the oracle's text without them, in bytes as latin1. */
interface Part {
  hunks: LineHunk[];
  without: string;
}

function standingParts(path: string, base: readonly string[], oracle: readonly string[]): Part[] {
  const leaveOut = (hunks: LineHunk[]): Part => ({ hunks, without: without(hunks, base, oracle) });
  const near = joinNear(diffLines(base, oracle), oracle).filter(
    (hunks) => !hunks.every((hunk) => isBlank(base, hunk.base) && isBlank(oracle, hunk.oracle)),
  );
  const text = utf8(oracle.join(''));
  const language = languageOf(path, text);
  const parsed = language === null || near.length * text.length > maxWork ? null : parse(text, language);
  if (language === null || parsed?.errors !== 0) return near.map(leaveOut);
  if (parse(utf8(base.join('')), language)?.errors !== 0) return near.map(leaveOut);

  const parts: Part[] = [];
  let open: LineHunk[] = [];
  for (const hunks of near) {
    const part = leaveOut([...open, ...hunks]);
    open = isProgram(part, language) ? [] : part.hunks;
    if (open.length === 0) parts.push(part);
  }
  // What is left over at the end belongs to what came before; all of it together is the base, which is a program.
  while (open.length > 0) {
    const part = leaveOut([...(parts.pop()?.hunks ?? []), ...open]);
    open = parts.length === 0 || isProgram(part, language) ? [] : part.hunks;
    if (open.length === 0) parts.push(part);
  }
  const program = programOf(text, parsed.tree, language);
  return parts.filter((part) => {
    const other = utf8(part.without);
    const tree = parse(other, language)?.tree;
    return tree === undefined || programOf(other, tree, language) !== program;
  });
}

function isProgram(part: Part, language: Language): boolean {
  return parse(utf8(part.without), language)?.errors === 0;
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

function isBlank(lines: readonly string[], [from, to]: readonly [number, number]): boolean {
  return lines.slice(from, to).every((line) => line.trim() === '');
}

/** Hunks with nothing but brackets and blank lines between them are one change to a reader. */
function joinNear(hunks: readonly LineHunk[], oracle: readonly string[]): LineHunk[][] {
  const joined: LineHunk[][] = [];
  for (const hunk of hunks) {
    const last = joined.at(-1);
    const between = oracle.slice(last?.at(-1)?.oracle[1] ?? 0, hunk.oracle[0]);
    if (last !== undefined && between.every((line) => !/[\w\x80-\xff]/.test(line))) last.push(hunk);
    else joined.push([hunk]);
  }
  return joined;
}

function without(hunks: readonly LineHunk[], base: readonly string[], oracle: readonly string[]): string {
  let text = '';
  let at = 0;
  for (const hunk of hunks) {
    text += oracle.slice(at, hunk.oracle[0]).join('') + base.slice(...hunk.base).join('');
    at = hunk.oracle[1];
  }
  return text + oracle.slice(at).join('');
}
