import type { Evidence } from '../../../harness/domain/candidate.ts';
import { keepContent, keepEnds } from '../../../harness/store/evidence.ts';
import type { ScoreContext } from '../../scorer.ts';
import { bounded, boundedLine } from '../../text.ts';
import { type CandidateLayer, candidateLayer } from '../../workspace.ts';
import type { Measurement } from '../measurement.ts';
import { resultList } from '../parse/result.ts';
import { runCommands } from './command-cases.ts';
import type { PartContext } from './container.ts';
import { runDialogues } from './http-cases.ts';
import { loadCases } from './load-cases.ts';
import { openRegexJudge } from './regex.ts';
import { type CaseResult, notRun, type PartResult } from './result.ts';

const defaultFile = 'cases.yaml';

/**
 * Runs a task's cases against a candidate's program, which is in containers of its own: what it printed and answered is
 * compared here. One result per case, in the file's order. `layer` gives the candidate's change anew for each container.
 * Throws AssayError `input` for cases that cannot be used, `infrastructure`, and the signal's reason.
 */
export async function measureCases(
  context: ScoreContext,
  timeoutSec: number,
  layer: () => Promise<CandidateLayer> = () =>
    candidateLayer(context.store, context.candidate, context.image),
): Promise<Measurement> {
  const { task, store } = context;
  const cases = await loadCases(task.dir, task.spec.tests.cases ?? defaultFile);
  const part: PartContext = { context, layer, deadline: performance.now() + timeoutSec * 1000 };
  const regexes = openRegexJudge();
  const parts: PartResult[] = [];
  const isWell = () => parts.every(({ end, setupFailure }) => end === 'exited' && setupFailure === null);
  try {
    if (cases.commands.length > 0) parts.push(await runCommands(part, cases, regexes));
    if (cases.service !== null && isWell())
      parts.push(await runDialogues({ part, service: cases.service, dialogues: cases.dialogues, regexes }));
  } finally {
    await regexes.close();
  }
  const results = new Map(parts.flatMap((each) => each.results.map((result) => [result.name, result])));
  const setupFailure = parts.find((each) => each.setupFailure !== null)?.setupFailure ?? null;
  const list = resultList();
  const all = cases.names.map((name) => results.get(name) ?? notRun(name, 'it was not run'));
  for (const { name, outcome, message } of all)
    list.add(name, outcome, message === null ? undefined : boundedLine(message, 600));
  return {
    end: parts.find(({ end }) => end !== 'exited')?.end ?? 'exited',
    exitCode: 0,
    setupFailure,
    reward: null,
    reports: setupFailure === null ? { ok: true, results: list.results } : null,
    forged: null,
    sentinels: 0,
    putBack: { total: 0, paths: [] },
    timeoutSec,
    lastLine: '',
    evidence: await keepEvidence(store, parts, all),
  };
}

/** Of how many cases outputs are kept, and of how long ones. */
const keptCases = 20;
const keptCharacters = 16_384;

async function keepEvidence(
  store: ScoreContext['store'],
  parts: readonly PartResult[],
  results: readonly CaseResult[],
): Promise<Evidence[]> {
  const failed = results.filter(({ outcome }) => outcome !== 'pass');
  const evidence: Evidence[] = [];
  if (failed.length > 0) {
    const shown = failed.slice(0, keptCases).map(inFull);
    const more = failed.length > keptCases ? [`… and ${failed.length - keptCases} more\n`] : [];
    evidence.push(await keepContent(store, 'failed-cases.txt', [...shown, ...more].join('\n')));
  }
  for (const { name, output } of parts.flatMap(({ logs }) => logs))
    if (output.bytes > 0) evidence.push(await keepEnds(store, name, output));
  return evidence;
}

function inFull({ name, outcome, message, outputs }: CaseResult): string {
  const sections = outputs.map(({ title, content }) => {
    const text = new TextDecoder().decode(content.subarray(0, keptCharacters * 4));
    return `--- ${title} (${content.length} bytes)\n${bounded(text, keptCharacters)}\n`;
  });
  return [`=== ${name}: ${outcome}\n`, `${message ?? ''}\n`, ...sections].join('');
}
