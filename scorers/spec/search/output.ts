import { z } from 'zod';
import { boundedLine } from '../../text.ts';
import { scanBytes } from './program.ts';

/** What one scan printed. */
export interface GroupOutput {
  /** `file` and `rule` as they were named in the container. */
  matches: { file: string; rule: string; line: number; text: string; captures: Record<string, string> }[];
  /** Whether it ended by itself. */
  isWhole: boolean;
  /** Whether it printed more than is kept. */
  cut: boolean;
  /** Whether ast-grep refused a rule, and looked at nothing. */
  refused: boolean;
  /** What went wrong, in one line. */
  problem: string | null;
  /** As ast-grep counts them; null where it did not say. */
  scanned: number | null;
  skipped: number | null;
}

const Match = z.object({
  text: z.string(),
  range: z.object({ start: z.object({ line: z.number().int().min(0) }) }),
  file: z.string(),
  ruleId: z.string(),
  metaVariables: z.object({ single: z.record(z.string(), z.object({ text: z.string() })) }).optional(),
});

/** ast-grep's exit code for a rule or configuration that it refuses. */
const refusedCode = 8;

/** Reads the marked outputs of all scans, by their names. Never throws for what is in them. */
export function readOutput(stdout: string, stderr: string): ReadonlyMap<string, GroupOutput> {
  const errors = sections(stderr);
  const outputs = new Map<string, GroupOutput>();
  for (const [name, body] of sections(stdout))
    outputs.set(name, readScan(name, body, errors.get(name) ?? ''));
  return outputs;
}

/** Text after `#begin <name>` up to the next such line. */
function sections(output: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of output.split(/^#begin /m).slice(1)) {
    const end = part.indexOf('\n');
    if (end > 0) found.set(part.slice(0, end), part.slice(end + 1));
  }
  return found;
}

function readScan(name: string, body: string, errors: string): GroupOutput {
  const marker = body.lastIndexOf(`\n#end ${name} `);
  const code = marker < 0 ? null : Number.parseInt(body.slice(marker + name.length + 7), 10);
  const printed = marker < 0 ? body : body.slice(0, marker);
  // In bytes at least so long; a cut scan is never shorter in characters than a quarter of it.
  const cut = printed.length > scanBytes / 4 && Buffer.byteLength(printed) >= scanBytes - 1;
  const matches: GroupOutput['matches'] = [];
  let unread = 0;
  const lines = printed.split('\n').filter((line) => line !== '');
  for (const [index, line] of lines.entries()) {
    const match = readMatch(line);
    if (match !== null) matches.push(match);
    // The last line of a cut or ended scan may be half of one.
    else if (index < lines.length - 1 || (!cut && code !== null)) unread += 1;
  }
  const count = (word: string) => {
    const found = new RegExp(`summary\\|file: .*\\b${word}=(\\d+)`).exec(errors)?.[1];
    return found === undefined ? null : Number(found);
  };
  return {
    matches,
    isWhole: code !== null,
    cut,
    refused: code === refusedCode,
    problem: cut
      ? 'there are more matches than are read'
      : (problemOf(code, errors) ?? (unread > 0 ? 'ast-grep printed what is no match' : null)),
    scanned: count('scannedFileCount'),
    skipped: count('skippedFileCount'),
  };
}

/** Exit code of a shell for a program that was killed, which the kernel does where memory is used up. */
const killedCode = 137;

function problemOf(code: number | null, errors: string): string | null {
  if (code === null || code === 0) return null;
  if (code === refusedCode) return `ast-grep refuses the rule: ${reasonIn(errors)}`;
  if (code === killedCode) return 'ast-grep was killed: it used more memory than it may';
  const line = boundedLine(errors.trimEnd().split('\n').at(-1) ?? '', 200);
  return `ast-grep ended with exit code ${code}${line === '' ? '' : `: ${line}`}`;
}

function readMatch(line: string): GroupOutput['matches'][number] | null {
  try {
    const { text, range, file, ruleId, metaVariables } = Match.parse(JSON.parse(line));
    const captures = Object.entries(metaVariables?.single ?? {}).map(([name, node]) => [name, node.text]);
    return { file, rule: ruleId, line: range.start.line + 1, text, captures: Object.fromEntries(captures) };
  } catch {
    return null;
  }
}

/** ast-grep tells the cause in lines that begin with `╰▻`, the innermost last. */
function reasonIn(errors: string): string {
  const causes = [...errors.matchAll(/^╰▻ (.*(?:\n[^╰\n].*)*)/gm)].map(([, cause = '']) => cause);
  return boundedLine(causes.join(': ') || errors, 300);
}
