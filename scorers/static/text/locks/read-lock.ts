import { kindOf } from '../../../spec/dependencies/classify.ts';
import { type DependencyFile, type Ecosystem, Unreadable } from '../../../spec/dependencies/model.ts';

/** A package of an ecosystem in one exact version, as a lock has it. */
export interface LockedPackage {
  ecosystem: Ecosystem;
  name: string;
  version: string;
}

/** Globs of the files that are read here. */
export const lockFiles: readonly string[] = [
  '**/{package-lock.json,npm-shrinkwrap.json,pnpm-lock.yaml,yarn.lock}',
  '**/{poetry.lock,uv.lock,Pipfile.lock,Cargo.lock,go.sum}',
  '**/{requirements,constraints}*.txt',
  '**/*{-,_,.}{requirements,constraints}*.txt',
  '**/requirements/*.txt',
];

/**
 * What a lock has of other people's packages; of a list of requirements those with an exact version. null for a file that
 * is neither. Throws `Unreadable` where it is not what its name says.
 */
export function readLock(path: string, text: string): LockedPackage[] | null {
  const kind = kindOf(path);
  if (kind === null || typeof kind === 'string' || 'vendored' in kind) return null;
  const { ecosystem } = kind;
  return packagesOf(kind.read(text)).map((each) => ({ ecosystem, ...each }));
}

function packagesOf(file: DependencyFile): { name: string; version: string }[] {
  if (file.kind === 'manifest')
    return file.declared.flatMap(({ name, range }) => {
      const version = /^===?([^*,]+)$/.exec(range ?? '')?.[1];
      return version === undefined ? [] : [{ name, version }];
    });
  return file.locked.flatMap(({ name, version, isLocal }) => {
    if (isLocal || version === '') return [];
    // An alias: the package goes by another name than its folder.
    const alias = /^npm:(@?[^@]+)@([^@]+)$/.exec(version);
    return [{ name: alias?.[1] ?? name, version: alias?.[2] ?? version }];
  });
}

export { Unreadable };
