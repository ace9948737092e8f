import type { ToolAnalysis } from './analysis.ts';
import type { Delta } from './delta/delta.ts';

/** A tool's findings held against those that it has on the base. */
export interface ToolDelta {
  before: ToolAnalysis;
  after: ToolAnalysis;
  delta: Delta;
}
