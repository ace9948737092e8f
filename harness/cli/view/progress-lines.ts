import { visible } from '../../../reports/escape.ts';
import { count, duration } from '../../../reports/words.ts';
import { candidateDigest } from '../../domain/candidate.ts';
import type { RunEventOf } from '../../domain/event.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { type Cell, type Column, clip, grid } from './grid.ts';
import type { Paint } from './paint.ts';
import {
  agentsOf,
  type ProgressEvent,
  type ProgressState,
  type Running,
  secondsLeft,
  type Tally,
  tally,
} from './progress-state.ts';

/** How many things in flight are shown one by one. */
const mostRunning = 8;
const barWidth = 20;
const reasonLength = 160;

/** The live region: one line of totals, then one per thing that runs, the oldest first. */
export function liveLines(state: ProgressState, now: number, width: number, paint: Paint): string[] {
  const sum = tally(state);
  const running = [...state.running.values()].sort((a, b) => a.since - b.since);
  const shown = running.slice(0, mostRunning);
  const rows = shown.map((each): Cell[] => [
    { text: visible(each.task), format: 'dim' },
    { text: whoIn(each) },
    { text: whatIn(each), format: 'dim' },
    { text: wholeSeconds((now - each.since) / 1000) },
  ]);
  const columns: Column[] = [{ min: 8 }, { min: 8 }, {}, { align: 'right' }];
  const rest = running.length - shown.length;
  return [
    ...totalLines(state, sum, now, width, paint),
    ...grid(columns, rows, width, paint),
    ...(rest > 0 ? [paint('dim', `  … ${rest} more`)] : []),
  ];
}

function totalLines(state: ProgressState, sum: Tally, now: number, width: number, paint: Paint): string[] {
  const share = sum.work.all === 0 ? 0 : sum.work.done / sum.work.all;
  const filled = Math.round(share * barWidth);
  const bar = `${paint('green', '█'.repeat(filled))}${paint('dim', '░'.repeat(barWidth - filled))}`;
  // Never 100 % before everything is done.
  const percent = `${Math.floor(share * 100)} %`;
  const left = secondsLeft(state, sum, now);
  const time = left === null || left === 0 ? '' : ` · about ${wholeSeconds(left)} left`;
  const counts: Cell[] = [
    { text: `${sum.pass} pass`, format: 'green' },
    { text: `${sum.fail} fail`, format: 'red' },
    { text: count(sum.error, 'error'), format: sum.error > 0 ? 'yellow' : 'dim' },
    { text: `${sum.tasks.decided} of ${sum.tasks.all} tasks decided` },
  ];
  const done = `${workWords(sum)}${time}`;
  const head = `${bar} ${percent} `;
  const room = width - barWidth - percent.length - 2;
  return [head + clip(done, room), ...grid([{}, {}, {}, { flex: true }], [counts], width, paint)];
}

/** Seconds as they pass: a tenth would only flicker. */
function wholeSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : duration(whole);
}

function workWords({ trials, verdicts }: Tally): string {
  return `${trials.done}/${trials.planned} trials · ${verdicts.done}/${verdicts.known} verdicts`;
}

function whoIn({ who, what, agents }: Running): string {
  if (what === 'image') return '';
  return what === 'attempt' ? visible(who) : names(agents);
}

function whatIn({ who, what }: Running): string {
  if (what === 'image') return 'making the image';
  if (what === 'control') return `controls of ${visible(who)}`;
  return what === 'attempt' ? 'attempt' : `scoring ${visible(who)}`;
}

function names(agents: readonly string[]): string {
  const shown = agents.slice(0, 2).map((agent) => visible(agent));
  return agents.length > shown.length
    ? `${shown.join(', ')} and ${agents.length - shown.length} more`
    : shown.join(', ');
}

/** All that is known, in one line: for a log that cannot be redrawn. */
export function totalsLine(state: ProgressState, now: number): string {
  const sum = tally(state);
  const left = secondsLeft(state, sum, now);
  const time = left === null || left === 0 ? '' : `, about ${wholeSeconds(left)} left`;
  const counts = `${sum.pass} pass, ${sum.fail} fail, ${count(sum.error, 'error')}`;
  return `${workWords(sum)} · ${counts} · ${sum.tasks.decided}/${sum.tasks.all} tasks decided${time}`;
}

/** What is about to run. */
export function startLine({ started }: RunRecord): string {
  const { tasks, agents } = started.inputs;
  return `run ${visible(started.run)}: ${count(tasks.length, 'task')}, ${count(agents.length, 'agent')}, ${count(started.trials, 'trial')}`;
}

export type Notice = Pick<RunEventOf<'notice'>, 'task' | 'text'>;

export function noticeLine({ task, text }: Notice): string {
  return `note: ${task === null ? '' : `${visible(task)}: `}${visible(text, reasonLength)}`;
}

/** What an event says in one line of a log; null for what is not worth one. Call it after `advance`. */
export function eventLine(state: ProgressState, event: ProgressEvent): string | null {
  switch (event.type) {
    case 'notice':
      return noticeLine(event);
    case 'task.prepared':
      return `${visible(event.task)}: image ready (${visible(event.origin, reasonLength)})`;
    case 'task.failed':
      return `${visible(event.task)}: could not be prepared: ${visible(event.reason, reasonLength)}`;
    case 'task.calibrated':
      return `${visible(event.task)}: ${visible(event.scorer)} calibrated: ${visible(event.calibration.words, reasonLength)}`;
    case 'control.recorded':
      return controlLine(event);
    case 'trial.finished':
      return trialLine(state, event);
    case 'verdict.recorded': {
      const { task, candidate, verdict, cached } = event;
      const agents = agentsOf(state, task, candidate);
      // Only a control delivered it so far; that is told in a line of its own.
      if (agents.length === 0) return null;
      const who = names(agents);
      const known = cached ? ' (known from before)' : '';
      return `${visible(task)}: ${who}: ${visible(verdict.scorer)} ${verdict.outcome}${known}: ${visible(verdict.reason, reasonLength)}`;
    }
    case 'selection.decided':
      return selectionLine(event);
    case 'run.interrupted':
      return `interrupted: ${visible(event.reason, reasonLength)}`;
    case 'run.started':
    case 'run.resumed':
    case 'trial.started':
    case 'activity':
    case 'run.finished':
      return null;
  }
}

function controlLine({ task, control }: RunEventOf<'control.recorded'>): string {
  const { name, candidate, reason, verdicts } = control;
  const came =
    candidate === null
      ? `none: ${visible(reason, reasonLength)}`
      : verdicts.map(({ scorer, outcome }) => `${visible(scorer)} ${outcome}`).join(', ');
  return `${visible(task)}: control ${name}: ${came}`;
}

function trialLine(state: ProgressState, { trial, result }: RunEventOf<'trial.finished'>): string {
  const { candidate, outcome } = result;
  const attempt = trial.attempt > 1 ? ` #${trial.attempt}` : '';
  const retry = trial.retry > 0 ? ` (retry ${trial.retry})` : '';
  const size = candidate === null ? '' : `, ${count(candidate.diff.lines, 'line')}`;
  const others =
    candidate === null
      ? []
      : agentsOf(state, trial.task, candidateDigest(candidate)).filter((agent) => agent !== trial.agent);
  const same = others.length === 0 ? '' : `, the same change as ${names(others)}`;
  const why = outcome === 'delivered' ? '' : `: ${visible(result.reason, reasonLength)}`;
  const done = `[${state.settled.size}/${state.planned}]`;
  const who = `${visible(trial.task)}: ${visible(trial.agent)}${attempt}${retry}`;
  return `${done} ${who}: ${outcome} in ${duration(result.wallSec)}${size}${same}${why}`;
}

function selectionLine({ selection }: RunEventOf<'selection.decided'>): string {
  const { task, winner, reason } = selection;
  if (winner === null) return `${visible(task)}: ${visible(reason, reasonLength)}`;
  const attempt = winner.attempt > 1 ? ` #${winner.attempt}` : '';
  return `${visible(task)}: winner ${visible(winner.agent)}${attempt}: ${visible(reason, reasonLength)}`;
}
