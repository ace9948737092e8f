import { boundedLine, plural } from '../../text.ts';
import type { Dialogue } from './cases.ts';
import { type Answer, ask, type NoAnswer } from './http-request.ts';
import { mismatch } from './match.ts';
import type { RegexJudge } from './regex.ts';
import type { Relay } from './relay.ts';
import { type CaseResult, judged, notRun } from './result.ts';

type Step = Dialogue['steps'][number];

/** What is read of a body where nothing longer is expected. */
const leastBodyBytes = 1024 ** 2;

/** Looks on while a case's requests are answered. */
export type Heard = (name: string, answer: Answer | NoAnswer) => void;

export interface DialogueOptions {
  relay: Relay;
  port: number;
  regexes: RegexJudge;
  /** Whether the service has ended, or does so within a moment: what a failed connection alone does not say. */
  hasEnded: () => Promise<boolean>;
  heard?: Heard;
}

/**
 * Has one case's requests answered, one after the other, up to the first wrong answer. `isStuck`: the relay may still be
 * busy with the last one.
 */
export async function runDialogue(
  { name, steps, timeoutSec }: Dialogue,
  options: DialogueOptions,
): Promise<{ result: CaseResult; isStuck: boolean }> {
  const late = AbortSignal.timeout(timeoutSec * 1000);
  for (const [index, step] of steps.entries()) {
    const { method, path } = step.request;
    const where = steps.length > 1 ? `request ${index + 1} (${method} ${path}): ` : '';
    const failed = (message: string, isStuck: boolean) => ({
      result: judged(name, [`${where}${message}`], []),
      isStuck,
    });
    let answer: Answer | NoAnswer;
    try {
      answer = await askOnce(step, late, options);
    } catch {
      if (late.aborted)
        return failed(`there was no whole answer within ${plural(timeoutSec, 'second')}`, true);
      if (await options.hasEnded()) return failed('the service ended', true);
      return { result: notRun(name, 'what carries requests to the service has ended'), isStuck: true };
    }
    options.heard?.(name, answer);
    if ('fault' in answer)
      return failed((await options.hasEnded()) ? `the service ended: ${answer.fault}` : answer.fault, false);
    const wrong = await judgeAnswer(step.expect, answer, options.regexes);
    if (wrong.length > 0) {
      const result = judged(
        name,
        wrong.map((each) => `${where}${each}`),
        [{ title: `${method} ${path}`, content: inFull(answer) }],
      );
      return { result, isStuck: false };
    }
  }
  return { result: judged(name, [], []), isStuck: false };
}

/** Rejects when there is no more time, or no relay. */
async function askOnce(
  { request, expect }: Step,
  late: AbortSignal,
  { relay, port }: DialogueOptions,
): Promise<Answer | NoAnswer> {
  const connection = await orAborted(relay.connect(), late);
  if (connection === null) return { fault: 'the service takes no connection' };
  const maxBodyBytes = Math.max(leastBodyBytes, expect.body?.exact?.length ?? 0);
  return ask(connection, request, { port, maxBodyBytes, signal: late });
}

/** Waits for something that cannot be stopped itself. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function judgeAnswer(expect: Step['expect'], answer: Answer, regexes: RegexJudge): Promise<string[]> {
  const wrong: string[] = [];
  const { status } = answer;
  if (expect.status === null) {
    if (status < 200 || status > 299) wrong.push(`status: expected 200 to 299, found ${status}`);
  } else if (expect.status !== 'any' && !expect.status.includes(status))
    wrong.push(`status: expected ${expect.status.join(' or ')}, found ${status}`);
  for (const { name, value } of expect.headers) {
    const found = answer.headers.get(name.toLowerCase());
    const difference =
      found === undefined ? 'there is none' : await mismatch(value, Buffer.from(found), regexes);
    if (difference !== null) wrong.push(`header ${name}: ${difference}`);
  }
  if (expect.body !== null) {
    const difference = await mismatch(expect.body, answer.body, regexes);
    if (difference !== null) wrong.push(`body: ${difference}`);
  }
  return wrong;
}

function inFull({ status, headers, body }: Answer): Uint8Array {
  const lines = [
    `status ${status}`,
    ...[...headers].map(([name, value]) => `${name}: ${boundedLine(value, 500)}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\n')}\n\n`), body]);
}
