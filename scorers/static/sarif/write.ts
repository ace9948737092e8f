import { canonicalJson } from '../../../harness/domain/digest.ts';
import type { Finding } from '../../../harness/domain/finding.ts';
import { compareText } from '../../../harness/domain/order.ts';
import { bounded, boundedLine, boundedName } from '../../text.ts';
import type { RuleFacts } from '../tool.ts';
import { type FittedRun, fitted } from './fit.ts';
import { maxMessage } from './message.ts';
import { severityKey } from './rules.ts';
import type { SarifResult, SarifRun } from './sarif-run.ts';
import { uriOf } from './uri.ts';

interface WriteOptions {
  /** First part of what GitHub calls a category, which is `<category>/<tool>`. */
  category?: string;
  /** Key of the fingerprints. */
  fingerprint?: string;
}

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const root = '%SRCROOT%';
/** GitHub's bounds of a rule's texts. */
const max = { name: 255, description: 1024 };

/**
 * One SARIF 2.1.0 log of all tools, as GitHub code scanning takes it: canonical UTF-8 bytes, the same for the same runs in
 * whatever order. What is more than GitHub takes is left out, the least severe first, and the log says so. Throws
 * `TypeError` for two runs of one tool.
 */
export function writeSarif({ runs }: { runs: readonly SarifRun[] }, options: WriteOptions = {}): Uint8Array {
  if (new Set(runs.map(({ tool }) => tool)).size < runs.length) throw new TypeError('a tool has two runs');
  return fitted(runs, (kept, runsLeft) =>
    Buffer.from(
      canonicalJson({
        $schema: schema,
        version: '2.1.0',
        runs: kept.map((run, at) => runOf(run, at === 0 ? runsLeft : 0, options)),
      }),
    ),
  );
}

function runOf(
  run: FittedRun,
  runsLeft: number,
  { category = 'assay', fingerprint = 'assay/v1' }: WriteOptions,
) {
  const rules = [...new Set(run.results.map(({ finding }) => finding.rule))].sort(compareText);
  const indices = new Map(rules.map((rule, index) => [rule, index]));
  const severities = highest(run.results);
  return {
    tool: {
      driver: {
        name: boundedLine(run.tool, max.name),
        ...(run.version ? { version: boundedLine(run.version, 100) } : {}),
        rules: rules.map((rule) => ruleOf(rule, run.rules.get(rule) ?? {}, severities.get(rule) ?? null)),
      },
    },
    automationDetails: { id: `${category}/${run.tool}/` },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: true,
        properties: { files: run.files },
        ...(run.left + runsLeft === 0 ? {} : { toolExecutionNotifications: leftOut(run.left, runsLeft) }),
      },
    ],
    originalUriBaseIds: { [root]: { description: { text: 'Root of the workspace.' } } },
    results: run.results.map((result) => ({
      ruleId: boundedName(result.finding.rule, max.name),
      ruleIndex: indices.get(result.finding.rule) ?? -1,
      level: result.finding.level,
      message: { text: shown(result.finding.message) || boundedName(result.finding.rule, max.name) },
      locations: [{ physicalLocation: locationOf(result.finding) }],
      baselineState: result.state,
      // GitHub knows two findings as the same by the one name, and by no other.
      partialFingerprints: {
        [fingerprint]: result.fingerprint,
        primaryLocationLineHash: result.fingerprint,
      },
      ...ownSeverity(result.finding, severities.get(result.finding.rule) ?? null),
    })),
  };
}

/** GitHub asks for all three texts of every rule. */
function ruleOf(rule: string, { name, description, helpUri }: RuleFacts, severity: number | null) {
  const id = boundedName(rule, max.name);
  const text =
    shown(description ?? '')
      .slice(0, max.description)
      .toWellFormed() ||
    name ||
    id;
  return {
    id,
    ...(name === undefined || name === rule ? {} : { name: boundedLine(name, max.name) }),
    shortDescription: { text },
    fullDescription: { text },
    help: { text: helpUri === undefined ? text : `${text}\n${helpUri}` },
    ...(helpUri === undefined ? {} : { helpUri }),
    ...(severity === null ? {} : { properties: { tags: ['security'], [severityKey]: decimal(severity) } }),
  };
}

/** GitHub knows a severity of rules only: the highest of its findings. */
function highest(results: readonly SarifResult[]): ReadonlyMap<string, number> {
  const severities = new Map<string, number>();
  for (const {
    finding: { rule, security },
  } of results)
    if (security !== null) severities.set(rule, Math.max(security, severities.get(rule) ?? 0));
  return severities;
}

function ownSeverity({ security }: Finding, ofRule: number | null) {
  if (security === ofRule) return {};
  return { properties: { [severityKey]: security === null ? null : decimal(security) } };
}

function decimal(severity: number): string {
  return Number.isInteger(severity) ? severity.toFixed(1) : String(severity);
}

/** What is about the whole project is said of its root: GitHub refuses results without a file. */
function locationOf(finding: Finding) {
  const { path, startLine, startColumn, endLine, endColumn } = finding;
  const artifactLocation = { uri: path === null ? '.' : uriOf(path), uriBaseId: root };
  if (path === null || startLine === null) return { artifactLocation };
  const region = { startLine, startColumn, endLine, endColumn };
  const known = Object.entries(region).filter(([, value]) => value !== null);
  return { artifactLocation, region: Object.fromEntries(known) };
}

function leftOut(left: number, runsLeft: number) {
  const texts = [
    ...(left > 0
      ? [`${left} findings are left out, the least severe: there are more than one file holds.`]
      : []),
    ...(runsLeft > 0 ? [`${runsLeft} tools are left out: there are more than one file holds.`] : []),
  ];
  return texts.map((text) => ({ level: 'warning', message: { text } }));
}

/**
 * Hostile text as it may be shown: without characters that steer terminals or turn the reading direction, and without
 * SARIF's embedded links (3.11.6), which viewers render.
 */
function shown(text: string): string {
  return bounded(text, maxMessage)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Bidi_Control}/gu, '\uFFFD')
    .replaceAll('](', '] (');
}
