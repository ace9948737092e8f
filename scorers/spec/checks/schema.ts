import { keepContent } from '../../../harness/store/evidence.ts';
import type { Cases } from '../../tests/blackbox/cases.ts';
import { runCommands } from '../../tests/blackbox/command-cases.ts';
import { runDialogues } from '../../tests/blackbox/http-cases.ts';
import { openRegexJudge } from '../../tests/blackbox/regex.ts';
import type { PartResult } from '../../tests/blackbox/result.ts';
import { bounded } from '../../text.ts';
import type { SpecFile } from '../schema.ts';
import type { AskedCheck, CheckAnswer, CheckTools, RunChecks } from './check.ts';
import { answerOf, casesPart, evidenceName, failed, unknown, workspaceFault } from './command-answers.ts';
import { type AskedCase, casesOf } from './command-cases.ts';
import { type FoundAnswer, type OpenedSchema, openSchema } from './schema-document.ts';
import { judgeBySchema } from './schema-judge.ts';

/** Of an answer that is kept as evidence. */
const keptCharacters = 65_536;
/** Errors in a message. */
const shownErrors = 3;

/** What a program printed or a service answered, by check; `cut`: only its beginning is known. */
type HeardAnswers = Map<string, FoundAnswer | 'cut'>;

/**
 * Programs' outputs and a service's answers, held against JSON Schemas and OpenAPI documents. A program must also do what
 * its own `expect` says; of a request, status and headers count where the check names an OpenAPI document. Without a
 * service, checks of requests are unknown.
 */
export function schemaRunner(service: SpecFile['service']): RunChecks<'schema'> {
  return async (checks, tools) => {
    const fault = workspaceFault(tools);
    if (fault !== null) return checks.map(({ id }) => unknown(id, fault));
    const answers: CheckAnswer[] = [];
    const opened = new Map<string, OpenedSchema>();
    for (const { id, given } of checks) {
      const schema = await openSchema(given, tools.taskDir);
      if (typeof schema === 'string') answers.push(unknown(id, `the spec is wrong: ${schema}`));
      else opened.set(id, schema);
    }
    const asked = checks.filter(({ id }) => opened.has(id)).map(asCase);
    const { cases, answers: unasked } = await casesOf(asked, tools.taskDir, service);
    answers.push(...unasked);
    const heard: HeardAnswers = new Map();
    for (const { names, part } of await ask(cases, tools, heard)) {
      const results = new Map(part.results.map((result) => [result.name, result]));
      for (const id of names) {
        const answer = heard.get(id);
        const schema = opened.get(id);
        const result = results.get(id);
        if (answer === 'cut') answers.push(unknown(id, 'the answer is too long to be looked at'));
        else if (result?.outcome !== 'pass' || answer === undefined || schema === undefined)
          answers.push(await answerOf(tools.context.store, id, result, part));
        else answers.push(await judge(id, schema, answer, tools));
      }
    }
    return answers;
  };
}

function asCase({ id, given: { of } }: AskedCheck<'schema'>): AskedCase {
  if ('command' in of) return { id, case: { kind: 'command', given: of.command } };
  // What the answer must be, the schema says alone.
  const expect = { status: 'any' as const, headers: {} };
  return { id, case: { kind: 'request', given: { ...of, expect } } };
}

interface Asked {
  names: string[];
  part: PartResult;
}

async function ask(cases: Cases, tools: CheckTools, heard: HeardAnswers): Promise<Asked[]> {
  const { commands, service, dialogues } = cases;
  const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => name);
  const part = await casesPart(tools);
  const regexes = openRegexJudge();
  const asked: Asked[] = [];
  try {
    if (commands.length > 0) {
      const ran = await runCommands(part, cases, regexes, (name, { content, isCut }) =>
        heard.set(name, isCut ? 'cut' : { content, head: null }),
      );
      asked.push({ names: namesOf(commands), part: ran });
    }
    if (service !== null) {
      const served = await runDialogues({
        ...{ part, service, dialogues, regexes },
        heard: (name, answer) => {
          if (!('fault' in answer)) heard.set(name, { content: answer.body, head: answer });
          else if (answer.isCut) heard.set(name, 'cut');
        },
      });
      asked.push({ names: namesOf(dialogues), part: served });
    }
  } finally {
    await regexes.close();
  }
  return asked;
}

async function judge(
  id: string,
  { expects }: OpenedSchema,
  answer: FoundAnswer,
  { context: { store } }: CheckTools,
): Promise<CheckAnswer> {
  const text = decode(answer.content);
  const keep = async (errors: readonly string[]) => [
    await keepContent(store, evidenceName(id, '.json'), evidenceText(answer, errors)),
  ];
  const expected = expects(answer);
  if ('spec' in expected) return unknown(id, `the spec is wrong: ${expected.spec}`);
  if ('answer' in expected) return failed(id, expected.answer, await keep([expected.answer]));
  if (expected.body === null) return { id, outcome: 'pass', message: '', evidence: [] };
  if (text === null) return failed(id, 'the answer is not JSON: it is not valid UTF-8', await keep([]));
  const judgement = await judgeBySchema(expected.body, text);
  if ('problem' in judgement) return unknown(id, `the spec is wrong: its schema: ${judgement.problem}`);
  if ('late' in judgement)
    return unknown(id, `the schema came to no answer in ${judgement.late} s`, await keep([]));
  if ('notJson' in judgement) {
    const why = `the answer is not JSON: ${judgement.notJson}`;
    return failed(id, why, await keep([why]));
  }
  const { errors } = judgement;
  if (errors.length === 0) return { id, outcome: 'pass', message: '', evidence: [] };
  const more = errors.length > shownErrors ? [`and ${errors.length - shownErrors} more`] : [];
  return failed(id, [...errors.slice(0, shownErrors), ...more].join('; '), await keep(errors));
}

function evidenceText({ content, head }: FoundAnswer, errors: readonly string[]): string {
  const answer = bounded(new TextDecoder().decode(content.subarray(0, keptCharacters * 4)), keptCharacters);
  const status = head === null ? {} : { status: head.status };
  return `${JSON.stringify({ errors, ...status, answer }, null, 2)}\n`;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
