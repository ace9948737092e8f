import { formatNumber } from '../harness/decide/words.ts';
import type { Criterion, Policy } from '../harness/domain/policy.ts';
import type { RunRecord } from '../harness/domain/run-record.ts';
import type { RunView, TaskView } from './model.ts';

/** "3 of 4 tasks have a winner", with "so far" while the run is unfinished. */
export function verdictLine(view: RunView): string {
  const won = view.tasks.filter((task) => task.selection?.winner).length;
  const total = view.tasks.length;
  const soFar = view.record.finished === null ? ' so far' : '';
  if (total === 1) return `the task has ${won === 1 ? 'a' : 'no'} winner${soFar}`;
  return `${won} of ${total} tasks ${won === 1 ? 'has' : 'have'} a winner${soFar}`;
}

export function runState(record: RunRecord): 'finished' | 'interrupted' | 'unfinished' {
  if (record.finished !== null) return 'finished';
  return record.interrupted ? 'interrupted' : 'unfinished';
}

/** "finished: 20 of 20 trials", "interrupted: 3 of 20 trials", "unfinished: 3 of 20 trials". */
export function stateLine(view: RunView): string {
  return `${runState(view.record)}: ${view.trials.done} of ${count(view.trials.planned, 'trial')}`;
}

/** Who won a task, and the agents of the other trials that delivered the same candidate; null without a winner. */
export function winnerOf(task: TaskView): { agent: string; attempt: number; sharedBy: string[] } | null {
  const winner = task.selection?.winner;
  if (winner == null) return null;
  const sharedBy = task.ranking
    .filter(({ row }) => row.candidate === winner.candidate && row.trial !== winner.trial)
    .map(({ row }) => row.agent);
  return { agent: winner.agent, attempt: winner.attempt, sharedBy };
}

/** Tasks that were decided under a gate which the controls have not proven. */
export function unprovenTasks(view: RunView): TaskView[] {
  return view.tasks.filter(({ selection }) => selection !== null && !selection.gate.proven);
}

/** "every gate proven", "3 of 4 gates proven"; null while nothing is decided. */
export function provenLine(view: RunView): string | null {
  const decided = view.tasks.filter(({ selection }) => selection !== null).length;
  if (decided === 0) return null;
  const unproven = unprovenTasks(view).length;
  if (unproven === 0) return decided === 1 ? 'the gate is proven' : 'every gate is proven';
  return decided === 1 ? 'the gate is not proven' : `${decided - unproven} of ${decided} gates proven`;
}

/** The sentence that says how the winner was found: gates, then criteria, then the digest. */
export function gatesInWords(policy: Policy): string {
  if (policy.gates.length === 0) return 'no gate: every candidate can win';
  return `a candidate must pass ${policy.gates.join(' and ')} to win; an error or a skipped gate is not a pass`;
}

/** "diff.lines: lower is better; within 10 % of the best counts as equal". */
export function criterionInWords({ measure, better, tolerance }: Criterion): string {
  const margin = typeof tolerance === 'number' ? tolerance * 100 : tolerance.absolute;
  const unit = typeof tolerance === 'number' ? ' %' : '';
  const near =
    margin === 0 ? '' : `; within ${formatNumber(margin)}${unit} of the best counts as equal to it`;
  return `${measure}: ${better} is better${near}`;
}

/** "1 trial", "2 trials". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Seconds for people: "0.8 s", "12 s", "3 min 20 s", "1 h 5 min". No locale. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${(Math.round(seconds * 10) / 10).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Seconds with milliseconds, as data. */
export function millis(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
