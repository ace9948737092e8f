import { bounded } from '../../text.ts';
import { BrokenReport, reportLimits } from './result.ts';

/** The parser's time grows with lines times depth; a real report has far fewer. */
const maxLines = 1_000_000;
/** Beyond these, failures have no message: each costs a YAML document. */
const maxMessages = 500;

const testPoint = /^( *)(not )?ok\b/;
const tapLike = /^\s*((not )?ok\b|\d+\.\.\d|bail out!|# Subtest|TAP version)/i;

/**
 * The lines of a TAP stream as the parser is to see them: YAML blocks, which the candidate may have written, are
 * taken out, because the library reads them with custom tags and in quadratic time. What is left in their place is
 * one quoted message, for failed tests and where a block opens a buffered sub-test (`{` on the next line).
 */
export function* tapLines(text: string): Generator<string> {
  const lines = text.split('\n');
  if (lines.length > maxLines) throw new BrokenReport(`it has more than ${maxLines} lines`);
  let messages = 0;
  let point: RegExpMatchArray | null = null;
  for (let index = 0; index < lines.length; index++) {
    const line = (lines[index] ?? '').replace(/\r$/, '');
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    if (indent.length > 4 * reportLimits.depth) {
      if (tapLike.test(line))
        throw new BrokenReport(`its sub-tests are nested deeper than ${reportLimits.depth}`);
      continue;
    }
    const block = point !== null && line === `${indent}---` ? yamlBlock(lines, index, indent, point) : null;
    if (block === null) {
      // No block that we have not emptied may open: dropped, this is noise like any other.
      if (line.trim() === '---') continue;
      yield `${line}\n`;
      if (tapLike.test(line)) point = testPoint.exec(line);
      continue;
    }
    const failed = point?.[2] !== undefined;
    index = block.end;
    if ((failed && messages++ < maxMessages) || (lines[index + 1] ?? '').trim() === '{')
      yield `${indent}---\n${indent}message: ${JSON.stringify(messageOf(block.lines, indent))}\n${indent}...\n`;
  }
}

/** The block that opens at a line, where it is closed properly; null where the parser would call it garbage too. */
function yamlBlock(lines: readonly string[], start: number, indent: string, point: RegExpMatchArray) {
  if (indent.length <= (point[1] ?? '').length) return null;
  const body: string[] = [];
  for (let index = start + 1; index < lines.length; index++) {
    const line = (lines[index] ?? '').replace(/\r$/, '');
    if (line === `${indent}...`) return { end: index, lines: body };
    if (line !== '' && !line.startsWith(indent)) return null;
    body.push(line);
  }
  return null;
}

/** What a failure's block says in words: its `error`, `message` or `reason`, else nothing. */
function messageOf(block: readonly string[], indent: string): string {
  for (const [index, line] of block.entries()) {
    const match = /^(?:error|message|reason): *(.+)?$/.exec(line.slice(indent.length));
    if (match === null) continue;
    const value = match[1] ?? nestedMessage(block.slice(index + 1, index + 10));
    if (!/^[|>][+-]?$/.test(value)) return bounded(value.replace(/^(['"])(.*)\1$/, '$2'), 1000);
    const rest = block.slice(index + 1, index + 50);
    const end = rest.findIndex((each) => each !== '' && !each.startsWith(`${indent} `));
    return bounded((end === -1 ? rest : rest.slice(0, end)).map((each) => each.trim()).join('\n'), 1000);
  }
  return '';
}

/** Vitest's errors are maps with a name and a message. */
function nestedMessage(block: readonly string[]): string {
  return block.map((line) => /^ +message: (.*)$/.exec(line)?.[1]).find((text) => text !== undefined) ?? '';
}
