import { z } from 'zod';
import { Calibration } from '../harness/domain/calibration.ts';
import { DiffStat } from '../harness/domain/candidate.ts';
import { Control } from '../harness/domain/control.ts';
import { Digest } from '../harness/domain/digest.ts';
import { RunInputs } from '../harness/domain/event.ts';
import { GateProof, RankingRow, Selection } from '../harness/domain/selection.ts';
import { Trial, TrialOutcome, TrialResult } from '../harness/domain/trial.ts';
import { Verdict } from '../harness/domain/verdict.ts';

const count = z.number().int().min(0);

const ReportedRow = RankingRow.extend({
  standing: z
    .enum(['pass', 'fail', 'error', 'skipped', 'none'])
    .describe('The row in one word: pass means every gate passed; none means no candidate was delivered.'),
  outcome: TrialOutcome.nullable().describe('What the trial came to.'),
  diff: DiffStat.nullable().describe('Size of the change against the base; null without a candidate.'),
});

const ReportedTask = z.strictObject({
  task: z.string(),
  decided: z.boolean().describe('False while the run is unfinished: then there is no winner yet.'),
  failed: z.string().nullable().describe("Why the task's image could not be made, else null."),
  winner: Selection.shape.winner,
  reason: z.string(),
  invalid: z
    .string()
    .nullable()
    .describe('Why the task itself says nothing and counts for nobody; null where it counts.'),
  gate: GateProof.nullable().describe(
    'Whether controls have shown that the gate refuses the base and passes the reference solution.',
  ),
  controls: z.array(Control).describe('Candidates whose verdict is known beforehand.'),
  calibrations: z
    .array(z.strictObject({ scorer: z.string(), calibration: Calibration }))
    .describe('What each scorer learnt of the task before it judged a candidate.'),
  ranking: z
    .array(ReportedRow)
    .describe('One row per trial; rows of equal candidates share candidate and rank.'),
  trace: Selection.shape.trace.describe('Per rank, which criterion separated which candidates.'),
});

const ReportedTrial = Trial.extend({
  superseded: z.boolean().describe('The engine failed under it and a later retry counts instead.'),
  result: TrialResult.required().nullable().describe('null: it never finished.'),
});

const ReportedVerdict = z.strictObject({
  task: z.string(),
  candidate: Digest,
  key: Digest.describe('Digest of everything that the verdict is a function of.'),
  verdict: Verdict,
  cached: z.boolean(),
  wallSec: z.number().min(0),
  backing: z
    .array(
      z.strictObject({
        evidence: z.string(),
        digest: Digest,
        requirements: z.array(z.string()),
        checks: z.array(z.string()),
      }),
    )
    .describe('The way back from evidence to the checks and requirements that rest on it.'),
});

const ReportedAgent = z.strictObject({
  name: z.string(),
  adapter: z.string(),
  tasks: count.describe('Decided tasks on which it had a trial.'),
  resolved: count.describe('Tasks on which one of its candidates passed every gate.'),
  wins: count.describe('Tasks whose winning candidate it delivered; equal candidates share a win.'),
  trials: z.strictObject({ total: count, passed: count, failed: count, errors: count }),
});

/** `report.json`. Tasks, trials and verdicts are sorted by task, then agent or candidate; agents by name. */
export const ReportJson = z
  .strictObject({
    schemaVersion: z.literal(1),
    run: z.string(),
    suite: RunInputs.shape.suite,
    state: z.enum(['finished', 'interrupted', 'unfinished']),
    exitCode: z.number().int().nullable(),
    harness: z.string().describe('Version of Assay that began the run.'),
    engine: z.strictObject({ version: z.string(), runtime: z.string() }),
    startedAt: z.string(),
    updatedAt: z.string().describe("Time of the journal's last event."),
    trialsPlanned: count,
    trialsDone: count,
    inputsDigest: Digest,
    decisionDigest: Digest.nullable().describe('null while the run is unfinished.'),
    journalHead: Digest.describe('Hash of the last journal entry: names the state that this report shows.'),
    inputs: RunInputs,
    agents: z.array(ReportedAgent),
    tasks: z.array(ReportedTask),
    trials: z.array(ReportedTrial),
    verdicts: z
      .array(ReportedVerdict)
      .describe('One per task, candidate and scorer; trials name candidates.'),
    notices: z.array(z.strictObject({ task: z.string().nullable(), text: z.string() })),
  })
  .meta({ title: 'Assay run report', description: 'One run, as its journal says it.' });
export type ReportJson = z.infer<typeof ReportJson>;

/** JSON Schema (draft 2020-12) of `report.json`; a test keeps `report.schema.json` equal to it. */
export function reportJsonSchema() {
  return z.toJSONSchema(ReportJson, { io: 'output' });
}
