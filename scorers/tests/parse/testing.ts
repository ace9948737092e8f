import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Folder of a shared corpus of report formats, which lies beside the repository and is used in place; tests against it
 * are skipped where it is absent.
 */
export function vectorFolder(name: string): { path: string; isAbsent: boolean } {
  const path = fileURLToPath(new URL(`../../../../shared/data/format-vectors/${name}`, import.meta.url));
  return { path, isAbsent: !existsSync(path) };
}

/** For a suite's name: says why it is skipped. */
export const needsVectors = '(needs ../shared/data)';
