import { z } from 'zod';
import { type Finding, FindingLevel } from '../../../harness/domain/finding.ts';
import { boundedLine } from '../../text.ts';
import type { TextTool } from '../text-tool.ts';
import { type CommentLine, commentLines } from './comments.ts';
import { type FamilyName, families, familyNames } from './suppression-families.ts';
import { lineIndex } from './syntax/lines.ts';
import { parsedFiles } from './syntax/parse.ts';

const options = z.strictObject({
  /** Levels by family, instead of its own. */
  levels: z.partialRecord(z.enum(familyNames), FindingLevel).default({}),
});

/** One finding for each family and line. */
export const suppressions: TextTool<typeof options> = {
  name: 'suppressions',
  revision: 1,
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
        if (!found.has(key))
          found.set(key, findingOf(family, levels[family], comment, match, { path, line, column }));
      }
    }
    return { findings: [...found.values()] };
  },
};

function findingOf(
  family: FamilyName,
  level: FindingLevel | undefined,
  comment: CommentLine,
  match: RegExpExecArray,
  { path, line, column }: { path: string; line: number; column: number },
): Finding {
  const { silences, level: own } = families[family];
  const text = boundedLine(comment.text.slice(match.index, match.index + 1000), 120);
  return {
    tool: 'suppressions',
    rule: family,
    level: level ?? own,
    message: `silences ${silences}: ${text}`,
    path,
    startLine: line,
    startColumn: column,
    endLine: line,
    endColumn: column + match[0].length,
    security: null,
  };
}
