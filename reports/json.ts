import { compareText } from '../harness/domain/order.ts';
import type { RunRecord } from '../harness/domain/run-record.ts';
import { printableJson } from './escape.ts';
import type { ReportJson } from './json-schema.ts';
import { type TaskView, viewOf } from './model.ts';
import { backingOf } from './traces.ts';
import { runState } from './words.ts';

/** `report.json`: the whole run as data; its schema is `report.schema.json`. Fields below the top level are sorted. */
export function renderJson(record: RunRecord): string {
  // A record folded live and one read from disk hold the same fields, and not always in the same order.
  const report = Object.entries(reportJson(record)).map(([key, value]) => [key, ordered(value)]);
  return `${printableJson(Object.fromEntries(report))}\n`;
}

function reportJson(record: RunRecord): ReportJson {
  const view = viewOf(record);
  const { started, finished } = record;
  return {
    schemaVersion: 1,
    run: started.run,
    suite: started.inputs.suite,
    state: runState(record),
    exitCode: finished?.exitCode ?? null,
    harness: started.harness,
    engine: started.engine,
    startedAt: record.startedAt,
    updatedAt: record.updatedAt,
    trialsPlanned: view.trials.planned,
    trialsDone: view.trials.done,
    inputsDigest: started.inputsDigest,
    decisionDigest: finished?.decisionDigest ?? null,
    journalHead: record.head,
    inputs: started.inputs,
    agents: [...view.agents],
    tasks: view.tasks.map(taskJson),
    trials: view.tasks.flatMap((task) =>
      task.trials.map(({ trial, superseded, result }) => ({ ...trial, superseded, result })),
    ),
    verdicts: [...record.verdicts.values()]
      .sort(
        (a, b) =>
          compareText(a.task, b.task) ||
          compareText(a.candidate, b.candidate) ||
          compareText(a.verdict.scorer, b.verdict.scorer),
      )
      .map(({ task, candidate, key, verdict, cached, wallSec }) => ({
        task,
        candidate,
        key,
        verdict,
        cached,
        wallSec,
        backing: backingOf(verdict),
      })),
    notices: record.notices,
  };
}

function taskJson(task: TaskView): ReportJson['tasks'][number] {
  return {
    task: task.id,
    decided: task.selection !== null,
    failed: task.failed,
    winner: task.selection?.winner ?? null,
    reason: task.selection?.reason ?? undecided,
    invalid: task.selection?.invalid ?? null,
    gate: task.selection?.gate ?? null,
    controls: [...task.controls],
    calibrations: [...task.calibrations],
    ranking: task.ranking.map(({ row, trial, standing }) => ({
      ...row,
      standing,
      outcome: trial?.result?.outcome ?? null,
      diff: trial?.result?.candidate?.diff ?? null,
    })),
    trace: task.selection?.trace ?? [],
  };
}

/** The same JSON value with the fields of every object in code-unit order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const fields = Object.entries(value).sort(([a], [b]) => compareText(a, b));
  return Object.fromEntries(fields.map(([key, inner]) => [key, ordered(inner)]));
}

const undecided = 'not decided: the run is not finished';

/** What `assay run --json` prints: the decision and nothing that differs between two equal runs but the run's id. */
export interface DecisionJson {
  run: string;
  suite: string;
  /** null while the run is unfinished. */
  decisionDigest: string | null;
  tasks: {
    task: string;
    winner: { candidate: string; agent: string; attempt: number } | null;
    reason: string;
    /** null while the task is undecided. */
    gate: { proven: boolean; reason: string } | null;
    ranking: {
      rank: number | null;
      candidate: string | null;
      agent: string;
      attempt: number;
      verdicts: { scorer: string; outcome: string; score: number | null }[];
    }[];
  }[];
}

export function decisionJson(record: RunRecord): DecisionJson {
  const view = viewOf(record);
  return {
    run: record.started.run,
    suite: record.started.inputs.suite.name,
    decisionDigest: record.finished?.decisionDigest ?? null,
    tasks: view.tasks.map(({ id, selection, ranking }) => ({
      task: id,
      winner:
        selection?.winner == null
          ? null
          : {
              candidate: selection.winner.candidate,
              agent: selection.winner.agent,
              attempt: selection.winner.attempt,
            },
      reason: selection?.reason ?? undecided,
      gate: selection?.gate ?? null,
      ranking: ranking.map(({ row }) => ({
        rank: row.rank,
        candidate: row.candidate,
        agent: row.agent,
        attempt: row.attempt,
        verdicts: row.verdicts.map(({ scorer, outcome, score }) => ({ scorer, outcome, score })),
      })),
    })),
  };
}
