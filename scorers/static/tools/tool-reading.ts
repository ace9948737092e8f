import { posix } from 'node:path';
import type { z } from 'zod';
import { boundedLine } from '../../text.ts';
import { ToolFailure, type ToolOutput } from '../tool.ts';

const maxReason = 400;

/**
 * A tool's path as the workspace knows it: relative, `/`-separated, plain. null for one outside of the workspace.
 */
export function workspacePath(path: string, workdir: string): string | null {
  const inside = path.startsWith(`${workdir}/`) ? path.slice(workdir.length + 1) : path;
  const plain = posix.normalize(inside);
  const isOutside = plain.startsWith('/') || plain === '.' || plain === '..' || plain.startsWith('../');
  return isOutside ? null : plain;
}

/** Files as arguments: none can be read as an option, nor as the name of a list of arguments. */
export function fileArguments(files: readonly string[]): string[] {
  return files.map((file) => (/^[-@]/.test(file) ? `./${file}` : file));
}

/** A line or column as a finding has it; null where the tool says none. */
export function position(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 ? value : null;
}

/** Reads a report. Throws `ToolFailure` where it is not JSON, cut off, or not of this shape. */
export function parseReport<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  output: ToolOutput,
): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ToolFailure(`it printed no complete JSON report${said(output)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined ? '' : `: ${issue.path.map(String).join('.')}: ${issue.message}`;
  throw new ToolFailure(boundedLine(`its report is not what it should be${place}`, maxReason));
}

/** Throws `ToolFailure` unless a tool ended in a way that means that it did its work. */
export function expectExit(output: ToolOutput, done: readonly number[]): void {
  if (done.includes(output.exitCode)) return;
  throw new ToolFailure(`it ended with exit code ${output.exitCode}${said(output)}`);
}

/**
 * What became of the files asked for. Those that a tool neither analysed nor failed to read were left out by its
 * configuration, where that may leave any out. Throws `ToolFailure` where none was analysed for another reason.
 */
export function accountFiles(
  asked: readonly string[],
  analysed: ReadonlySet<string | null>,
  mayExclude: boolean,
  unread: ReadonlySet<string | null> = new Set(),
): { files: number; excluded: number } {
  const files = asked.filter((file) => analysed.has(file) && !unread.has(file)).length;
  const left = asked.filter((file) => !analysed.has(file) && !unread.has(file)).length;
  const excluded = mayExclude ? left : 0;
  if (files === 0 && excluded < asked.length)
    throw new ToolFailure(`it analysed none of ${asked.length} files`);
  return { files, excluded };
}

/** How many of the files asked for were analysed, where none may be left out. Throws `ToolFailure` where it was none. */
export function countAnalysed(analysed: ReadonlySet<string | null>, asked: readonly string[]): number {
  return accountFiles(asked, analysed, false).files;
}

/** What a tool printed about its end: of a Python traceback the exception, else all of it, as one bounded line. */
function said({ stdout, stderr }: ToolOutput): string {
  const text = (stderr.trim() === '' ? stdout : stderr).trim();
  if (text === '') return '';
  const isTraceback = text.includes('Traceback (most recent call last)');
  return `: ${boundedLine(isTraceback ? (text.split('\n').at(-1) ?? '') : text, maxReason)}`;
}
