import { messageOf } from '../../../harness/domain/errors.ts';
import type { Cases } from '../../tests/blackbox/cases.ts';
import type { CheckedCases } from '../../tests/blackbox/check-cases.ts';
import { readContents } from '../../tests/blackbox/load-cases.ts';
import { resolveCases } from '../../tests/blackbox/resolve-cases.ts';
import type { CasesFile } from '../../tests/blackbox/schema.ts';
import type { CheckAnswer } from './check.ts';
import { unknown } from './command-answers.ts';

/** Seconds that one case may take where it says nothing. */
const caseSec = 10;

type CheckedCase = CheckedCases['cases'][number];
type Unnamed<Case> = Case extends { kind: infer Kind; given: infer Given }
  ? { kind: Kind; given: Omit<Given, 'name'> }
  : never;

/** What a check asks, as a case without its name. */
export interface AskedCase {
  id: string;
  case: Unnamed<CheckedCase>;
}

/**
 * Checks as cases that bear their ids, the files that they name being relative to the task's folder. Those that cannot be
 * asked at all are answered already.
 */
export async function casesOf(
  asked: readonly AskedCase[],
  taskDir: string,
  service: CasesFile['service'],
): Promise<{ cases: Cases; answers: CheckAnswer[] }> {
  const cases: Cases = { names: [], workspace: 'fresh', commands: [], service: null, dialogues: [] };
  const answers: CheckAnswer[] = [];
  for (const { id, case: one } of asked) {
    const resolved = await resolve(id, one, taskDir, service);
    if (typeof resolved === 'string') {
      answers.push(unknown(id, `the spec is wrong: ${resolved}`));
      continue;
    }
    cases.names.push(id);
    cases.commands.push(...resolved.commands);
    cases.dialogues.push(...resolved.dialogues);
    cases.service = resolved.service;
  }
  return { cases, answers };
}

/** The cases of one check, or why there are none. */
async function resolve(
  id: string,
  one: AskedCase['case'],
  taskDir: string,
  service: CasesFile['service'],
): Promise<Cases | string> {
  if (one.kind !== 'command' && service === undefined) return 'it names no service to ask';
  if (one.kind === 'command' && one.given.command === undefined) return 'the check names no command';
  const checked: CheckedCases = {
    file: {
      workspace: 'fresh',
      defaults: { env: {}, timeout_sec: caseSec },
      service,
      cases: [{ name: id }],
    },
    cases: [named(id, one)],
  };
  const read = await readContents(checked, taskDir, '');
  if ('faults' in read) return read.faults.map(({ message }) => message).join('; ');
  try {
    return resolveCases(checked, read.contents);
  } catch (error) {
    return messageOf(error);
  }
}

function named(name: string, one: AskedCase['case']): CheckedCase {
  if (one.kind === 'command') return { kind: one.kind, given: { ...one.given, name } };
  if (one.kind === 'request') return { kind: one.kind, given: { ...one.given, name } };
  return { kind: one.kind, given: { ...one.given, name } };
}
