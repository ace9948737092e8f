import type { Calibration } from './calibration.ts';
import type { Control } from './control.ts';
import type { JournalEntry, RunEventOf } from './event.ts';
import type { Selection } from './selection.ts';
import type { Trial, TrialResult } from './trial.ts';
import type { Verdict } from './verdict.ts';

export interface RecordedTrial {
  trial: Trial;
  /** null: started and never finished (in flight, or lost with the process). */
  result: TrialResult | null;
}

export interface RecordedVerdict {
  task: string;
  candidate: string;
  key: string;
  verdict: Verdict;
  cached: boolean;
  wallSec: number;
}

/** What a journal says, folded: the one input of reports, resume and progress. */
export interface RunRecord {
  started: RunEventOf<'run.started'>;
  startedAt: string;
  /** Time of the last event. */
  updatedAt: string;
  prepared: Map<string, RunEventOf<'task.prepared'>>;
  failedTasks: Map<string, string>;
  /** By task id, then by scorer. */
  calibrations: Map<string, Map<string, Calibration>>;
  /** By task id, then by name. */
  controls: Map<string, Map<Control['name'], Control>>;
  notices: { task: string | null; text: string }[];
  /** By trial id, in the order of the journal. */
  trials: Map<string, RecordedTrial>;
  /** By `verdictSlot`. */
  verdicts: Map<string, RecordedVerdict>;
  /** By task id. */
  selections: Map<string, Selection>;
  finished: RunEventOf<'run.finished'> | null;
  interrupted: boolean;
  /** `hash` of the last entry: names this state of the run. */
  head: string;
}

/** Key under which a record keeps the verdict of one scorer on one candidate of one task. */
export function verdictSlot(task: string, candidate: string, scorer: string): string {
  return JSON.stringify([task, candidate, scorer]);
}

/** Folds a journal's entries. Throws TypeError when the first is not `run.started` (an empty or foreign file). */
export function foldRun(entries: Iterable<JournalEntry>): RunRecord {
  let record: RunRecord | null = null;
  for (const entry of entries) {
    if (record === null) record = firstRecord(entry);
    else addEntry(record, entry);
  }
  if (record === null) throw new TypeError('the journal is empty');
  return record;
}

function firstRecord(entry: JournalEntry): RunRecord {
  if (entry.event.type !== 'run.started')
    throw new TypeError(`a journal begins with run.started, not ${entry.event.type}`);
  return {
    started: entry.event,
    startedAt: entry.time,
    updatedAt: entry.time,
    prepared: new Map(),
    failedTasks: new Map(),
    calibrations: new Map(),
    controls: new Map(),
    notices: [],
    trials: new Map(),
    verdicts: new Map(),
    selections: new Map(),
    finished: null,
    interrupted: false,
    head: entry.hash,
  };
}

function inner<K, V>(outer: Map<string, Map<K, V>>, key: string): Map<K, V> {
  const known = outer.get(key) ?? new Map<K, V>();
  outer.set(key, known);
  return known;
}

/** Adds one event to a record, in place: a run of 10,000 trials must not be copied 30,000 times. */
export function addEntry(record: RunRecord, entry: JournalEntry): void {
  const event = entry.event;
  record.updatedAt = entry.time;
  record.head = entry.hash;
  switch (event.type) {
    case 'run.started':
      throw new TypeError('a journal has one run.started');
    case 'run.resumed':
      record.interrupted = false;
      break;
    case 'notice':
      record.notices.push({ task: event.task, text: event.text });
      break;
    case 'task.prepared':
      record.prepared.set(event.task, event);
      record.failedTasks.delete(event.task);
      break;
    case 'task.failed':
      record.failedTasks.set(event.task, event.reason);
      break;
    case 'task.calibrated':
      inner(record.calibrations, event.task).set(event.scorer, event.calibration);
      break;
    case 'control.recorded':
      inner(record.controls, event.task).set(event.control.name, event.control);
      break;
    case 'trial.started':
      if (!record.trials.get(event.trial.id)?.result)
        record.trials.set(event.trial.id, { trial: event.trial, result: null });
      break;
    case 'trial.finished':
      record.trials.set(event.trial.id, { trial: event.trial, result: event.result });
      break;
    case 'verdict.recorded':
      record.verdicts.set(verdictSlot(event.task, event.candidate, event.verdict.scorer), event);
      break;
    case 'selection.decided':
      record.selections.set(event.selection.task, event.selection);
      break;
    case 'run.interrupted':
      record.interrupted = true;
      break;
    case 'run.finished':
      record.finished = event;
      record.interrupted = false;
      break;
  }
}
