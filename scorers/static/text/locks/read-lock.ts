import { type FileKind, kindOf } from '../../../spec/dependencies/classify.ts';
import {
  type DependencyFile,
  type Ecosystem,
  Unreadable as UnreadableFile,
} from '../../../spec/dependencies/model.ts';
import { parseText } from '../../../spec/dependencies/readers/parse.ts';
import { readTomlLock } from './toml-lock.ts';
import { Unreadable } from './unreadable.ts';
import { readPnpmLock, readYarnBerryLock } from './yaml-locks.ts';

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
 * What a lock has of other people's packages; of a list of requirements those with an exact version. Linear in the text.
 * null for a file that is neither. Throws `Unreadable` where it is not what its name says.
 */
export function readLock(path: string, text: string): LockedPackage[] | null {
  const kind = kindOf(path);
  if (kind === null || typeof kind === 'string' || 'vendored' in kind) return null;
  const { ecosystem } = kind;
  return namedIn(kind, text)
    .filter(({ version }) => version !== '')
    .map(({ name, version }) => ({ ecosystem, ...withoutAlias(name, version) }));
}

function namedIn(kind: FileKind, text: string): { name: string; version: string }[] {
  const format = kind.format(text);
  if (format === 'toml') return readTomlLock(text);
  if (format === 'yaml') return text.includes('__metadata:') ? readYarnBerryLock(text) : readPnpmLock(text);
  const parsed = parseText(format, text);
  if (!parsed.ok) throw new Unreadable(parsed.reason);
  try {
    return packagesOf(kind.read(parsed.value));
  } catch (error) {
    if (error instanceof UnreadableFile) throw new Unreadable(error.message, { cause: error });
    throw error;
  }
}

function packagesOf(file: DependencyFile): { name: string; version: string }[] {
  if (file.kind === 'manifest')
    return file.declared.flatMap(({ name, range }) => {
      const version = /^===?([^*,]+)$/.exec(range ?? '')?.[1];
      return version === undefined ? [] : [{ name, version }];
    });
  return file.locked.filter(({ isLocal }) => !isLocal);
}

/** An alias: the package goes by another name than its folder. */
function withoutAlias(name: string, version: string): { name: string; version: string } {
  const alias = /^npm:(@?[^@]+)@([^@]+)$/.exec(version);
  return { name: alias?.[1] ?? name, version: alias?.[2] ?? version };
}
