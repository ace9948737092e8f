/** What of a candidate's change is not laid into the scoring container, because it belongs to the judging. */
export interface Protection {
  /** Changed paths (written or deleted by the candidate) that stay as they are in the base. */
  kept: ReadonlySet<string>;
  /** Written paths that get another content than the candidate's: its own with the base's test sections. */
  rewritten: ReadonlyMap<string, Uint8Array>;
  /** All of these, sorted: what the candidate touched. */
  touched: readonly string[];
}

export const noProtection: Protection = { kept: new Set(), rewritten: new Map(), touched: [] };

/** How many are named where a candidate touched very many. */
const named = 100;

/** What is said of a protection in a measurement. */
export function putBackOf({ touched }: Protection): { total: number; paths: string[] } {
  return { total: touched.length, paths: touched.slice(0, named) };
}
