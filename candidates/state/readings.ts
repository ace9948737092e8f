/** `self`: the path alone. `deep`: with all that it holds. */
export type Wanted = 'self' | 'deep';

/** One archive to ask the engine for. */
export interface Reading {
  root: string;
  /** Which of its members matter. */
  wants(path: string): boolean;
  /** Only its first member matters. */
  isShallow: boolean;
}

/** Up to here each path is asked for by itself, at some 40 ms each; beyond, whole folders are read and sifted. */
const mostSingles = 50;

/** How to get at the wanted paths with few archives, of which few hold much that is not wanted. */
export function readings(wanted: ReadonlyMap<string, Wanted>): Reading[] {
  const wants = (path: string) => {
    if (wanted.has(path)) return true;
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
      if (wanted.get(path.slice(0, slash)) === 'deep') return true;
    return false;
  };
  const single = (root: string): Reading => ({ root, wants, isShallow: wanted.get(root) === 'self' });
  const split = (paths: readonly string[], depth: number): Reading[] => {
    if (paths.length <= mostSingles) return paths.map(single);
    return [...Map.groupBy(paths, (path) => headOf(path, depth))].flatMap(([head, inside]) => {
      if (inside.length <= mostSingles) return inside.map(single);
      if (depth < maxDepth) return split(inside, depth + 1);
      return [{ root: head, wants, isShallow: false }];
    });
  };
  return split([...wanted.keys()].sort(), 1);
}

/** `/usr/lib` is a good unit: `/usr` may hold the whole system. */
const maxDepth = 2;

/** The first components of a path: `/usr/lib` of `/usr/lib/x/y` for 2. */
function headOf(path: string, depth: number): string {
  return path.split('/', depth + 1).join('/');
}
