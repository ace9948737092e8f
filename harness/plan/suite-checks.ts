import { DiffStat } from '../domain/candidate.ts';
import type { Problem } from '../domain/errors.ts';
import type { Policy } from '../domain/policy.ts';
import { type FieldPath, fieldName, type PlacedValue, problemAt, show, valueAt } from './place.ts';
import { suggestion } from './suggest.ts';

/** Entries of a list that share a name, each told where the first stands. */
export function duplicateNames(document: PlacedValue, list: 'agents' | 'scorers'): Problem[] {
  const entries = valueAt(document.value, [list]);
  const first = new Map<string, number>();
  const problems: Problem[] = [];
  for (const [index, entry] of (Array.isArray(entries) ? entries : []).entries()) {
    const bare = typeof entry === 'string';
    const name = bare ? entry : valueAt(entry, ['name']);
    if (typeof name !== 'string') continue;
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, index);
      continue;
    }
    const where = `${fieldName([list, before])}${lineWords(document, [list, before])}`;
    const place = bare ? [list, index] : [list, index, 'name'];
    const fix = list === 'agents' ? 'give each agent its own name' : 'name each scorer once';
    problems.push(problemAt(document, place, `${show(name)} is already the name of ${where}`, fix));
  }
  return problems;
}

function lineWords(document: PlacedValue, path: FieldPath): string {
  const line = document.lineOf(path);
  return line === undefined ? '' : ` in line ${line}`;
}

/** Gates and criteria that nothing in the suite can ever answer. */
export function policyProblems(document: PlacedValue, policy: Policy, scorers: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  for (const [index, gate] of policy.gates.entries()) {
    if (scorers.includes(gate)) continue;
    const message = `the gate ${show(gate)} is not one of the suite's scorers`;
    problems.push(problemAt(document, ['ranking', 'gates', index], message, suggestion(gate, scorers)));
  }
  for (const [index, { measure }] of policy.order.entries()) {
    const place = ['ranking', 'order', index, 'measure'];
    const source = measure.slice(0, measure.indexOf('.'));
    const diffs = Object.keys(DiffStat.shape).map((name) => `diff.${name}`);
    if (source === 'diff' && !diffs.includes(measure))
      problems.push(
        problemAt(document, place, `there is no measure ${show(measure)}`, suggestion(measure, diffs)),
      );
    if (source === 'diff' || scorers.includes(source)) continue;
    const message = `${show(source)} is not one of the suite's scorers`;
    problems.push(problemAt(document, place, message, suggestion(source, [...scorers, 'diff'])));
  }
  return problems;
}
