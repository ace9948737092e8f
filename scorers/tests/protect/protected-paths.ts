import type { TestSettings } from '../../../harness/domain/test-settings.ts';
import type { BasePaths } from './base-paths.ts';
import { parseGlob } from './glob.ts';
import { type GlobSet, globSet } from './glob-set.ts';
import { importRoots, judgingModules, packageRules, rules } from './rules.ts';

/** What a path is to the judging. `exempt`: the task says that it is the candidate's. */
export type Standing = 'protected' | 'exempt' | 'free';

const compile = (globs: readonly string[]): GlobSet => globSet(globs.flatMap(parseGlob));
const everywhere = rules.flatMap(({ globs }) => globs);
const isOfPackage = compile(packageRules.flatMap(({ globs }) => globs));
const isShadow = compile(judgingModules.python.map((name) => `${name}{,.py,.so,.*.so}`));

interface Folder {
  /** Its path with a slash at the end; empty for the workspace. */
  prefix: string;
  standing: Standing;
  isPackage: boolean;
  isImportRoot: boolean;
}

/**
 * Judges paths by the rules and the task's own globs; exceptions win over everything, as the task knows what its
 * deliverable is. Quickest where paths come in order. Throws AssayError `input` for a glob that cannot be read.
 */
export function protectedPaths(
  base: BasePaths,
  { protect, unprotect }: Pick<TestSettings, 'protect' | 'unprotect'>,
): (path: string) => Standing {
  const isProtected = compile([...everywhere, ...protect]);
  const isExempt = compile(unprotect);
  const workspace: Folder = { prefix: '', standing: 'free', isPackage: true, isImportRoot: true };
  // The folders on the way to the path that was asked for last.
  const open: Folder[] = [workspace];

  /** By its own name and where it lies; what holds for a folder holds for all that is in it. */
  function judge(parent: Folder, path: string): Standing {
    if (parent.standing === 'exempt' || isExempt(path)) return 'exempt';
    if (parent.standing === 'protected' || isProtected(path)) return 'protected';
    const name = path.slice(parent.prefix.length);
    if (parent.isPackage && isOfPackage(name)) return 'protected';
    // Where the base itself holds such a module, that is what the task is about.
    if (parent.isImportRoot && isShadow(name) && !base.has(path)) return 'protected';
    return 'free';
  }

  function enter(parent: Folder, path: string): Folder {
    const isPackage = base.packages.has(path);
    const isImportRoot = isPackage || (parent.isPackage && importRoots.has(path.slice(parent.prefix.length)));
    return { prefix: `${path}/`, standing: judge(parent, path), isPackage, isImportRoot };
  }

  function parentOf(path: string): Folder {
    let parent = open.at(-1) ?? workspace;
    while (!path.startsWith(parent.prefix)) {
      open.pop();
      parent = open.at(-1) ?? workspace;
    }
    let slash = path.indexOf('/', parent.prefix.length);
    for (; slash >= 0; slash = path.indexOf('/', slash + 1)) {
      parent = enter(parent, path.slice(0, slash));
      open.push(parent);
    }
    return parent;
  }

  return (path) => judge(parentOf(path), path);
}
