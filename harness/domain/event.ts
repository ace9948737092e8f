import { z } from 'zod';
import { Calibration } from './calibration.ts';
import { Control } from './control.ts';
import { Digest } from './digest.ts';
import { AgentName, Name } from './names.ts';
import { Policy } from './policy.ts';
import { Selection } from './selection.ts';
import { SandboxOptions } from './suite.ts';
import { Trial, TrialResult } from './trial.ts';
import { Verdict } from './verdict.ts';

/** The inputs of a run that its decisions depend on: no time, path, machine or order of writing in it. */
export const RunInputs = z.strictObject({
  suite: z.strictObject({ name: Name, version: z.string() }),
  /** Sorted by id. */
  tasks: z.array(z.strictObject({ id: z.string(), digest: Digest })),
  /** Sorted by name. `identity` is the digest of everything that makes this competitor what it is. */
  agents: z.array(z.strictObject({ name: AgentName, adapter: z.string(), identity: Digest })),
  attempts: z.number().int().min(1),
  /** Sorted by name. */
  scorers: z.array(z.strictObject({ name: z.string(), version: z.string(), config: Digest })),
  policy: Policy,
  network: z.enum(['none', 'task']),
  sandbox: SandboxOptions,
  /** Sorted. */
  ignore: z.array(z.string()),
});
export type RunInputs = z.infer<typeof RunInputs>;

const RunStarted = z.strictObject({
  type: z.literal('run.started'),
  run: z.string(),
  /** Version of Assay that wrote the journal. */
  harness: z.string(),
  inputs: RunInputs,
  inputsDigest: Digest,
  /** What the user narrowed the suite to; needed to plan the same trials again on resume. */
  options: z.strictObject({
    agents: z.array(z.string()),
    tasks: z.array(z.string()),
    attempts: z.number().int().min(1).nullable(),
    cache: z.boolean(),
  }),
  /** Where the suite was; only a hint for resuming, the digests decide. */
  suitePath: z.string(),
  engine: z.strictObject({ version: z.string(), runtime: z.string() }),
  trials: z.number().int().min(0),
});

const RunResumed = z.strictObject({ type: z.literal('run.resumed'), harness: z.string() });

const Notice = z.strictObject({ type: z.literal('notice'), task: z.string().nullable(), text: z.string() });

/** An image and the tree of its working directory before any agent ran. */
const TaskPrepared = z.strictObject({
  type: z.literal('task.prepared'),
  task: z.string(),
  image: Digest,
  base: Digest,
  /** Where the image's own base came from, e.g. `pulled`, `built from Debian packages`. */
  origin: z.string(),
});

/** The task's image could not be made: every trial of it is an `error`. */
const TaskFailed = z.strictObject({ type: z.literal('task.failed'), task: z.string(), reason: z.string() });

/** What a scorer learnt from a task's base and reference solution; every verdict on it is held against this. */
const TaskCalibrated = z.strictObject({
  type: z.literal('task.calibrated'),
  task: z.string(),
  scorer: z.string(),
  calibration: Calibration,
});

const ControlRecorded = z.strictObject({
  type: z.literal('control.recorded'),
  task: z.string(),
  control: Control,
});

const TrialStarted = z.strictObject({ type: z.literal('trial.started'), trial: Trial });
const TrialFinished = z.strictObject({
  type: z.literal('trial.finished'),
  trial: Trial,
  result: TrialResult,
});

const VerdictRecorded = z.strictObject({
  type: z.literal('verdict.recorded'),
  task: z.string(),
  /** See `candidateDigest`. */
  candidate: Digest,
  /** Digest of the VerdictKey. */
  key: Digest,
  verdict: Verdict,
  /** Taken from an earlier run with the same key. */
  cached: z.boolean(),
  wallSec: z.number().min(0),
});

const SelectionDecided = z.strictObject({ type: z.literal('selection.decided'), selection: Selection });

const RunInterrupted = z.strictObject({ type: z.literal('run.interrupted'), reason: z.string() });

const RunFinished = z.strictObject({
  type: z.literal('run.finished'),
  decisionDigest: Digest,
  exitCode: z.number().int(),
});

/** Everything that can stand in a journal. */
export const RunEvent = z.discriminatedUnion('type', [
  RunStarted,
  RunResumed,
  Notice,
  TaskPrepared,
  TaskFailed,
  TaskCalibrated,
  ControlRecorded,
  TrialStarted,
  TrialFinished,
  VerdictRecorded,
  SelectionDecided,
  RunInterrupted,
  RunFinished,
]);
export type RunEvent = z.infer<typeof RunEvent>;
export type RunEventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** One line of `journal.jsonl`. `hash` is the digest of the canonical JSON of the other fields. */
export const JournalEntry = z.strictObject({
  seq: z.number().int().min(0),
  /** ISO 8601, UTC, milliseconds. For people; nothing is decided by it. */
  time: z.string(),
  /** `hash` of the line before; 64 zeros for the first. */
  prev: Digest,
  event: RunEvent,
  hash: Digest,
});
export type JournalEntry = z.infer<typeof JournalEntry>;
