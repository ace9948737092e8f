import { runDialogues } from '../../tests/blackbox/http-cases.ts';
import { openRegexJudge } from '../../tests/blackbox/regex.ts';
import type { SpecFile } from '../schema.ts';
import type { CheckAnswer, CheckTools, RunChecks } from './check.ts';
import { answerOf, casesPart, unknown, workspaceFault } from './command-answers.ts';
import { type AskedCase, casesOf } from './command-cases.ts';

/** Requests to the spec's service, each one a case; no service: every check is unknown. */
export function requestRunner(service: SpecFile['service']): RunChecks<'request'> {
  return (checks, tools) => {
    const asked = checks.map(({ id, given }) => ({ id, case: { kind: 'request' as const, given } }));
    return askService(asked, tools, service);
  };
}

/** The same for several requests, one after the other. */
export function stepsRunner(service: SpecFile['service']): RunChecks<'steps'> {
  return (checks, tools) => {
    const asked = checks.map(({ id, given }) => ({ id, case: { kind: 'steps' as const, given } }));
    return askService(asked, tools, service);
  };
}

async function askService(
  asked: readonly AskedCase[],
  tools: CheckTools,
  service: SpecFile['service'],
): Promise<CheckAnswer[]> {
  const fault = workspaceFault(tools);
  if (fault !== null) return asked.map(({ id }) => unknown(id, fault));
  const { cases, answers } = await casesOf(asked, tools.taskDir, service);
  if (cases.service === null) return answers;
  const regexes = openRegexJudge();
  try {
    const serving = { part: await casesPart(tools), service: cases.service, dialogues: cases.dialogues };
    const part = await runDialogues({ ...serving, regexes });
    const results = new Map(part.results.map((result) => [result.name, result]));
    for (const [index, id] of cases.names.entries()) {
      const name = cases.service.isPerCase ? `service-${index + 1}.txt` : 'service.txt';
      const logs = part.logs.filter((log) => log.name === name);
      answers.push(await answerOf(tools.context.store, id, results.get(id), { ...part, logs }));
    }
    return answers;
  } finally {
    await regexes.close();
  }
}
