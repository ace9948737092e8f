import type { Tree } from '@lezer/common';
import type { ChangedFile, FileState } from './changed-file.ts';
import { type Draft, openIds, quoted } from './draft.ts';
import { errorsOf, isStillProgram, type Language, languageOf, parse } from './language.ts';
import { diffLines, linesOf } from './line-diff.ts';
import { isHandWritten } from './source-files.ts';
import { evenly } from './spread.ts';
import { type Edit, isAmong } from './syntax.ts';

const maxBytes = 512 * 1024;
/** Longer lines hold data, or a program that no one wrote like this. */
const maxLine = 2000;
/** Of larger programs, faults evenly spread. */
const maxEdits = 5000;
const byteOrderMark = '\ufeff';

/** Programs with one fault each in a line that the oracle added or changed; none for other languages. */
export function operatorMutants({ path, base, oracle }: ChangedFile): Draft[] {
  const source = oracle === null ? null : textOf(oracle);
  if (oracle === null || source === null) return [];
  const language = languageOf(path, source.text);
  if (language === null || !isHandWritten(path, source.text)) return [];
  const before = base === null ? null : textOf(base);
  const lines = linesOf(source.text);
  const wanted = changedLines(before === null ? [] : linesOf(before.text), lines);
  const parsed = wanted.size === 0 ? null : parse(source.text, language);
  if (parsed === null) return [];
  const starts = startsOf(lines);
  for (const offset of parsed.errors > 0 ? errorsOf(parsed.tree) : []) wanted.delete(lineAt(starts, offset));
  const edits = editsOf(source.text, parsed.tree, language).filter(({ from }) => {
    const line = lineAt(starts, from);
    return wanted.has(line) && (lines[line]?.length ?? 0) <= maxLine;
  });

  const ids = openIds(path);
  return evenly(distinct(edits, source.text), maxEdits).map((edit) => {
    const line = lineAt(starts, edit.from);
    const original = source.text.slice(edit.from, edit.to);
    return {
      id: ids(edit.operator, [(lines[line] ?? '').trim(), original, edit.insert]),
      kind: 'operator' as const,
      operator: edit.operator,
      path,
      line: line + 1,
      words: /^(?: |;|pass)?$/.test(edit.insert)
        ? `${quoted(original)} left out`
        : `${quoted(original)} became ${quoted(edit.insert)}`,
      build: () => {
        // What is no program any more would be refused by any test.
        if (edit.insert === original || !isStillProgram(source.text, parsed, edit, language))
          return undefined;
        const text = source.text.slice(0, edit.from) + edit.insert + source.text.slice(edit.to);
        return { mode: oracle.mode, content: Buffer.from(source.mark + text) };
      },
    };
  });
}

/** A file's text and the byte order mark before it; null for what is no text. */
function textOf({ mode, content }: FileState): { text: string; mark: string } | null {
  if (mode === '120000' || content.length > maxBytes || content.includes(0)) return null;
  const text = content.toString('utf8');
  if (!Buffer.from(text).equals(content)) return null;
  return text.startsWith(byteOrderMark) ? { text: text.slice(1), mark: byteOrderMark } : { text, mark: '' };
}

function changedLines(base: readonly string[], oracle: readonly string[]): Set<number> {
  const lines = new Set<number>();
  for (const hunk of diffLines(base, oracle))
    for (let line = hunk.oracle[0]; line < hunk.oracle[1]; line += 1) lines.add(line);
  return lines;
}

function startsOf(lines: readonly string[]): number[] {
  let at = 0;
  return lines.map((line) => {
    at += line.length;
    return at - line.length;
  });
}

/** The 0-based line of an offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/** All faults that the language's rules know, in the order of the text. */
function editsOf(source: string, tree: Tree, { rules, arid }: Language): Edit[] {
  const edits: Edit[] = [];
  tree.iterate({
    enter(ref) {
      const rule = Object.hasOwn(rules, ref.name) && !ref.type.is('Type') ? rules[ref.name] : undefined;
      if (rule) edits.push(...rule(ref.node, source));
      return !isAmong(arid, ref, source);
    },
  });
  return edits;
}

/** Of edits that make the same text the first. */
function distinct(edits: readonly Edit[], source: string): Edit[] {
  const found = new Map<string, Edit>();
  for (const edit of edits) {
    const original = source.slice(edit.from, edit.to);
    let [start, end] = [0, 0];
    const most = Math.min(original.length, edit.insert.length);
    while (start < most && original[start] === edit.insert[start]) start += 1;
    while (end < most - start && original.at(-1 - end) === edit.insert.at(-1 - end)) end += 1;
    const key = JSON.stringify([
      edit.from + start,
      edit.to - end,
      edit.insert.slice(start, edit.insert.length - end),
    ]);
    if (!found.has(key)) found.set(key, edit);
  }
  return [...found.values()].sort((a, b) => a.from - b.from || a.to - b.to);
}
