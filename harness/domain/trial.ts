import { z } from 'zod';
import { Candidate, Evidence } from './candidate.ts';
import { AgentName } from './names.ts';

/** One agent's one numbered attempt at one task. `retry` is 0, or 1, 2, … after an infrastructure failure. */
export const Trial = z.strictObject({
  id: z.string().min(1),
  task: z.string().min(1),
  agent: AgentName,
  attempt: z.number().int().min(1),
  retry: z.number().int().min(0),
});
export type Trial = z.infer<typeof Trial>;

/**
 * `delivered`: the agent ended by itself with success. `timeout`, `limit`: its container was killed at a bound;
 * what stood in the workspace then is the candidate. `failed`: the agent ended with an error, or what it delivered
 * was refused (then there is no candidate). `error`: the machinery failed; says nothing about the agent.
 */
export const TrialOutcome = z.enum(['delivered', 'timeout', 'limit', 'failed', 'error']);
export type TrialOutcome = z.infer<typeof TrialOutcome>;

/** What an attempt came to. Plain data: crosses process and machine boundaries. */
export const TrialResult = z.strictObject({
  outcome: TrialOutcome,
  /** One sentence for people. May hold hostile text: escape where shown. */
  reason: z.string(),
  candidate: Candidate.nullable(),
  evidence: z.array(Evidence),
  /** True where the engine failed under the trial: its next retry, if any is left, is the one that counts. */
  retryable: z.boolean().default(false),
  /** Files left out of the candidate because an ignore rule matched. */
  ignoredFiles: z.number().int().min(0).default(0),
  exitCode: z.number().int().nullable().default(null),
  /** Seconds that the agent ran. Not part of any decision. */
  wallSec: z.number().min(0).default(0),
});
export type TrialResult = z.infer<typeof TrialResult>;

/** `task/agent/attempt`, with `~n` behind it for the n-th retry. Injective: a task id holds no slash. */
export function trialId(task: string, agent: string, attempt: number, retry = 0): string {
  return `${task}/${agent}/${attempt}${retry > 0 ? `~${retry}` : ''}`;
}
