/** What is laid of a manifest: the candidate's as it is, the base's as a whole, or the candidate's with test sections of the base. */
export type Merged = 'candidate' | 'base' | { text: string };

export interface ManifestContext {
  /**
   * True for names under which tests find what judges them, and for the scopes (`@scope`) of such; no package of the
   * candidate's may go by one.
   */
  isTaken(packageName: string): boolean;
}

/**
 * Puts a manifest's test sections back. null: the base has no such file, or the candidate deleted it. Whatever cannot be
 * read for certain gives `base`.
 */
export type MergeManifest = (
  base: string | null,
  candidate: string | null,
  context: ManifestContext,
) => Merged;
