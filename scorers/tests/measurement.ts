import { z } from 'zod';
import { Evidence } from '../../harness/domain/candidate.ts';

const TestResult = z.strictObject({
  id: z.string(),
  outcome: z.enum(['pass', 'fail', 'error', 'skipped']),
  message: z.string().exactOptional(),
});

const refused = z.strictObject({ ok: z.literal(false), reason: z.string() });

/** What one run of the tests on one candidate came to, before it is judged. Plain data: kept by calibration. */
export const Measurement = z.strictObject({
  end: z.enum(['exited', 'timeout', 'oom', 'storage', 'aborted', 'unhealthy']),
  /** Of the tests themselves, where the harness runs a framework; of the container else. */
  exitCode: z.number().int().nullable(),
  /** Why the tests were never started; null when they were. */
  setupFailure: z.string().nullable(),
  /** null: neither reward.json nor reward.txt was written. */
  reward: z.union([z.strictObject({ ok: z.literal(true), value: z.number() }), refused]).nullable(),
  /** null: no report was written. Sentinels are not in it. */
  reports: z
    .union([z.strictObject({ ok: z.literal(true), results: z.array(TestResult) }), refused])
    .nullable(),
  /** Why nothing in the report may be believed, in words; null where nothing speaks against it. */
  forged: z.string().nullable(),
  /** Sentinels that came out as they must. */
  sentinels: z.number().int().min(0),
  /** Protected paths that the candidate touched and that were put back from the base; at most 100 are named. */
  putBack: z.strictObject({ total: z.number().int().min(0), paths: z.array(z.string()) }),
  /** Bound of the container in seconds, for the sentence about a timeout. */
  timeoutSec: z.number(),
  /** Last line that the tests printed; hostile text, may be empty. */
  lastLine: z.string(),
  /** Outputs and reports as they were found. */
  evidence: z.array(Evidence),
});
export type Measurement = z.infer<typeof Measurement>;
