import type { z } from 'zod';
import type { Problem } from '../../../harness/domain/errors.ts';
import { type FieldPath, type PlacedValue, problemAt, show, valueAt } from '../../../harness/plan/place.ts';
import { problemsOf } from '../../../harness/plan/zod-problems.ts';
import { CasesFile, CommandCase, RequestCase, StepsCase } from './schema.ts';

/** One case, and which kind it is. */
type CheckedCase =
  | { kind: 'command'; given: CommandCase }
  | { kind: 'request'; given: RequestCase }
  | { kind: 'steps'; given: StepsCase };

export interface CheckedCases {
  file: CasesFile;
  cases: CheckedCase[];
}

/** Checks a document against the schema and its parts against each other; the files that it names are not looked at. */
export function checkCases(document: PlacedValue): { cases: CheckedCases } | { problems: Problem[] } {
  const parsed = CasesFile.safeParse(document.value);
  const problems = parsed.success ? [] : problemsOf(parsed.error, document, CasesFile);
  const listed = valueAt(document.value, ['cases']);
  const cases = (Array.isArray(listed) ? listed : []).flatMap((value: unknown, index) => {
    // What is no block at all has been refused with the file.
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const checked = checkCase(document, value, index);
    if ('kind' in checked) return [checked];
    problems.push(...checked.problems);
    return [];
  });
  if (parsed.success) problems.push(...contradictions(document, parsed.data, cases));
  if (!parsed.success || problems.length > 0) return { problems: distinct(problems) };
  return { cases: { file: parsed.data, cases } };
}

function checkCase(
  document: PlacedValue,
  value: object,
  index: number,
): CheckedCase | { problems: Problem[] } {
  const parse = <S extends z.ZodType>(schema: S): { data: z.output<S> } | { problems: Problem[] } => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { data: parsed.data };
    return { problems: problemsOf(parsed.error, document, schema, ['cases', index]) };
  };
  if ('steps' in value) {
    const parsed = parse(StepsCase);
    return 'data' in parsed ? { kind: 'steps', given: parsed.data } : parsed;
  }
  if ('request' in value) {
    const parsed = parse(RequestCase);
    return 'data' in parsed ? { kind: 'request', given: parsed.data } : parsed;
  }
  const parsed = parse(CommandCase);
  return 'data' in parsed ? { kind: 'command', given: parsed.data } : parsed;
}

/** What each part may say, but not together with the others. Only called when every case is known by its index. */
function contradictions(document: PlacedValue, file: CasesFile, cases: readonly CheckedCase[]): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: FieldPath, message: string, fix: string) =>
    problems.push(problemAt(document, path, message, fix));
  const first = new Map<string, number>();
  for (const [index, { name }] of file.cases.entries()) {
    const before = first.get(name);
    if (before === undefined) first.set(name, index);
    else
      refuse(
        ['cases', index, 'name'],
        `${show(name)} is also the name of cases[${before}]`,
        'choose another name',
      );
  }
  if (cases.length < file.cases.length) return problems;
  for (const [index, { kind, given }] of cases.entries()) {
    if (kind !== 'command') {
      if (file.service === undefined)
        refuse(['cases', index, kind], 'there is no service to ask', 'add service: with command and port');
      continue;
    }
    const { command, args } = given;
    if (command !== undefined && args !== undefined)
      refuse(['cases', index, 'args'], 'has no meaning beside command', 'write the arguments into command');
    else if (command === undefined && file.defaults.command === undefined)
      refuse(
        ['cases', index],
        'says neither what to run nor what to ask',
        'add command (or request, for a service), or name a command in defaults',
      );
  }
  if (file.service !== undefined && cases.every(({ kind }) => kind === 'command'))
    refuse(['service'], 'is asked by no case', 'add a case with request, or remove service');
  return problems;
}

function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
