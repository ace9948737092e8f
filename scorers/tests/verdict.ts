import type { Evidence } from '../../harness/domain/candidate.ts';
import { canonicalJson } from '../../harness/domain/digest.ts';
import { inlineChecks, type Verdict } from '../../harness/domain/verdict.ts';
import type { CapturedOutput } from '../../harness/sandbox/sandbox.ts';
import { keepContent, keepEnds } from '../../harness/store/evidence.ts';
import type { Store } from '../../harness/store/store.ts';
import type { Judgement } from './judge.ts';
import type { LogFile } from './parse/detect.ts';

export const scorerName = 'tests';
/** Version of this scorer's rules: to be raised when the same run of the tests could come to another verdict. */
export const scorerVersion = '2';

/** A judgement as the verdict that is recorded, with all its checks as evidence. */
export async function toVerdict(
  judgement: Judgement,
  outputs: readonly Evidence[],
  store: Pick<Store, 'putBlob'>,
): Promise<Verdict> {
  const { checks } = judgement;
  const evidence =
    checks.length > 0
      ? [await keepContent(store, 'checks.json', canonicalJson(checks)), ...outputs]
      : [...outputs];
  return {
    scorer: scorerName,
    version: scorerVersion,
    outcome: judgement.outcome,
    reason: judgement.reason,
    score: judgement.score,
    checks: judgement.checks.slice(0, inlineChecks),
    checksTotal: judgement.checks.length,
    measures: judgement.measures,
    evidence,
    confirmed: false,
  };
}

const maxReportBytes = 1024 ** 2;
const maxReports = 20;

/** Keeps what a measurement rests on: both outputs, and the reports and rewards as they were found. */
export async function keepOutputs(
  store: Pick<Store, 'putBlob'>,
  found: {
    stdout: CapturedOutput;
    stderr: CapturedOutput;
    files: readonly LogFile[];
  },
): Promise<Evidence[]> {
  const evidence: Evidence[] = [];
  for (const name of ['stdout', 'stderr'] as const)
    if (found[name].bytes > 0) evidence.push(await keepEnds(store, `${name}.txt`, found[name]));
  const reports = found.files.filter((file) => 'content' in file).slice(0, maxReports);
  for (const [index, file] of reports.entries())
    evidence.push(await keepContent(store, evidenceName(file.path, index), file.content, maxReportBytes));
  return evidence;
}

/** A name that is safe as a path; the number keeps two that differ only in what was replaced apart. */
function evidenceName(path: string, index: number): string {
  const safe = path.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(-80);
  return safe === path ? path : `${index}-${safe}`;
}
