import { byMerit } from '../../../reports/agents.ts';
import { visible } from '../../../reports/escape.ts';
import { type RankedView, type RunView, type TaskView, viewOf } from '../../../reports/model.ts';
import { rankWord, type Standing, standingWords, testsOf } from '../../../reports/standing.ts';
import {
  count,
  provenLine,
  stateLine,
  unprovenTasks,
  verdictLine,
  winnerOf,
} from '../../../reports/words.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { type Cell, type Column, clip, grid } from './grid.ts';
import { type Paint, standingFormats } from './paint.ts';

/** From here on tasks are one line each. */
const mostFullTasks = 12;
const mostRows = 12;
/** What is shown of a ranking, a task list or an agent list that is longer than a screen bears. */
const topRows = 10;
const mostListed = 200;
const mostAgents = 40;

export interface SummaryOptions {
  /** Width of the terminal; where it is unknown, 80. */
  columns: number;
  paint: Paint;
}

/** The end of a run on the terminal: rankings or a task list, agents, and last, next to the prompt, the answer. */
export function summaryText(record: RunRecord, { columns, paint }: SummaryOptions): string {
  const view = viewOf(record);
  const width = Math.max(40, columns);
  const blocks =
    view.tasks.length > mostFullTasks
      ? [taskList(view, width, paint)]
      : view.tasks.map((task) => taskBlock(task, view, width, paint));
  if (view.tasks.length > 1 && view.agents.length > 1) blocks.push(agentTable(view, width, paint));
  blocks.push(conclusion(view, width, paint));
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function taskBlock(task: TaskView, view: RunView, width: number, paint: Paint): string[] {
  const title = titleOf(task, view, width, paint);
  if (task.selection === null) return title;
  const shown = task.ranking.length > mostRows ? task.ranking.slice(0, topRows) : task.ranking;
  const columns: Column[] = [
    { align: 'right' },
    { min: 10 },
    {},
    { align: 'right' },
    { align: 'right' },
    { flex: true, min: 24 },
  ];
  const lines = grid(
    columns,
    shown.map((ranked) => rankingRow(ranked, task, view)),
    width,
    paint,
  );
  const rest = task.ranking.slice(shown.length);
  return rest.length === 0
    ? [...title, ...lines]
    : [...title, ...lines, paint('dim', `  … ${rest.length} more: ${tally(rest)}`)];
}

/** "✔ slugify: small wins", and below why; "✖ slugify: no winner". */
function titleOf(task: TaskView, view: RunView, width: number, paint: Paint): string[] {
  const id = paint('bold', visible(task.id));
  const why = task.failed === null ? (task.selection?.reason ?? '') : `could not be prepared: ${task.failed}`;
  const below = why === '' ? [] : [paint('dim', clip(`  ${visible(why)}`, width))];
  if (task.selection === null) return [`${paint('yellow', '?')} ${id}: not decided`, ...below];
  const winner = winnerOf(task);
  if (winner === null) return [`${paint('red', '✖')} ${id}: ${paint('red', 'no winner')}`, ...below];
  const shared = winner.sharedBy.length === 0 ? '' : `, the same change by ${winner.sharedBy.length} more`;
  const name = paint(['bold', 'green'], `${nameOf(winner, view)} wins`);
  return [`${paint('green', '✔')} ${id}: ${name}${shared}`, ...below, ...unproven(task, width, paint)];
}

/** A winner under a gate that proves nothing is said so where the winner is named. */
function unproven({ selection }: TaskView, width: number, paint: Paint): string[] {
  if (selection === null || selection.gate.proven) return [];
  return [paint('yellow', clip(`  gate not proven: ${visible(selection.gate.reason)}`, width))];
}

function winnerName(task: TaskView, view: RunView): string {
  const winner = winnerOf(task);
  if (winner === null) return 'no winner';
  const shared = winner.sharedBy.length === 0 ? '' : ` +${winner.sharedBy.length}`;
  return `${nameOf(winner, view)}${shared}`;
}

function nameOf({ agent, attempt }: { agent: string; attempt: number }, view: RunView): string {
  return `${visible(agent)}${view.record.started.inputs.attempts > 1 ? ` #${attempt}` : ''}`;
}

function rankingRow(ranked: RankedView, task: TaskView, view: RunView): Cell[] {
  const { row, trial, standing } = ranked;
  const tests = testsOf(trial?.verdicts ?? []);
  const lines = trial?.result?.candidate?.diff.lines;
  const wins = row.candidate !== null && row.candidate === task.selection?.winner?.candidate;
  // Where nothing was delivered, the trial's own word says more than "no candidate".
  const word = standing === 'none' ? (trial?.result?.outcome ?? 'none') : standingWords[standing];
  return [
    { text: rankWord(row), format: 'dim' },
    { text: nameOf(row, view), ...(wins ? { format: 'bold' as const } : {}) },
    { text: word, format: standingFormats[standing] },
    { text: tests === null ? '' : `${tests.passed}/${tests.total}` },
    { text: lines === undefined ? '' : count(lines, 'line') },
    { text: visible(reasonOf(ranked, task, view)), format: 'dim' },
  ];
}

function reasonOf({ row, trial }: RankedView, task: TaskView, view: RunView): string {
  if (row.candidate === null) return trial?.result?.reason ?? row.reason;
  const winner = task.selection?.winner;
  if (winner?.candidate !== row.candidate) return row.reason;
  // The winner's reason stands above the table.
  return winner.trial === row.trial ? '' : `the same change as ${nameOf(winner, view)}`;
}

function tally(ranking: readonly RankedView[]): string {
  const counts = new Map<Standing, number>();
  for (const { standing } of ranking) counts.set(standing, (counts.get(standing) ?? 0) + 1);
  return [...counts].map(([standing, number]) => `${number} ${standingWords[standing]}`).join(', ');
}

function taskList(view: RunView, width: number, paint: Paint): string[] {
  const shown = view.tasks.length > mostListed ? view.tasks.slice(0, mostListed) : view.tasks;
  const rows = shown.map((task): Cell[] => {
    const mark: Cell =
      task.selection === null
        ? { text: '?', format: 'yellow' }
        : task.selection.winner === null
          ? { text: '✖', format: 'red' }
          : { text: '✔', format: 'green' };
    const passed = task.ranking.filter(({ row }) => row.eligible).length;
    return [
      mark,
      { text: visible(task.id) },
      task.selection === null ? { text: 'not decided' } : { text: winnerName(task, view), format: 'bold' },
      { text: `${passed}/${task.ranking.length} pass` },
      task.selection?.winner && !task.selection.gate.proven
        ? { text: `gate not proven: ${visible(gistOf(task))}`, format: 'yellow' }
        : { text: visible(gistOf(task)), format: 'dim' },
    ];
  });
  const columns: Column[] = [{}, { min: 10 }, { min: 10 }, { align: 'right' }, { flex: true, min: 16 }];
  const lines = grid(columns, rows, width, paint);
  const rest = view.tasks.length - shown.length;
  return rest === 0 ? lines : [...lines, paint('dim', `  … ${rest} more tasks, in report.md`)];
}

/** What one line has room for: the winner in numbers, or why there is none. */
function gistOf(task: TaskView): string {
  const winning = task.selection?.winner;
  if (winning == null) return task.failed ?? task.selection?.reason ?? '';
  const winner = task.ranking.find(({ row }) => row.trial === winning.trial)?.trial;
  const tests = testsOf(winner?.verdicts ?? []);
  const lines = winner?.result?.candidate?.diff.lines;
  return [
    tests === null ? '' : `${tests.passed}/${tests.total} tests`,
    lines === undefined ? '' : count(lines, 'line'),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function agentTable(view: RunView, width: number, paint: Paint): string[] {
  const decided = view.tasks.filter((task) => task.selection !== null).length;
  const ordered = byMerit(view.agents);
  const shown = ordered.slice(0, mostAgents);
  const head = ['agent', 'resolved', 'won', 'passed', 'failed', 'errors'];
  const rows = shown.map(({ name, resolved, wins, trials }): Cell[] => [
    { text: visible(name) },
    { text: `${resolved}/${decided}`, format: 'bold' },
    { text: String(wins) },
    { text: `${trials.passed}/${trials.total}` },
    { text: String(trials.failed) },
    { text: String(trials.errors), ...(trials.errors > 0 ? { format: 'yellow' as const } : {}) },
  ]);
  const columns: Column[] = head.map((_, at) => (at === 0 ? { min: 10 } : { align: 'right' }));
  const titles = head.map((text): Cell => ({ text, format: 'dim' }));
  const lines = grid(columns, [titles, ...rows], width, paint);
  const rest = ordered.length - shown.length;
  return rest === 0 ? lines : [...lines, paint('dim', `  … ${rest} more agents, in report.md`)];
}

function conclusion(view: RunView, width: number, paint: Paint): string[] {
  const answer = verdictLine(view);
  const all = view.tasks.every((task) => task.selection?.winner);
  const proof = provenLine(view);
  const parts = [
    {
      text: answer.charAt(0).toUpperCase() + answer.slice(1),
      format: ['bold', all ? 'green' : 'yellow'] as const,
    },
    ...(proof === null
      ? []
      : [{ text: proof, format: [unprovenTasks(view).length === 0 ? 'green' : 'yellow'] as const }]),
    { text: stateLine(view), format: [] },
  ];
  const painted = parts.map(({ text, format }) => paint([...format], text));
  const isWide = parts.map(({ text }) => text).join(' · ').length <= width;
  const digest = view.record.finished?.decisionDigest;
  return [
    ...(isWide ? [painted.join(' · ')] : painted),
    ...(digest === undefined ? [] : [paint('dim', `decision ${digest}`)]),
  ];
}
