import { z } from 'zod';
import { type Finding, FindingLevel } from '../../../harness/domain/finding.ts';
import { boundedLine } from '../../text.ts';
import type { TextTool } from '../text-tool.ts';
import { type CommentLine, commentLines } from './comments.ts';
import { type Family, type FamilyName, families, familyNames } from './suppression-families.ts';
import { lineIndex } from './syntax/lines.ts';
import { parsedFiles } from './syntax/parse.ts';

const options = z.strictObject({
  /** Levels by family, instead of its own. */
  levels: z.partialRecord(z.enum(familyNames), FindingLevel).default({}),
});

/** One finding for each family and line. */
export const suppressions: TextTool<typeof options> = {
  name: 'suppressions',
  revision: 2,
  options,
  files: () => [
    ...parsedFiles,
    '**/*.{vue,svelte,astro,css,scss,less,html,go,rs,java,kt,scala,swift,c,h,cc,cpp,hpp,cs,rb,php,sh,bash,tf}',
    '**/*.{yml,yaml,toml,ini,cfg}',
    '**/{Dockerfile,Makefile}',
  ],
  suits: () => true,
  analyse({ path, text }, { options: { levels } }) {
    const lines = lineIndex(text);
    const found = new Map<string, Finding>();
    for (const comment of commentLines(path, text)) {
      for (const family of familyNames) {
        const match = families[family].pattern.exec(comment.text);
        if (match === null) continue;
        const { line, column } = lines.at(comment.offset + match.index);
        const key = `${line} ${family}`;
        if (found.has(key)) continue;
        const end = endOfSilenced(text, comment.offset + match.index, isForNext(family, match[0]));
        const place = { path, line, column, ...endPlace(lines.at(end)) };
        found.set(key, findingOf(family, levels[family], comment, match, place));
      }
    }
    return { findings: [...found.values()] };
  },
};

function isForNext(family: FamilyName, match: string): boolean {
  const given: Family = families[family];
  return given.next?.test(match) === true;
}

/** Where the code ends that a comment silences: with its own line, or with the next one that holds something. */
function endOfSilenced(text: string, offset: number, isNext: boolean): number {
  const own = lineEnd(text, offset);
  if (!isNext) return own;
  for (let end = own; end < text.length; ) {
    const after = lineEnd(text, end + 1);
    if (text.slice(end + 1, after).trim() !== '') return after;
    end = after;
  }
  return own;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

function endPlace({ line, column }: { line: number; column: number }) {
  return { endLine: line, endColumn: column };
}

interface Place {
  path: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

function findingOf(
  family: FamilyName,
  level: FindingLevel | undefined,
  comment: CommentLine,
  match: RegExpExecArray,
  { path, line, column, endLine, endColumn }: Place,
): Finding {
  const { silences, level: own } = families[family];
  const text = boundedLine(comment.text.slice(match.index, match.index + 1000), 120);
  return {
    tool: 'suppressions',
    rule: family,
    level: level ?? own,
    message: `silences ${silences}: ${text}`,
    path,
    // With the code that it silences: where that becomes another, so does what is hidden.
    startLine: line,
    startColumn: column,
    endLine,
    endColumn,
    security: null,
  };
}
