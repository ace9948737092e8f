import { posix } from 'node:path';
import type { GivenCheck } from '../schema.ts';
import type { AskedCheck, CheckAnswer, RunChecks } from './check.ts';
import { unknown, workspaceFault } from './command-answers.ts';
import { comparePython } from './export-python.ts';
import { compareTypeScript } from './export-typescript.ts';

type Comparer = typeof compareTypeScript;

const typeScript: { languages: readonly string[]; compare: Comparer } = {
  languages: ['typescript', 'javascript'],
  compare: compareTypeScript,
};
const python: typeof typeScript = { languages: ['python'], compare: comparePython };

const kinds: Readonly<Record<string, typeof typeScript>> = {
  ...Object.fromEntries(
    ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs'].map((each) => [each, typeScript]),
  ),
  '.py': python,
};

/**
 * Whether modules export names, and as what they are typed. A module or name that is not there is `fail`, and so is
 * another type; a module that cannot be parsed, a type that cannot be told, and whatever ends the comparison early are
 * `unknown`. Nothing of the candidate's runs.
 */
export const runExportChecks: RunChecks<'export'> = async (checks, tools) => {
  if (checks.length === 0) return [];
  const fault = workspaceFault(tools);
  if (fault !== null) return checks.map(({ id }) => unknown(id, fault));
  const answers: CheckAnswer[] = [];
  const asked = new Map<Comparer, AskedCheck<'export'>[]>();
  for (const check of checks) {
    const compare = comparerOf(check.given);
    if (typeof compare === 'string') answers.push(unknown(check.id, `the spec is wrong: ${compare}`));
    else asked.set(compare, [...(asked.get(compare) ?? []), check]);
  }
  for (const [compare, some] of asked) answers.push(...(await compare(some, tools)));
  return answers;
};

function comparerOf({ module, language }: GivenCheck<'export'>): Comparer | string {
  const kind = kinds[posix.extname(module)];
  if (kind === undefined) return `${module} is neither TypeScript, JavaScript nor Python by its name`;
  if (language !== undefined && !kind.languages.includes(language))
    return `${module} is not ${language} by its name`;
  return kind.compare;
}
