import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { reportLimits } from '../parse/result.ts';

const Name = z.array(z.string()).min(1).max(reportLimits.depth);

/** What a framework's run came to, as its reporting process wrote it. Names and messages are hostile text. */
export const RunnerReport = z.strictObject({
  version: z.literal(1),
  /** Exit code that the framework itself ended with; null where it was killed. */
  exitCode: z.number().int().nullable(),
  /** One entry per test file that was to run; `loaded` is false where it broke before its tests were known. */
  files: z
    .array(z.strictObject({ path: z.string(), loaded: z.boolean(), message: z.string().optional() }))
    .max(reportLimits.tests),
  /** `file` is the path of one of `files`; `name` goes from the outermost group to the test. */
  tests: z
    .array(
      z.strictObject({
        file: z.string(),
        name: Name,
        outcome: z.enum(['pass', 'fail', 'error', 'skipped']),
        message: z.string().optional(),
      }),
    )
    .max(reportLimits.tests),
  /** What was found tampered with while the tests ran, in words; a single one makes the report worthless. */
  violations: z.array(z.string()).max(100),
  /** What a library of ours said of its own work, see `RunnerLibrary`; absent where that is nothing. */
  notes: z
    .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])))
    .max(1000)
    .optional(),
});
export type RunnerReport = z.infer<typeof RunnerReport>;

const Signed = z.strictObject({ body: z.string(), mac: z.string().regex(/^[0-9a-f]{64}$/) });

/**
 * Where the signed report of a run with this word lies, below the log folder: `results-<nonce>.json`, the nonce being
 * the first 16 hex digits of SHA-256 of the word. Nothing but the reporting process knows it beforehand.
 */
export function reportName(word: string): string {
  return `results-${createHash('sha256').update(word).digest('hex').slice(0, 16)}.json`;
}

/**
 * Reads `{"body": "<JSON text>", "mac": "<hex>"}`, the mac being HMAC-SHA-256 of the body's UTF-8 bytes keyed with the
 * word. Anything that is not exactly that was not written by the process that knew the word.
 */
export function readRunnerReport(
  bytes: Uint8Array,
  word: string,
): { ok: true; report: RunnerReport } | { ok: false; reason: string } {
  const refuse = (reason: string) => ({ ok: false, reason }) as const;
  if (bytes.length > reportLimits.bytes) return refuse('the report is too large');
  const signed = Signed.safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (!signed.success) return refuse('the report is not one that the harness wrote');
  const mac = createHmac('sha256', word).update(signed.data.body).digest();
  if (!timingSafeEqual(mac, Buffer.from(signed.data.mac, 'hex')))
    return refuse('the report was changed after it was written');
  const report = RunnerReport.safeParse(parseJson(signed.data.body));
  if (!report.success) return refuse('the report is incomplete');
  const known = new Set(report.data.files.map(({ path }) => path));
  if (known.size !== report.data.files.length) return refuse('the report names a file twice');
  if (report.data.tests.some(({ file }) => !known.has(file)))
    return refuse('the report holds a test of a file that was not to run');
  return { ok: true, report: report.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
