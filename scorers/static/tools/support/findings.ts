import type { Finding, FindingLevel } from '../../../../harness/domain/finding.ts';
import { compareText } from '../../../../harness/domain/order.ts';
import { bounded, boundedName } from '../../../text.ts';
import { position } from '../tool-reading.ts';

/** A finding as a tool says it; whatever is left out, or is no position, is null. */
export interface RawFinding {
  rule: string;
  level: FindingLevel;
  message: string;
  path: string | null;
  startLine?: number | null | undefined;
  startColumn?: number | null | undefined;
  endLine?: number | null | undefined;
  endColumn?: number | null | undefined;
}

/** Findings with bounded texts, each once, in an order that does not depend on the threads of the tool. */
export function findingsOf(tool: string, raw: Iterable<RawFinding>): Finding[] {
  const byKey = new Map<string, Finding>();
  for (const each of raw) {
    const finding = findingOf(tool, each);
    byKey.set(JSON.stringify(finding), finding);
  }
  return [...byKey.values()].sort(compare);
}

function findingOf(tool: string, raw: RawFinding): Finding {
  const startLine = position(raw.startLine);
  // A column or an end without the line that it belongs to says nothing.
  const within = (value: number | null | undefined) => (startLine === null ? null : position(value));
  return {
    tool,
    rule: boundedName(raw.rule, 200) || 'unknown',
    level: raw.level,
    message: bounded(raw.message, 2000),
    path: raw.path === null ? null : raw.path.toWellFormed(),
    startLine,
    startColumn: within(raw.startColumn),
    endLine: within(raw.endLine),
    endColumn: within(raw.endLine) === null ? null : within(raw.endColumn),
    security: null,
  };
}

function compare(a: Finding, b: Finding): number {
  return (
    compareText(a.path ?? '', b.path ?? '') ||
    (a.startLine ?? 0) - (b.startLine ?? 0) ||
    (a.startColumn ?? 0) - (b.startColumn ?? 0) ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message) ||
    (a.endLine ?? 0) - (b.endLine ?? 0) ||
    (a.endColumn ?? 0) - (b.endColumn ?? 0)
  );
}
