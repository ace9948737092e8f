import type { ParseOutput } from './analyse.ts';
import type { ChosenTool } from './choose.ts';
import type { StaticEntry } from './options.ts';

/** The scorer as a suite configures it. */
export interface StaticScorer {
  options: StaticEntry;
  /** Its tools for a base, in the suite's order, or those that suit the base. */
  toolsFor(base: ReadonlySet<string>): Promise<readonly ChosenTool[]>;
  parse: ParseOutput;
}
