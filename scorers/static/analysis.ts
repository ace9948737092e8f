import { z } from 'zod';
import { Finding } from '../../harness/domain/finding.ts';

/** A tool's version and rules, as far as it tells. */
const RuleText = z.strictObject({
  name: z.string().exactOptional(),
  description: z.string().exactOptional(),
  helpUri: z.string().exactOptional(),
});

/** What one tool said of one tree; `failure` in place of everything where it did not do its work. */
export const ToolAnalysis = z.strictObject({
  label: z.string(),
  failure: z.string().nullable(),
  findings: z.array(Finding),
  /** Files that it has analysed, as it says itself. */
  files: z.number().int().min(0),
  /** Files that it was given. */
  paths: z.array(z.string()),
  /** Files that it was not given though they are its own, by path, each with the reason. */
  unanalysed: z.record(z.string(), z.string()),
  version: z.string().nullable(),
  rules: z.record(z.string(), RuleText),
  /** Numbers of the tree. */
  measures: z.record(z.string(), z.number()),
  /** Of tools whose report on a file depends on nothing else: their numbers, by path. */
  fileMeasures: z.record(z.string(), z.record(z.string(), z.number())),
});
export type ToolAnalysis = z.infer<typeof ToolAnalysis>;

/** What calibration found: every tool on the base. */
export const BaseAnalysis = z.strictObject({
  version: z.literal(1),
  tools: z.array(ToolAnalysis),
});
export type BaseAnalysis = z.infer<typeof BaseAnalysis>;
