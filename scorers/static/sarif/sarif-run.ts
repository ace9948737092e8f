import type { Finding } from '../../../harness/domain/finding.ts';
import { compareText } from '../../../harness/domain/order.ts';
import type { RuleFacts } from '../tool.ts';

/** A finding that is there now; those that were fixed are not part of a log. */
export interface SarifResult {
  finding: Finding;
  state: 'new' | 'unchanged';
  /** The same for the same finding in another tree. */
  fingerprint: string;
}

/** What one tool found, for `writeSarif`. */
export interface SarifRun {
  /** As findings call it; each tool has one run. */
  tool: string;
  version: string | null;
  /** What is known of its rules, by id. Only those of results are written. */
  rules: ReadonlyMap<string, RuleFacts>;
  /** Files that it analysed. */
  files: number;
  results: readonly SarifResult[];
}

const levels = ['error', 'warning', 'note', 'none'];

/** Worst level first. */
export function byLevel(a: Finding, b: Finding): number {
  return levels.indexOf(a.level) - levels.indexOf(b.level);
}

/** A total order of findings that are not equal, as a reader goes through the files. */
export function byPlace(a: Finding, b: Finding): number {
  return (
    compareText(a.path ?? '', b.path ?? '') ||
    (a.startLine ?? 0) - (b.startLine ?? 0) ||
    (a.startColumn ?? 0) - (b.startColumn ?? 0) ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message) ||
    compareText(identity(a), identity(b))
  );
}

function identity({ level, path, endLine, endColumn, security, tool }: Finding): string {
  return JSON.stringify([path, endLine, endColumn, level, security, tool]);
}
