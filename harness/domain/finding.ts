import { z } from 'zod';

/** SARIF's levels. `none`: the tool says that it is no problem. */
export const FindingLevel = z.enum(['error', 'warning', 'note', 'none']);
export type FindingLevel = z.infer<typeof FindingLevel>;

const position = z.number().int().min(1).nullable();

/** One thing that an analysis tool reports of a tree. All texts are hostile: they may quote the candidate. */
export const Finding = z.strictObject({
  /** Name of the adapter, e.g. `eslint`. */
  tool: z.string().min(1),
  /** The tool's own id of the rule, e.g. `no-unused-vars`, `TS2322`. */
  rule: z.string().min(1),
  level: FindingLevel,
  message: z.string(),
  /** Relative to the workspace, `/`-separated, without `.` and `..`; null where it is about the whole project. */
  path: z.string().nullable(),
  /** 1-based, of lines and of UTF-16 columns; null where the tool does not say. */
  startLine: position,
  startColumn: position,
  endLine: position,
  endColumn: position,
  /** CVSS-like, 0 to 10 (SARIF's `security-severity`); null where it is not about security. */
  security: z.number().min(0).max(10).nullable(),
});
export type Finding = z.infer<typeof Finding>;
