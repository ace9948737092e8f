import { matchGlob, parseGlob } from './tests/protect/glob.ts';

/** Tells whether a path, relative to the workspace, is matched by one of some globs. Throws `input` for a wrong glob. */
export function pathFilter(globs: readonly string[]): (path: string) => boolean {
  const parsed = globs.flatMap(parseGlob);
  return (path) => {
    const components = path.split('/');
    return parsed.some((glob) => matchGlob(glob, components));
  };
}

/** `a/b/c` → `a`, `a/b`. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
}
