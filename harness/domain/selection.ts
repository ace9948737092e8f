import { z } from 'zod';
import { Digest } from './digest.ts';
import { AgentName } from './names.ts';
import { Outcome } from './verdict.ts';

/** One criterion's part in choosing one rank. */
export const TraceStep = z.strictObject({
  criterion: z.string(),
  /** Best value among those left; null where none had the measure. */
  best: z.number().nullable(),
  /** How many were compared, and how many stayed. */
  compared: z.number().int().min(1),
  survivors: z.number().int().min(1),
});
export type TraceStep = z.infer<typeof TraceStep>;

/** Why this distinct candidate has this rank. */
export const RankTrace = z.strictObject({
  rank: z.number().int().min(1),
  candidate: Digest,
  steps: z.array(TraceStep),
  /** The criterion that put it behind the rank above, with both values; null for the first. */
  behind: z
    .strictObject({
      candidate: Digest,
      criterion: z.string(),
      own: z.number().nullable(),
      other: z.number().nullable(),
    })
    .nullable(),
  words: z.string(),
});
export type RankTrace = z.infer<typeof RankTrace>;

/** One trial's row. Rows of equal trees share candidate and rank. */
export const RankingRow = z.strictObject({
  /** null: the trial delivered no candidate. */
  rank: z.number().int().min(1).nullable(),
  candidate: Digest.nullable(),
  agent: AgentName,
  attempt: z.number().int().min(1),
  trial: z.string(),
  /** Passed every gate. Only such a candidate can win. */
  eligible: z.boolean(),
  /** In words: what put it here. */
  reason: z.string(),
  verdicts: z.array(z.strictObject({ scorer: z.string(), outcome: Outcome, score: z.number().nullable() })),
});
export type RankingRow = z.infer<typeof RankingRow>;

/** Whether controls have shown that the task's gate can say no, and that it can say yes. */
export const GateProof = z.strictObject({ proven: z.boolean(), reason: z.string() });
export type GateProof = z.infer<typeof GateProof>;

/** The decision on one task. */
export const Selection = z.strictObject({
  task: z.string(),
  winner: z
    .strictObject({
      candidate: Digest,
      agent: AgentName,
      attempt: z.number().int().min(1),
      trial: z.string(),
    })
    .nullable(),
  reason: z.string(),
  gate: GateProof.default({ proven: false, reason: 'no control was run' }),
  /** Why the task itself says nothing and counts for nobody, e.g. because its base breaks its spec. Absent: it counts. */
  invalid: z.string().optional(),
  ranking: z.array(RankingRow),
  trace: z.array(RankTrace),
});
export type Selection = z.infer<typeof Selection>;
