import { compareText } from '../../../harness/domain/order.ts';
import type { FieldPath, PlacedValue } from '../../../harness/plan/place.ts';
import type { ReadSpec } from '../load-spec.ts';
import { checkFindings } from './check-rules.ts';
import { contradictionFindings } from './contradictions.ts';
import { expectationFindings } from './expectations.ts';
import type { Linted, LintFinding, PlacedFinding } from './finding.ts';
import { overlapFindings } from './overlap.ts';
import { regexFindings } from './regex-rules.ts';
import { outOfScope, scopeFindings } from './scope-rules.ts';
import { fillInLine, wordFindings } from './words.ts';

const levels = ['error', 'warning', 'note'] as const;

/**
 * What may be wrong with a spec that was read without a problem: criteria that cannot fail, cannot pass, overlap or
 * contradict, and what a person has left open. By line, then the worst first. Nothing of the task is run; regular
 * expressions are tried in a thread of their own. `inBase` says whether the base holds a file, null for "not known".
 */
export async function lintSpec(
  read: ReadSpec,
  { inBase = () => null }: { inBase?: Linted['inBase'] } = {},
): Promise<LintFinding[]> {
  const linted: Linted = { ...read, inBase };
  const checks = read.placed.flatMap((each) => each.checks);
  const found: PlacedFinding[] = [
    ...wordFindings(linted),
    ...scopeFindings(linted),
    ...outOfScope(linted),
    ...checks.flatMap((each) => checkFindings(each, linted)),
    ...overlapFindings(linted, checks),
    ...contradictionFindings(linted, checks),
    ...(await expectationFindings(linted, checks)),
    ...(await regexFindings(linted, checks)),
  ];
  return found.map((each) => placedIn(read.document, each)).sort(byPlace);
}

function placedIn(document: PlacedValue, { at, ...finding }: PlacedFinding): LintFinding {
  const line = lineOf(document, at);
  return line === undefined ? finding : { ...finding, line };
}

function lineOf(document: PlacedValue, at: FieldPath): number | undefined {
  const [first, second] = at;
  return first === fillInLine && typeof second === 'number' ? second : document.lineOf(at);
}

function byPlace(a: LintFinding, b: LintFinding): number {
  return (
    (a.line ?? 0) - (b.line ?? 0) ||
    levels.indexOf(a.level) - levels.indexOf(b.level) ||
    compareText(a.rule, b.rule) ||
    compareText(a.message, b.message)
  );
}
