import { runCommands } from '../../tests/blackbox/command-cases.ts';
import { openRegexJudge } from '../../tests/blackbox/regex.ts';
import type { RunChecks } from './check.ts';
import { answerOf, casesPart, unknown, workspaceFault } from './command-answers.ts';
import { casesOf } from './command-cases.ts';

/**
 * Runs programs as `cases.yaml` does: all of them in one container, each in a fresh workspace, what they printed compared
 * outside of it.
 */
export const runCommandChecks: RunChecks<'command'> = async (checks, tools) => {
  const fault = workspaceFault(tools);
  if (fault !== null) return checks.map(({ id }) => unknown(id, fault));
  const asked = checks.map(({ id, given }) => ({ id, case: { kind: 'command' as const, given } }));
  const { cases, answers } = await casesOf(asked, tools.taskDir, undefined);
  if (cases.commands.length === 0) return answers;
  const regexes = openRegexJudge();
  try {
    const part = await runCommands(await casesPart(tools), cases, regexes);
    const results = new Map(part.results.map((result) => [result.name, result]));
    // What the driver says beside the cases tells nothing of one of them.
    for (const id of cases.names)
      answers.push(await answerOf(tools.context.store, id, results.get(id), { ...part, logs: [] }));
    return answers;
  } finally {
    await regexes.close();
  }
};
