import { createHash } from 'node:crypto';
import type { Finding } from '../../../harness/domain/finding.ts';
import { normalMessage } from './message.ts';
import { compareFindings } from './site.ts';
import { type LineStyle, lineStyle, openSource, type Source } from './source.ts';

/** Of 64 hex digits; enough that two findings of a project never share one by chance. */
const digits = 32;
/** Of a longer line only so much counts, around the finding: a minified file is one line. */
const maxLine = 400;

/**
 * Names a finding by what it says and by the text of its line, not by where that stands: it stays when lines move, code is
 * indented anew or the file is renamed, and changes when the line does. `text` is that of the finding's file, null where
 * it is not known; then the message alone counts. Equal findings have equal fingerprints: see `fingerprintsOf`.
 */
export function fingerprintOf(finding: Finding, text: string | null): string {
  return hashOf(finding, text === null ? null : openSource(text, lineStyle(finding.tool, text)));
}

/**
 * Fingerprints of all findings of a tree, in their order, for SARIF's `partialFingerprints`. Each ends in `:` and its
 * number among equal ones, by path, line and column. `textOf` is asked once for each path.
 */
export function fingerprintsOf(
  findings: readonly Finding[],
  textOf: (path: string) => string | null,
): string[] {
  const sourceOf = openSources(textOf);
  const seen = new Map<string, number>();
  const result = findings.map(() => '');
  const order = findings.map((finding, index) => ({ finding, index }));
  for (const { finding, index } of order.sort((a, b) => compareFindings(a.finding, b.finding))) {
    const hash = hashOf(finding, sourceOf(finding));
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    result[index] = `${hash}:${count}`;
  }
  return result;
}

function hashOf(finding: Finding, source: Source | null): string {
  const { tool, rule, startLine, startColumn, message } = finding;
  const said = [tool, rule, normalMessage(message)];
  const where =
    source === null || startLine === null ? [] : lineAround(source, startLine - 1, startColumn ?? 1);
  return createHash('sha256')
    .update(JSON.stringify([...said, ...where]))
    .digest('hex')
    .slice(0, digits);
}

function lineAround(source: Source, index: number, column: number): [string, number] {
  const line = source.normal[index] ?? '';
  const offset = source.offset(index, column);
  if (line.length <= maxLine) return [line, offset];
  const from = Math.max(0, offset - maxLine / 2);
  return [line.slice(from, from + maxLine), offset - from];
}

function openSources(textOf: (path: string) => string | null): (finding: Finding) => Source | null {
  const texts = new Map<string, string | null>();
  const sources = new Map<string, Source>();
  return ({ path, tool }) => {
    if (path === null) return null;
    const known = texts.get(path);
    const text = known === undefined ? textOf(path) : known;
    texts.set(path, text);
    if (text === null) return null;
    const style: LineStyle = lineStyle(tool, text);
    const source = sources.get(`${style} ${path}`) ?? openSource(text, style);
    sources.set(`${style} ${path}`, source);
    return source;
  };
}
