import type { TreeEntry } from '../../../harness/store/store.ts';
import { packageFiles } from './rules.ts';

/** What the rules need to know of the base. */
export interface BasePaths {
  /** True for a file or folder of the base. */
  has(path: string): boolean;
  file(path: string): TreeEntry | undefined;
  /** Folders that hold a manifest; the workspace itself is not among them. */
  packages: ReadonlySet<string>;
  /** Names of the packages that are installed in some `node_modules`. */
  installed: ReadonlySet<string>;
}

const installedName = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)(?:\/|$)/g;

export function basePaths(base: readonly TreeEntry[]): BasePaths {
  const files = new Map(base.map((entry) => [entry.path, entry]));
  const folders = new Set<string>();
  const packages = new Set<string>();
  const installed = new Set<string>();
  for (const { path } of base) {
    const slash = path.lastIndexOf('/');
    if (slash > 0 && packageFiles.has(path.slice(slash + 1))) packages.add(path.slice(0, slash));
    for (let end = slash; end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
    if (path.includes('node_modules/'))
      for (const [, name = ''] of path.matchAll(installedName)) installed.add(name);
  }
  return {
    has: (path) => files.has(path) || folders.has(path),
    file: (path) => files.get(path),
    packages,
    installed,
  };
}
