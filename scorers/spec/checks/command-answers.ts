import type { Evidence } from '../../../harness/domain/candidate.ts';
import { keepContent, keepEnds } from '../../../harness/store/evidence.ts';
import type { Store } from '../../../harness/store/store.ts';
import type { PartContext } from '../../tests/blackbox/container.ts';
import type { CaseResult, PartResult } from '../../tests/blackbox/result.ts';
import { overlap } from '../../tests/paths.ts';
import { protectionFor } from '../../tests/protect/protect.ts';
import { bounded, boundedLine } from '../../text.ts';
import { candidateLayer } from '../../workspace.ts';
import type { CheckAnswer, CheckTools } from './check.ts';

type PartEnd = PartResult['end'];

/** Longest message of an answer, in UTF-16 units. */
const maxMessage = 600;
/** Of each output that is kept as evidence. */
const keptCharacters = 16_384;

/** A check that came to no answer. */
export function unknown(id: string, reason: string, evidence: Evidence[] = []): CheckAnswer {
  return { id, outcome: 'unknown', message: boundedLine(reason, maxMessage), evidence };
}

/** One that the candidate did not pass. */
export function failed(id: string, reason: string, evidence: Evidence[] = []): CheckAnswer {
  return { id, outcome: 'fail', message: boundedLine(reason, maxMessage), evidence };
}

/** A name of evidence for a check; the ids of checks hold no `~`, and only a slash that is no part of file names. */
export function evidenceName(id: string, extension: string): string {
  return `${id.replaceAll('/', '~')}${extension}`;
}

/** Why no container of ours can work on the workspace; null where it can. */
export function workspaceFault({ context }: CheckTools): string | null {
  const { workdir } = context.workspace;
  const taken = overlap(workdir);
  return taken === null ? null : `the workspace ${workdir} overlaps ${taken}, which the check needs`;
}

/** The candidate as cases are asked of it: its change over the task's own image, with what is protected put back. */
export async function casesPart({ context, timeoutSec }: CheckTools): Promise<PartContext> {
  const image = context.workspace;
  const protection = await protectionFor(context);
  return {
    context: { ...context, image },
    layer: () => candidateLayer(context.store, context.candidate, image, protection),
    deadline: performance.now() + timeoutSec * 1000,
  };
}

const ends: Readonly<Record<Exclude<PartEnd, 'exited'>, string>> = {
  timeout: 'the time for all checks of this kind was over',
  oom: 'the container ran out of memory',
  storage: 'the container wrote more than it may hold',
  unhealthy: 'the container did not become healthy',
  aborted: 'it was ended from outside',
};

/** What a case came to, as an answer to the check of the same name; `part` is what its containers came to. */
export async function answerOf(
  store: Pick<Store, 'putBlob'>,
  id: string,
  result: CaseResult | undefined,
  part: Pick<PartResult, 'end' | 'setupFailure' | 'logs'>,
): Promise<CheckAnswer> {
  if (part.setupFailure !== null) return unknown(id, part.setupFailure);
  if (result?.outcome === 'pass') return { id, outcome: 'pass', message: '', evidence: [] };
  const ended = part.end === 'exited' ? '' : `: ${ends[part.end]}`;
  if (result === undefined) return unknown(id, `it was not run${ended}`);
  const message = result.message ?? '';
  const evidence = [await keepOutputs(store, id, result, part.logs)].flat();
  if (result.outcome === 'fail' && !result.isUnasked) return failed(id, message, evidence);
  return unknown(id, `${message}${ended}`, evidence);
}

/** What the program printed or answered; where it never came to that, what was said around it. */
async function keepOutputs(
  store: Pick<Store, 'putBlob'>,
  id: string,
  { message, outputs }: CaseResult,
  logs: PartResult['logs'],
): Promise<Evidence[]> {
  const name = evidenceName(id, '.txt');
  const log = logs.find(({ output }) => output.bytes > 0);
  if (outputs.length === 0) return log === undefined ? [] : [await keepEnds(store, name, log.output)];
  const sections = outputs.map(({ title, content }) => {
    const text = new TextDecoder().decode(content.subarray(0, keptCharacters * 4));
    return `--- ${title} (${content.length} bytes)\n${bounded(text, keptCharacters)}\n`;
  });
  return [await keepContent(store, name, [`${message ?? ''}\n`, ...sections].join(''))];
}
