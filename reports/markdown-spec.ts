import type { Verdict } from '../harness/domain/verdict.ts';
import { code, markdown } from './escape.ts';
import { table } from './markdown-table.ts';
import type { RunView, TaskView } from './model.ts';
import { type Trace, tracesOf } from './traces.ts';

/** How many candidates' traces are shown whole, and how much else; all of it is in requirements.csv. */
const shownCandidates = 12;
const shownUnspecified = 20;
const messageLength = 300;

interface Judged {
  agents: string[];
  verdict: Verdict;
}

/** What each task's spec asks, and what shows whether each candidate does it: requirement → checks → evidence, and back. */
export function specSection(view: RunView): string[] {
  const sections = view.tasks.flatMap(taskSection);
  return sections.length === 0 ? [] : ['## Requirements', ...sections];
}

function taskSection(task: TaskView): string[] {
  const judged = judgedCandidates(task);
  const [first] = judged;
  if (first === undefined) return [];
  const requirements = first.verdict.requirements ?? [];
  const shown = judged.slice(0, shownCandidates);
  const matrix = table(
    ['requirement', 'asks', ...shown.map(({ agents }) => agents.map((agent) => code(agent)).join(', '))],
    requirements.map(({ id, kind, says }) => [
      `${code(id)}${kind === 'invariant' ? ' (invariant)' : ''}`,
      markdown(says, messageLength),
      ...shown.map(({ verdict }) => outcomeCell(verdict, id)),
    ]),
  );
  const rest =
    judged.length > shown.length
      ? [`And ${judged.length - shown.length} more candidates, in \`requirements.csv\`.`]
      : [];
  return [
    `### ${code(task.id)}: what its spec asks`,
    matrix,
    ...rest,
    ...shown.flatMap((each) => traceSection(task, each)),
  ];
}

/** Distinct candidates with requirements, in the order of the ranking. */
function judgedCandidates(task: TaskView): Judged[] {
  const judged = new Map<string, Judged>();
  for (const { row, trial } of task.ranking) {
    const recorded = trial?.verdicts.find(({ verdict }) => verdict.requirements !== undefined);
    if (recorded === undefined) continue;
    const known = judged.get(recorded.candidate);
    if (known === undefined)
      judged.set(recorded.candidate, { agents: [row.agent], verdict: recorded.verdict });
    else if (!known.agents.includes(row.agent)) known.agents.push(row.agent);
  }
  return [...judged.values()];
}

function outcomeCell({ requirements = [] }: Verdict, id: string): string {
  const outcome = requirements.find((each) => each.id === id)?.outcome;
  if (outcome === undefined) return '–';
  return outcome === 'pass' ? outcome : `**${outcome}**`;
}

function traceSection(task: TaskView, { agents, verdict }: Judged): string[] {
  const traces = tracesOf(verdict);
  const rows = traces.map(({ requirement, check, outcome, message, evidence }: Trace) => [
    code(requirement.id),
    check === null ? '*none*' : code(check),
    outcome === 'pass' ? 'pass' : `**${outcome}**`,
    evidence === null ? '–' : `${code(evidence.name)} ${code(evidence.digest.slice(0, 19))}`,
    markdown(message, messageLength),
  ]);
  const unspecified = verdict.unspecified ?? [];
  const listed = unspecified.slice(0, shownUnspecified).map(({ kind, what, path, line }) => {
    const place = line === null ? path : `${path}:${line}`;
    return `- ${kind}: ${code(what)} in ${code(place)}`;
  });
  const more = unspecified.length - listed.length;
  return [
    `#### ${code(task.id)}, ${agents.map((agent) => code(agent)).join(', ')}: ${markdown(verdict.reason, messageLength)}`,
    table(['requirement', 'check', 'outcome', 'evidence', 'message'], rows),
    ...(unspecified.length === 0
      ? []
      : [
          `Unspecified behaviour, which the spec neither asks for nor allows:`,
          [...listed, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n'),
        ]),
  ];
}
