import type { Evidence } from '../../harness/domain/candidate.ts';
import type { Finding, FindingLevel } from '../../harness/domain/finding.ts';
import { type Check, inlineChecks, type Outcome, type Verdict } from '../../harness/domain/verdict.ts';
import { boundedLine, plural } from '../text.ts';
import type { ToolDelta } from './delta-of-tool.ts';
import type { StaticEntry } from './options.ts';

export const scorerName = 'static';
/** Version of this scorer's rules: to be raised when equal findings could come to another verdict. */
export const scorerVersion = '1';

/** How much worse than a note. */
const weights: Record<FindingLevel, number> = { error: 10, warning: 3, note: 1, none: 0 };
const order: readonly FindingLevel[] = ['error', 'warning', 'note', 'none'];

/**
 * `error` where a tool did not do its work, `fail` where there is a new finding of the gate's level, else `pass`. One
 * check for each tool, which says how many files it has analysed, and one for each new finding at the gate.
 */
export function staticVerdict(
  options: Pick<StaticEntry, 'fail_on'>,
  deltas: readonly ToolDelta[],
  evidence: readonly Evidence[],
): Verdict {
  const refused = refusedBy(gateOf(options), deltas);
  const checks = staticChecks(options, deltas, evidence);
  const failures = deltas.filter(({ after }) => after.failure !== null);
  const outcome: Outcome =
    failures.length > 0 || !deltas.some(hasAnalysed) ? 'error' : refused.length > 0 ? 'fail' : 'pass';
  return {
    scorer: scorerName,
    version: scorerVersion,
    outcome,
    reason: reasonOf(deltas, failures, refused, options),
    score: null,
    checks: checks.slice(0, inlineChecks),
    checksTotal: checks.length,
    measures: measuresOf(deltas),
    evidence: [...evidence],
    confirmed: false,
  };
}

/** All checks of a verdict, which holds the first of them itself; those that did not pass first. */
export function staticChecks(
  options: Pick<StaticEntry, 'fail_on'>,
  deltas: readonly ToolDelta[],
  evidence: readonly Evidence[],
): Check[] {
  const gate = gateOf(options);
  return [
    ...deltas.map((each) => toolCheck(each, gate, evidence)),
    ...refusedBy(gate, deltas).map(
      (finding): Check => ({
        id: boundedLine(`${finding.tool}: ${finding.rule} at ${placeOf(finding)}`, 300),
        outcome: 'fail',
        message: boundedLine(finding.message, 600),
        evidence: ['findings.sarif'],
      }),
    ),
  ].sort((a, b) => rank(a.outcome) - rank(b.outcome));
}

/** Levels that a new finding must not have. */
function gateOf({ fail_on }: Pick<StaticEntry, 'fail_on'>): readonly FindingLevel[] {
  return order.slice(0, fail_on === 'never' ? 0 : order.indexOf(fail_on) + 1);
}

/** The most severe first. */
function refusedBy(gate: readonly FindingLevel[], deltas: readonly ToolDelta[]): Finding[] {
  return deltas
    .flatMap(({ delta }) => delta.new.filter(({ level }) => gate.includes(level)))
    .sort(bySeverity);
}

/** False for a tool whose kind of file the task does not have. */
function hasAnalysed({ after }: ToolDelta): boolean {
  return after.files > 0 || Object.keys(after.unanalysed).length > 0;
}

function rank(outcome: Outcome): number {
  return ['error', 'fail', 'skipped', 'pass'].indexOf(outcome);
}

function toolCheck(
  { before, after, delta }: ToolDelta,
  gate: readonly FindingLevel[],
  evidence: readonly Evidence[],
): Check {
  const own = [`${after.label}.stderr.txt`, 'findings.sarif', 'delta.json'].filter((name) =>
    evidence.some((each) => each.name === name),
  );
  if (after.failure !== null) {
    const where = before.failure === null ? '' : 'on the base already: ';
    return { id: after.label, outcome: 'error', message: `${where}${after.failure}`, evidence: own };
  }
  if (after.files === 0 && after.findings.length === 0 && delta.fixed.length === 0)
    return { id: after.label, outcome: 'skipped', message: 'there is no file for it' };
  const outcome = delta.new.some(({ level }) => gate.includes(level)) ? 'fail' : 'pass';
  const counts = `${delta.new.length} new, ${delta.fixed.length} fixed, ${delta.unchanged.length} unchanged`;
  return {
    id: after.label,
    outcome,
    message: `${plural(after.files, 'file')} analysed: ${counts}`,
    evidence: own,
  };
}

function placeOf({ path, startLine }: Finding): string {
  if (path === null) return 'the project';
  return startLine === null ? path : `${path}:${startLine}`;
}

function bySeverity(a: Finding, b: Finding): number {
  return order.indexOf(a.level) - order.indexOf(b.level);
}

function reasonOf(
  deltas: readonly ToolDelta[],
  failures: readonly ToolDelta[],
  refused: readonly Finding[],
  { fail_on }: Pick<StaticEntry, 'fail_on'>,
): string {
  if (deltas.length === 0)
    return 'no tool suits the base: name the tools to use under `tools` of this scorer in suite.yaml';
  const [broken] = failures;
  if (broken !== undefined) {
    const { label, failure } = broken.after;
    const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
    const where = broken.before.failure === null ? '' : ' on the base';
    return boundedLine(`${label} did not do its work${where}: ${failure}${more}`, 600);
  }
  if (!deltas.some(hasAnalysed)) return 'none of the tools had a file to analyse';
  const analysed = deltas
    .filter(hasAnalysed)
    .map(({ after }) => `${after.label} ${after.files}`)
    .join(', ');
  const [first] = refused;
  if (first !== undefined) {
    const more = refused.length > 1 ? ` and ${refused.length - 1} more` : '';
    return boundedLine(
      `new ${first.level} by ${first.tool}: ${first.rule} at ${placeOf(first)}${more} (files analysed: ${analysed})`,
      600,
    );
  }
  const news = deltas.reduce((sum, { delta }) => sum + delta.new.length, 0);
  const fixed = deltas.reduce((sum, { delta }) => sum + delta.fixed.length, 0);
  const gate = fail_on === 'never' ? 'no gate' : `no new finding of level ${fail_on} or above`;
  return boundedLine(`${gate}: ${news} new, ${fixed} fixed (files analysed: ${analysed})`, 600);
}

/** Numbers for ranking: new and fixed findings by level and weighted by severity, and what text tools count. */
function measuresOf(deltas: readonly ToolDelta[]): Record<string, number> {
  const measures: Record<string, number> = {};
  if (deltas.some(({ after }) => after.failure !== null) || deltas.length === 0) return measures;
  for (const kind of ['new', 'fixed'] as const) {
    const findings = deltas.flatMap(({ delta }) => delta[kind]);
    for (const level of ['error', 'warning', 'note'] as const)
      measures[`${kind}_${level}`] = findings.filter((each) => each.level === level).length;
    measures[`${kind}_weighted`] = weightOf(findings);
  }
  measures.net_weighted = (measures.new_weighted ?? 0) - (measures.fixed_weighted ?? 0);
  measures.files = Math.max(...deltas.map(({ after }) => after.files));
  for (const { before, after } of deltas)
    for (const name of new Set([...Object.keys(before.measures), ...Object.keys(after.measures)]))
      measures[`${name}_added`] =
        (measures[`${name}_added`] ?? 0) + (after.measures[name] ?? 0) - (before.measures[name] ?? 0);
  return measures;
}

function weightOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { level }) => sum + weights[level], 0);
}
