import { messageOf } from '../../../harness/domain/errors.ts';
import { compareText } from '../../../harness/domain/order.ts';
import { bounded, plural } from '../../text.ts';
import type { Expected } from './cases.ts';
import { subsetDifference } from './json-subset.ts';
import type { RegexJudge } from './regex.ts';

/** How an output differs from what is expected of it, in a few words; null when it does not. The words hold hostile text. */
export async function mismatch(
  expected: Expected,
  actual: Uint8Array,
  regexes: Pick<RegexJudge, 'test'>,
): Promise<string | null> {
  const { exact, contains, lines, json, regex, trim, ignoreTrailingSpace } = expected;
  if (exact !== null && !trim && !ignoreTrailingSpace && !Buffer.from(exact).equals(actual))
    return textDifference(lossy(exact), lossy(actual));
  const isBytesOnly = contains.length === 0 && lines === null && json === null && regex === null;
  if (isBytesOnly && !trim && !ignoreTrailingSpace) return null;

  const decoded = decode(actual);
  if (decoded === null) return 'it is not valid UTF-8';
  const text = normal(decoded, expected);
  if (exact !== null) {
    const wanted = normal(lossy(exact), expected);
    if (wanted !== text) return textDifference(wanted, text);
  }
  const missing = contains.find((part) => !text.includes(part));
  if (missing !== undefined) return `expected it to contain ${quote(missing)}, found ${quote(text)}`;
  if (lines !== null) {
    const difference = linesDifference(lines, text, expected);
    if (difference !== null) return difference;
  }
  if (json !== null) {
    const difference = jsonDifference(json.value, text);
    if (difference !== null) return difference;
  }
  if (regex === null) return null;
  const found = await regexes.test(regex.source, regex.flags, text);
  if (found === true) return null;
  const shown = bounded(`/${regex.source}/${regex.flags}`, 120);
  if (found === null) return `${shown} came to no answer in time on ${quote(text)}`;
  return `expected ${shown}, found ${quote(text)}`;
}

/** Linear in its input, unlike a regular expression for the same would be. */
function normal(text: string, { trim, ignoreTrailingSpace }: Expected): string {
  const trimmed = trim ? text.trim() : text;
  if (!ignoreTrailingSpace) return trimmed;
  const lines = trimmed.split('\n').map((line) => line.trimEnd());
  return lines.join('\n').trimEnd();
}

/** The first line in which two texts differ. */
function textDifference(expected: string, actual: string): string {
  if (expected === actual) return 'it differs in bytes that are not valid UTF-8';
  if (`${expected}\n` === actual) return 'expected no newline at the end, found one';
  if (expected === `${actual}\n`) return 'expected a newline at the end, found none';
  const [wanted, found] = [linesOf(expected), linesOf(actual)];
  const index = wanted.findIndex((line, at) => line !== found[at]);
  const at = index === -1 ? wanted.length : index;
  const where = wanted.length > 1 || found.length > 1 ? `line ${at + 1}: ` : '';
  const [left, right] = [wanted[at], found[at]];
  if (left === undefined) return `${where}expected the end, found ${quote(right ?? '')}`;
  if (right === undefined) return `${where}expected ${quote(left)}, found the end`;
  // Long lines are shown around the place where they part.
  const start = Math.max(0, commonStart(left, right) - 40);
  const cut = (line: string) => quote(start > 0 ? `…${line.slice(start)}` : line);
  return `${where}expected ${cut(left)}, found ${cut(right)}`;
}

/** Without the empty one after a last newline. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines;
}

function commonStart(left: string, right: string): number {
  let at = 0;
  while (at < left.length && left[at] === right[at]) at += 1;
  return at;
}

function linesDifference(
  expected: readonly string[],
  text: string,
  { ignoreTrailingSpace }: Expected,
): string | null {
  const found = text === '' ? [] : linesOf(text);
  const left = new Map<string, number>();
  for (const line of found) left.set(line, (left.get(line) ?? 0) + 1);
  for (const line of expected) {
    const wanted = ignoreTrailingSpace ? line.trimEnd() : line;
    const count = left.get(wanted) ?? 0;
    if (count === 0) return `expected a line ${quote(wanted)}${found.includes(wanted) ? ' more often' : ''}`;
    if (count === 1) left.delete(wanted);
    else left.set(wanted, count - 1);
  }
  const further = [...left.keys()].toSorted(compareText)[0];
  if (further === undefined) return null;
  return `found ${plural(found.length - expected.length, 'line')} too many: ${quote(further)}`;
}

function jsonDifference(expected: unknown, text: string): string | null {
  let actual: unknown;
  try {
    actual = JSON.parse(text);
  } catch (error) {
    return `it is not JSON: ${bounded(messageOf(error), 120)}`;
  }
  return subsetDifference(expected, actual);
}

function quote(text: string): string {
  return bounded(JSON.stringify(text.slice(0, 200)), 120);
}

function lossy(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
