import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { digestOf } from '../../harness/domain/digest.ts';

/** Texts by path, with marks; null: deleted by the candidate. */
const Texts = z.record(z.string(), z.string());

const WrittenCase = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  /** What is done, and, where it is not plain, why that is expected. */
  says: z.string(),
  base: Texts,
  /** Files that differ from the base; those that it does not name are as they were. */
  candidate: z.record(z.string(), z.string().nullable()),
  /** From old path to new, as git takes them. */
  renames: Texts.default({}),
  /** Files whose lines end in CRLF. */
  crlf: z
    .strictObject({ base: z.array(z.string()), candidate: z.array(z.string()) })
    .partial()
    .default({}),
  /** Where the delta is known to say something else: why, and what, see `disagreementsOf`. */
  gap: z.strictObject({ why: z.string(), wrong: z.array(z.string()).min(1) }).optional(),
});

/** What is expected of one finding. */
export interface Mark {
  side: 'before' | 'after';
  rule: string;
  path: string;
  /** 1-based; null where it is about the file. */
  line: number | null;
  /** What on the line it points at, where that matters. */
  code: string | null;
  /** `+` new, `-` fixed; else a name that the same finding has on both sides. */
  mark: string;
}

/** One small change and what it does to a tool's findings. */
export interface Case {
  tool: string;
  name: string;
  before: Record<string, string>;
  after: Record<string, string>;
  renames: Record<string, string>;
  marks: Mark[];
  gap: { why: string; wrong: string[] } | null;
}

/** All cases, by tool and in the order in which they are written. Throws for a mark that makes no sense. */
export function readCorpus(): Case[] {
  const files = globSync(join(import.meta.dirname, 'cases', '*.yaml')).sort();
  return files.flatMap((file) => {
    const tool = basename(file, '.yaml');
    const cases = z.array(WrittenCase).parse(parse(readFileSync(file, 'utf8')), { reportInput: true });
    return cases.map((written) => readCase(tool, written));
  });
}

function readCase(tool: string, written: z.infer<typeof WrittenCase>): Case {
  const { name, base, candidate, renames, crlf, gap } = written;
  const gone = new Set([
    ...Object.keys(renames),
    ...Object.keys(candidate).filter((path) => candidate[path] === null),
  ]);
  const kept = Object.entries(base).filter(([path]) => !gone.has(path));
  const changed = Object.entries(candidate).flatMap(([path, text]) => (text === null ? [] : [[path, text]]));
  const read = (side: Mark['side'], texts: Record<string, string>, ends: readonly string[] = []) =>
    Object.entries(texts).map(([path, text]) => readText(side, path, text, ends.includes(path)));
  const before = read('before', base, crlf.base);
  const after = read('after', Object.fromEntries([...kept, ...changed]), crlf.candidate);
  const marks = [...before, ...after].flatMap((file) => file.marks);
  checkMarks(`${tool}/${name}`, marks);
  return {
    tool,
    name,
    before: Object.fromEntries(before.map(({ path, text }) => [path, text])),
    after: Object.fromEntries(after.map(({ path, text }) => [path, text])),
    renames,
    marks,
    gap: gap ?? null,
  };
}

/**
 * Takes the marks out of a text. `«rule +»` at the end of a line is a finding on it, or, as `«rule@3 +»`, on the line that
 * the tool counts as the third; `«rule at code +»` says what it points at there. A line of nothing but marks is none of the text's: they are about the file as a whole.
 */
function readText(side: Mark['side'], path: string, written: string, isCrlf: boolean) {
  const marked = written.replace(/\{\{token (\w+)\}\}/gu, (_, name: string) => tokenOf(name));
  const lines: string[] = [];
  const marks: Mark[] = [];
  for (const line of marked.split('\n')) {
    const found = [...line.matchAll(/«(\S+?)(?:@(\d+))?(?: at (.+?))? ([-+]|=\w+)»/gu)];
    const text = line.replace(/ *«[^»]*»/gu, '');
    const isWhole = found.length > 0 && text.trim() === '';
    if (!isWhole) lines.push(text);
    for (const [, rule = '', line, code, mark = ''] of found)
      marks.push({
        side,
        rule,
        path,
        line: isWhole ? null : Number(line ?? lines.length),
        code: code ?? null,
        mark,
      });
  }
  return { path, text: lines.join(isCrlf ? '\r\n' : '\n'), marks };
}

/** What looks like a token of GitHub; made here, so that no scanner finds one in this repository. */
function tokenOf(name: string): string {
  return `ghp_${digestOf(name).slice(-36)}`;
}

function checkMarks(name: string, marks: readonly Mark[]): void {
  const sides = new Map<string, string[]>();
  for (const { side, rule, mark } of marks) {
    if (mark === (side === 'before' ? '+' : '-')) throw new Error(`${name}: ${rule} ${mark} stands ${side}`);
    if (mark.startsWith('=')) sides.set(mark, [...(sides.get(mark) ?? []), `${side} ${rule}`]);
  }
  for (const [mark, [first, second, ...others]] of sides)
    if (first?.split(' ')[1] !== second?.split(' ')[1] || first === second || others.length > 0)
      throw new Error(`${name}: ${mark} must stand once on each side, at one rule`);
}
