import type { Finding } from '../../../harness/domain/finding.ts';
import type { Source } from './source.ts';

/** The text tool whose findings are comments that silence others. */
const silencers = 'suppressions';

/** Longer stretches are whole functions or files, whose every edit is not another finding. */
const maxLines = 10;
const maxCharacters = 2000;

/**
 * The code that a security finding points at, without its format. Where that changes, the finding is another one: a
 * constant that became a request's parameter, or a revoked key that became a live one, keeps rule, message and line.
 * Code scanning services hash the flagged line for the same reason. A comment that silences a tool is the same only
 * while it silences the same code. Empty for all other findings.
 */
export function spanOf(finding: Finding, source: Source | null): string {
  const { tool, security, startLine, startColumn, endLine, endColumn } = finding;
  const isBound = security !== null || tool === silencers;
  if (!isBound || startLine === null || source === null) return '';
  const last = Math.max(startLine, endLine ?? startLine);
  if (last - startLine >= maxLines) return 'long';
  const parts: string[] = [];
  let characters = 0;
  for (let line = startLine; line <= last && characters <= maxCharacters; line += 1) {
    const text = source.line(line - 1);
    // A comment silences what stands before it.
    const isWhole = tool === silencers || line !== startLine || startColumn === null;
    const from = isWhole ? 0 : startColumn - 1;
    // A line can be as long as its file: no more of it is copied than can matter.
    const most = Math.min(text.length, from + maxCharacters + 1);
    const to = line === last && endLine !== null && endColumn !== null ? Math.min(most, endColumn - 1) : most;
    parts.push(text.slice(from, to));
    characters += Math.max(0, to - from);
  }
  if (characters > maxCharacters) return 'long';
  const dense = parts.join('').replace(/\s+/gu, '').replaceAll('"', "'");
  // A formatter that wraps arguments ends the last one with a comma.
  return dense.replace(/,(?=[)\]}])/gu, '');
}
