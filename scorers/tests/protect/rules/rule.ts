/** What belongs to the judging, with the reason. A match covers a path itself and, where it is a folder, all below it. */
export interface Rule {
  reason: string;
  /** Relative to the workspace. */
  globs: readonly string[];
}
