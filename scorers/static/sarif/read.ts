import type { z } from 'zod';
import type { Finding } from '../../../harness/domain/finding.ts';
import { boundedLine } from '../../text.ts';
import { type RuleFacts, ToolFailure, type ToolReport } from '../tool.ts';
import { findingReader, type RuledFinding } from './finding.ts';
import { checkInvocations } from './invocations.ts';
import { Log, Result, Run } from './schema.ts';
import { pathOf, type UriContext, uriContext } from './uri.ts';

/** Bounds of a log; `messages` is the UTF-16 units of all findings' messages together. */
export const sarifLimits = { bytes: 64 * 1024 ** 2, runs: 1000, results: 100_000, messages: 64 * 1024 ** 2 };

/** As `ToolReport`, but a log may not say how many files were analysed: null. */
export type SarifReport = Omit<ToolReport, 'files'> & { files: number | null };

/**
 * Reads a SARIF 2.1.0 log that a tool printed for a workspace at `workdir`; findings carry `tool` as their tool's name.
 *
 * - A result whose kind is `pass`, `notApplicable` or `informational` is none, unless it has a level other than `none`;
 *   nor is one whose baseline state is `absent`.
 * - A suppressed result is none only where each suppression is external and accepted. One in the source counts: the
 *   candidate may have written it.
 * - A file outside of the workspace, another scheme than `file:` and a location that is none at all give a finding
 *   without path and lines: it is never lost.
 * - End columns are exclusive, as in SARIF. Columns are taken as they are, whatever `columnKind` says.
 * - `files` counts the artifacts in the workspace whose role is `analysisTarget`; null where a run lists none by role.
 *
 * Linear in the text. Throws `ToolFailure`, and nothing else, for what is no such log, is larger than `sarifLimits`, or
 * does not show that the tool did its work: no runs, a run without results, one that failed, parts in other files.
 */
export function readSarif(text: string, options: { tool: string; workdir: string }): SarifReport {
  const log = checked(Log, parsed(text), '');
  if (log.inlineExternalProperties?.length) throw external();
  const values = log.runs ?? [];
  if (values.length === 0) throw new ToolFailure('its SARIF log holds no run');
  if (values.length > sarifLimits.runs) throw tooMuch(`${sarifLimits.runs} runs`);
  const found = new Findings();
  const analysed: (ReadonlySet<string> | null)[] = [];
  let version: string | null = null;
  for (const [at, value] of values.entries()) {
    const where = `runs[${at}]`;
    const run = checked(Run, value, where);
    checkExternal(run);
    checkInvocations(run);
    const context = uriContext(run, options.workdir);
    readResults(run, where, findingReader(run, context, options.tool), found);
    analysed.push(analysedFiles(run, context));
    version ??= versionOf(run);
  }
  return { findings: found.findings, files: countFiles(analysed), version, rules: found.rules };
}

function readResults(
  run: Run,
  where: string,
  read: (result: Result) => RuledFinding | null,
  found: Findings,
): void {
  if (run.results == null)
    throw new ToolFailure('a run of its SARIF log has no results: nothing was looked for');
  found.expect(run.results.length);
  for (const [index, value] of run.results.entries())
    found.add(read(checked(Result, value, `${where}.results[${index}]`)));
}

/** What was found in all runs together, within bounds. */
class Findings {
  readonly findings: Finding[] = [];
  readonly rules = new Map<string, RuleFacts>();
  #results = 0;
  #units = 0;

  expect(results: number): void {
    this.#results += results;
    if (this.#results > sarifLimits.results) throw tooMuch(`${sarifLimits.results} results`);
  }

  add(ruled: RuledFinding | null): void {
    if (ruled === null) return;
    const { finding, facts } = ruled;
    this.#units += finding.message.length;
    if (this.#units > sarifLimits.messages) throw tooMuch('the text that can be kept');
    this.findings.push(finding);
    if (facts !== null && !this.rules.has(finding.rule)) this.rules.set(finding.rule, facts);
  }
}

function versionOf({ tool: { driver } }: Run): string | null {
  const version = driver.semanticVersion || driver.version || driver.dottedQuadFileVersion;
  return version ? boundedLine(version, 100) : null;
}

/** Files of the workspace that a run says it analysed; null where it does not say. */
function analysedFiles({ artifacts }: Run, context: UriContext): ReadonlySet<string> | null {
  if (artifacts == null || (artifacts.length > 0 && !artifacts.some(({ roles }) => roles?.length)))
    return null;
  const targets = artifacts.filter(({ roles }) => roles?.includes('analysisTarget'));
  const paths = targets.map(({ location }) => pathOf(location, context));
  return new Set(paths.filter((path) => path !== null));
}

function countFiles(analysed: readonly (ReadonlySet<string> | null)[]): number | null {
  const known = analysed.filter((each) => each !== null);
  return known.length < analysed.length ? null : new Set(known.flatMap((each) => [...each])).size;
}

function checkExternal({ externalPropertyFileReferences: elsewhere }: Run): void {
  const isHeld = (value: unknown) => value != null && !(Array.isArray(value) && value.length === 0);
  const names = ['results', 'invocations', 'driver', 'extensions', 'artifacts'];
  if (elsewhere != null && names.some((name) => isHeld(elsewhere[name]))) throw external();
}

function external(): ToolFailure {
  return new ToolFailure('parts of its SARIF log lie outside of the runs, where they are not read');
}

function tooMuch(what: string): ToolFailure {
  return new ToolFailure(`its SARIF log holds more than ${what}`);
}

function parsed(text: string): unknown {
  if (text.length > sarifLimits.bytes || Buffer.byteLength(text) > sarifLimits.bytes)
    throw tooMuch(`${sarifLimits.bytes / 1024 ** 2} MiB`);
  if (text.trim() === '') throw new ToolFailure('it printed no SARIF log');
  try {
    // Tools made with .NET begin with a byte order mark.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new ToolFailure('its output is not JSON, so no SARIF log');
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = [where, ...(issue?.path ?? []).map(String)].filter(Boolean).join('.') || 'the log';
  throw new ToolFailure(boundedLine(`its SARIF log is malformed: ${path}: ${issue?.message ?? ''}`, 300));
}
