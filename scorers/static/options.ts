import { z } from 'zod';
import { FindingLevel } from '../../harness/domain/finding.ts';

const Seconds = z.number().positive().max(3600);
const Globs = z.array(z.string().min(1)).min(1);

/** What every tool's entry may say, beside that tool's own options. */
export const CommonToolOptions = z.strictObject({
  tool: z.string().min(1),
  /** Of one container of this tool. */
  timeout_sec: Seconds.optional(),
  /** True: a task without any file for it does without it. Else that is an error, as nothing was analysed. */
  optional: z.boolean().optional(),
  /** Paths of the workspace that this tool is not shown. */
  exclude: Globs.optional(),
});
export type CommonToolOptions = z.infer<typeof CommonToolOptions>;

/** The scorer's entry in `suite.yaml`. */
export const StaticEntry = z.strictObject({
  name: z.literal('static'),
  /** Default: those that the base is set up for, see `ToolAdapter.suits`. */
  tools: z
    .array(z.union([z.string().min(1), z.looseObject({ tool: z.string().min(1) })]))
    .min(1)
    .optional(),
  /** A new finding of at least this level is a `fail`. */
  fail_on: z.enum(['error', 'warning', 'note', 'never']).default('error'),
  /** Levels by rule, as `<tool>/<rule>`, instead of the tool's own. */
  levels: z.record(z.string().regex(/^[^/]+\/.+$/, 'must be <tool>/<rule>'), FindingLevel).default({}),
  /** Paths of the workspace that no tool is shown. */
  exclude: Globs.optional(),
  /** Of one container, unless the tool's entry says otherwise. */
  timeout_sec: Seconds.default(120),
  /** Larger files are not analysed, which is a finding itself. */
  max_file_kb: z
    .number()
    .int()
    .min(1)
    .max(64 * 1024)
    .default(1024),
});
export type StaticEntry = z.infer<typeof StaticEntry>;
