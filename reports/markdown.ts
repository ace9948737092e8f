import { formatNumber } from '../harness/decide/words.ts';
import type { Control } from '../harness/domain/control.ts';
import type { RunRecord } from '../harness/domain/run-record.ts';
import { byMerit } from './agents.ts';
import { code, markdown } from './escape.ts';
import { specSection } from './markdown-spec.ts';
import { table } from './markdown-table.ts';
import { type RankedView, type RunView, type TaskView, viewOf } from './model.ts';
import { rankWord, scoreOf, standingWords, testsOf } from './standing.ts';
import {
  count,
  criterionInWords,
  gatesInWords,
  runState,
  stateLine,
  unprovenTasks,
  verdictLine,
  winnerOf,
} from './words.ts';

/** How many troubled trials are listed; all of them are in trials.csv. */
const shownTrials = 200;
const shownSharers = 3;
const reasonLength = 240;

/** `report.md`: for people. The answer first, then the agents, the tasks, the rankings, and how it was decided. */
export function renderMarkdown(record: RunRecord): string {
  const view = viewOf(record);
  const summaries = [agentSection(view), taskSection(view)];
  // Whoever looks for five seconds sees the shorter table whole.
  if (view.tasks.length <= view.agents.length) summaries.reverse();
  const sections = [
    ...heading(view),
    ...summaries.flat(),
    ...noticeSection(view),
    '## Rankings',
    ...view.tasks.flatMap((task) => rankingSection(task, view)),
    ...specSection(view),
    ...gateSection(view),
    ...troubleSection(view),
    ...policySection(view),
    ...reproduceSection(view),
  ];
  return `${sections.join('\n\n')}\n`;
}

function heading(view: RunView): string[] {
  const { started, finished } = view.record;
  const { suite } = started.inputs;
  const verdict = `**${sentence(verdictLine(view))}**`;
  const state = `Run ${code(started.run)}, ${stateLine(view)}, ${count(view.agents.length, 'agent')}.`;
  const open =
    finished === null
      ? [
          `> **${sentence(runState(view.record))}** What follows is what the journal holds so far; an undecided task has no winner yet.`,
        ]
      : [];
  return [
    `# ${markdown(suite.name)} ${markdown(suite.version)}`,
    `${verdict} ${state}`,
    ...open,
    ...unprovenWarning(view),
  ];
}

/** Whoever reads no further must have seen it. */
function unprovenWarning(view: RunView): string[] {
  const unproven = unprovenTasks(view);
  const [first] = unproven;
  if (first === undefined) return [];
  const names = unproven.slice(0, 5).map(({ id }) => code(id));
  const more = unproven.length > names.length ? ` and ${unproven.length - names.length} more` : '';
  const reason = markdown(first.selection?.gate.reason ?? '', reasonLength);
  const why = unproven.length === 1 ? reason : `${code(first.id)}: ${reason}`;
  return [
    `> **Selected under a gate that is not proven:** ${names.join(', ')}${more}. The controls came out wrong or are missing, so what passed there may be worth nothing. ${sentence(why)}`,
  ];
}

function agentSection(view: RunView): string[] {
  const decided = view.tasks.filter((task) => task.selection !== null).length;
  const rows = byMerit(view.agents).map(({ name, resolved, wins, trials }) => [
    code(name),
    `${resolved} of ${decided}`,
    String(wins),
    `${trials.passed} of ${trials.total}`,
    String(trials.failed),
    String(trials.errors),
  ]);
  return [
    '## Agents',
    table(['agent', 'tasks resolved>', 'won>', 'trials passed>', 'failed>', 'errors>'], rows),
    'Resolved: one of its candidates passed every gate. Won: it delivered the winning candidate (equal candidates share a win).',
  ];
}

function taskSection(view: RunView): string[] {
  const rows = view.tasks.map((task) => [
    code(task.id),
    winnerCell(task, view),
    `${task.ranking.filter(({ row }) => row.eligible).length} of ${task.ranking.length}`,
    gateCell(task),
    markdown(whyOf(task), reasonLength),
  ]);
  return ['## Winners', table(['task', 'winner', 'passed>', 'gate', 'why'], rows)];
}

function gateCell({ selection }: TaskView): string {
  if (selection === null) return '–';
  if (selection.invalid !== undefined) return '**the task does not count**';
  return selection.gate.proven ? 'proven' : '**not proven**';
}

function winnerCell(task: TaskView, view: RunView): string {
  if (task.selection === null) return '*not decided*';
  const winner = winnerOf(task);
  if (winner === null) return '**none**';
  const { attempts } = view.record.started.inputs;
  const name = `**${code(winner.agent)}**${attempts > 1 ? ` attempt ${winner.attempt}` : ''}`;
  if (winner.sharedBy.length === 0) return name;
  const others =
    winner.sharedBy.length > shownSharers
      ? `${winner.sharedBy.length} more`
      : [...new Set(winner.sharedBy)].map((agent) => code(agent)).join(', ');
  return `${name}, the same change by ${others}`;
}

function whyOf(task: TaskView): string {
  if (task.failed !== null) return `the task could not be prepared: ${task.failed}`;
  return task.selection?.reason ?? `${count(task.trials.length, 'trial')} begun`;
}

function noticeSection({ record }: RunView): string[] {
  if (record.notices.length === 0) return [];
  const lines = record.notices.map(
    ({ task, text }) => `- ${task === null ? '' : `${code(task)}: `}${markdown(text, 500)}`,
  );
  return ['## Notices', lines.join('\n')];
}

function rankingSection(task: TaskView, view: RunView): string[] {
  if (task.selection === null) return [];
  const scorers = view.record.started.inputs.scorers.length;
  const head = ['rank>', 'agent', 'attempt>', 'outcome', 'score>', 'tests>', 'lines>', 'why'];
  if (scorers > 1) head.splice(7, 0, 'verdicts');
  const rows = task.ranking.map((ranked) => {
    const cells = rankingCells(ranked);
    if (scorers > 1) cells.splice(7, 0, verdictCell(ranked));
    return cells;
  });
  const winner = winnerOf(task);
  const title = `### ${code(task.id)}: ${winner === null ? 'no winner' : `${code(winner.agent)} wins`}`;
  // A winner's reason stands in its row.
  const why = winner === null ? [sentence(markdown(whyOf(task), 500))] : [];
  return [title, ...why, table(head, rows)];
}

function rankingCells({ row, trial, standing }: RankedView): string[] {
  const tests = testsOf(trial?.verdicts ?? []);
  const score = scoreOf(row);
  const outcome = trial?.result?.outcome ?? 'delivered';
  const standingWord = standing === 'pass' ? '**pass**' : standingWords[standing];
  return [
    rankWord(row),
    code(row.agent),
    String(row.attempt),
    outcome === 'delivered' || outcome === standing ? standingWord : `${standingWord} (${outcome})`,
    score === null ? '–' : formatNumber(score),
    tests === null ? '–' : `${tests.passed}/${tests.total}`,
    String(trial?.result?.candidate?.diff.lines ?? '–'),
    markdown(row.reason, reasonLength),
  ];
}

function verdictCell({ row }: RankedView): string {
  return row.verdicts.map(({ scorer, outcome }) => `${markdown(scorer)} ${outcome}`).join(', ');
}

function troubleSection(view: RunView): string[] {
  const troubled = view.tasks
    .flatMap((task) => task.trials)
    .filter(({ result, superseded }) => superseded || result?.outcome !== 'delivered');
  if (troubled.length === 0) return [];
  const rows = troubled
    .slice(0, shownTrials)
    .map(({ trial, result, superseded }) => [
      code(trial.id),
      `${result?.outcome ?? 'not finished'}${superseded ? ', tried again' : ''}`,
      markdown(result?.reason ?? '', reasonLength),
    ]);
  const rest = troubled.length - rows.length;
  return [
    '## Trials that did not deliver cleanly',
    table(['trial', 'outcome', 'reason'], rows),
    ...(rest > 0 ? [`And ${rest} more, in \`trials.csv\`.`] : []),
  ];
}

/** What the controls came to, and what was learnt from them. */
function gateSection(view: RunView): string[] {
  const tasks = view.tasks.filter(({ controls }) => controls.length > 0);
  if (tasks.length === 0) return [];
  const rows = tasks.map(({ id, controls, selection }) => {
    const came = (name: Control['name']) => {
      const control = controls.find((each) => each.name === name);
      if (control === undefined || control.candidate === null) return 'none';
      return control.verdicts.map(({ scorer, outcome }) => `${markdown(scorer)} ${outcome}`).join(', ');
    };
    const gate = selection?.gate;
    return [
      code(id),
      came('nop'),
      came('oracle'),
      gate === undefined
        ? '–'
        : `${gate.proven ? 'proven' : '**not proven**'}: ${markdown(gate.reason, reasonLength)}`,
    ];
  });
  const learnt = tasks.flatMap(({ id, calibrations }) =>
    calibrations.map(({ scorer, calibration }) => {
      const { quarantined } = calibration;
      const names = quarantined.slice(0, 5).map((check) => code(check.id));
      const flaky = names.length === 0 ? '' : `: ${names.join(', ')}${quarantined.length > 5 ? ', …' : ''}`;
      return `- ${code(id)}, ${markdown(scorer)}: ${markdown(calibration.words, 500)}${flaky}`;
    }),
  );
  return [
    '## Gates',
    'A gate is proven when it refuses the base unchanged and passes the reference solution.',
    table(['task', 'base unchanged', 'reference solution', 'gate'], rows),
    ...(learnt.length > 0 ? [learnt.join('\n')] : []),
  ];
}

function policySection({ record }: RunView): string[] {
  const { policy } = record.started.inputs;
  const criteria = policy.order.map(
    (criterion, index) => `${index + 1}. ${markdown(criterionInWords(criterion))}`,
  );
  const last = `${criteria.length + 1}. the smaller digest of the candidate, so that the order is total`;
  return [
    '## How it was decided',
    `Gates: ${markdown(gatesInWords(policy))}.`,
    'Then by elimination: at each criterion those as good as the best stay; who is left takes the rank, is removed, and the rest begins again.',
    [...criteria, last].join('\n'),
  ];
}

function reproduceSection({ record }: RunView): string[] {
  const { started, finished } = record;
  const facts = [
    ['decision', finished?.decisionDigest ?? 'none: the run is not finished'],
    ['inputs', started.inputsDigest],
    ['journal head', record.head],
    ['began', record.startedAt],
    ['last event', record.updatedAt],
    ['Assay', started.harness],
    ['engine', `${started.engine.version}, ${started.engine.runtime}`],
  ].map(([name = '', value = '']) => [name, code(value)]);
  return [
    '## Reproduce',
    table(['', ''], facts),
    `Equal inputs give an equal decision digest. This page is a function of the run's journal alone; ${code(`assay report ${started.run} --format md`)} writes it again, byte for byte.`,
  ];
}

/** Capital at the start, full stop at the end. */
function sentence(text: string): string {
  const ended = /[.!?…]$/.test(text) ? text : `${text}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
