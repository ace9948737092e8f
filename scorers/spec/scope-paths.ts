import { foldersAbove, pathFilter } from '../path-filter.ts';

interface PathRules {
  allow?: readonly string[] | undefined;
  deny?: readonly string[] | undefined;
}

/** Paths of a change: all that it touches, of these the ones that were not there before, and the tree that it leaves. */
interface Touched {
  touched: readonly string[];
  added: readonly string[];
  tree: readonly string[];
}

/**
 * The touched paths that a scope does not let be touched. `allow` is taken literally; a glob that ends in `/` is the
 * folder and all in it. `deny` holds for a folder and all in it, and for whatever a file system or an eye may take for
 * such a path: other case, other Unicode form. A new path that may be taken for another one of the tree is refused as
 * well: which of the two is meant would be the file system's choice. Throws `input` for a wrong glob.
 */
export function refusedPaths({ allow, deny = [] }: PathRules, { touched, added, tree }: Touched): string[] {
  const isAllowed =
    allow === undefined
      ? () => true
      : pathFilter(allow.map((glob) => (glob.endsWith('/') ? `${glob}**` : glob)));
  const isDenied = pathFilter([...deny, ...deny.map(folded)]);
  const twins = twinsOf(added, tree);
  return touched.filter(
    (path) =>
      !isAllowed(path) ||
      twins.has(path) ||
      [...foldersAbove(path), path].some((each) => isDenied(each) || isDenied(folded(each))),
  );
}

/** One form for all that some file system or reader takes for the same name. */
function folded(text: string): string {
  // Invisible characters as well, which some file systems leave out of a comparison.
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '');
}

/** Paths of which a part reads like another path or folder of the tree, and is not the same. */
function twinsOf(paths: readonly string[], tree: readonly string[]): ReadonlySet<string> {
  if (paths.length === 0) return new Set();
  const names = new Map<string, Set<string>>();
  for (const path of tree)
    for (const each of [...foldersAbove(path), path]) {
      const form = folded(each);
      const same = names.get(form);
      if (same === undefined) names.set(form, new Set([each]));
      else same.add(each);
    }
  const isTwin = (path: string) => (names.get(folded(path))?.size ?? 0) > 1;
  return new Set(paths.filter((path) => [...foldersAbove(path), path].some(isTwin)));
}
