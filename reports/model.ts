import type { Calibration } from '../harness/domain/calibration.ts';
import { candidateDigest } from '../harness/domain/candidate.ts';
import type { Control } from '../harness/domain/control.ts';
import { compareText } from '../harness/domain/order.ts';
import type { RecordedTrial, RecordedVerdict, RunRecord } from '../harness/domain/run-record.ts';
import type { RankingRow, Selection } from '../harness/domain/selection.ts';
import { type AgentSummary, summarizeAgents } from './agents.ts';
import { type Standing, standingOf } from './standing.ts';

/** A trial with everything that the journal says about it. */
export interface TrialView extends RecordedTrial {
  /** null: undecided, or a retry of it counts instead. */
  row: RankingRow | null;
  /** On its candidate, sorted by scorer. */
  verdicts: readonly RecordedVerdict[];
  /** The engine failed under it and a later retry counts. */
  superseded: boolean;
}

/** One line of a ranking, with the trial it stands for. */
export interface RankedView {
  row: RankingRow;
  trial: TrialView | null;
  standing: Standing;
}

export interface TaskView {
  id: string;
  /** Why its image could not be made. */
  failed: string | null;
  /** null: not decided yet. */
  selection: Selection | null;
  /** Candidates whose verdict is known beforehand; nop before oracle. */
  controls: readonly Control[];
  /** What each scorer learnt of the task, by name. */
  calibrations: readonly { scorer: string; calibration: Calibration }[];
  /** By agent, attempt, retry. */
  trials: readonly TrialView[];
  /** By rank, those without a candidate last. Empty while undecided. */
  ranking: readonly RankedView[];
}

/** A record in the order in which every report shows it: tasks by id, agents by name. */
export interface RunView {
  record: RunRecord;
  tasks: readonly TaskView[];
  agents: readonly AgentSummary[];
  trials: { planned: number; done: number };
}

export function viewOf(record: RunRecord): RunView {
  const trials = Map.groupBy(record.trials.values(), ({ trial }) => trial.task);
  const verdicts = Map.groupBy(record.verdicts.values(), ({ task, candidate }) =>
    candidateKey(task, candidate),
  );
  for (const list of verdicts.values()) list.sort((a, b) => compareText(a.verdict.scorer, b.verdict.scorer));
  const { inputs } = record.started;
  const ids = new Set([...inputs.tasks.map((task) => task.id), ...trials.keys()]);
  const tasks = [...ids]
    .sort(compareText)
    .map((id): TaskView => taskView(id, record, trials.get(id) ?? [], verdicts));
  const done = tasks.reduce((sum, task) => sum + task.trials.filter(isDone).length, 0);
  return {
    record,
    tasks,
    agents: summarizeAgents(inputs.agents, tasks),
    trials: { planned: record.started.trials, done },
  };
}

function taskView(
  id: string,
  record: RunRecord,
  recorded: readonly RecordedTrial[],
  verdicts: ReadonlyMap<string, readonly RecordedVerdict[]>,
): TaskView {
  const selection = record.selections.get(id) ?? null;
  const { gates } = record.started.inputs.policy;
  const rows = new Map(selection?.ranking.map((row) => [row.trial, row]));
  const last = new Map<string, number>();
  for (const { trial } of recorded) {
    const slot = attemptKey(trial.agent, trial.attempt);
    last.set(slot, Math.max(trial.retry, last.get(slot) ?? 0));
  }
  const trials = [...recorded]
    .sort(
      (a, b) =>
        compareText(a.trial.agent, b.trial.agent) ||
        a.trial.attempt - b.trial.attempt ||
        a.trial.retry - b.trial.retry,
    )
    .map(({ trial, result }): TrialView => {
      const candidate = result?.candidate ? candidateDigest(result.candidate) : undefined;
      return {
        trial,
        result,
        row: rows.get(trial.id) ?? null,
        verdicts: candidate === undefined ? [] : (verdicts.get(candidateKey(id, candidate)) ?? []),
        superseded: trial.retry < (last.get(attemptKey(trial.agent, trial.attempt)) ?? 0),
      };
    });
  const byId = new Map(trials.map((trial) => [trial.trial.id, trial]));
  const ranking = [...(selection?.ranking ?? [])].sort(compareRows).map((row): RankedView => {
    const trial = byId.get(row.trial) ?? null;
    return { row, trial, standing: standingOf(row, trial?.result ?? null, gates) };
  });
  return {
    id,
    failed: record.failedTasks.get(id) ?? null,
    selection,
    controls: [...(record.controls.get(id)?.values() ?? [])].sort((a, b) => compareText(a.name, b.name)),
    calibrations: [...(record.calibrations.get(id) ?? [])]
      .map(([scorer, calibration]) => ({ scorer, calibration }))
      .sort((a, b) => compareText(a.scorer, b.scorer)),
    trials,
    ranking,
  };
}

function isDone(trial: TrialView): boolean {
  return trial.result !== null && !trial.superseded;
}

function compareRows(a: RankingRow, b: RankingRow): number {
  return (
    (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER) ||
    compareText(a.agent, b.agent) ||
    a.attempt - b.attempt
  );
}

function candidateKey(task: string, candidate: string): string {
  return JSON.stringify([task, candidate]);
}

function attemptKey(agent: string, attempt: number): string {
  return JSON.stringify([agent, attempt]);
}
