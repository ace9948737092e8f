export type Ecosystem = 'npm' | 'pypi' | 'cargo' | 'go';

/** A dependency as a manifest names it. All texts are hostile. */
export interface Declared {
  /** In the ecosystem's normal form. */
  name: string;
  /** E.g. `devDependencies`. */
  section: string;
  /** As it was written, white space aside. */
  spec: string;
  /** The spec as a range of versions of a registry; null for whatever else it is: an alias, a URL, a folder, a tag. */
  range: string | null;
}

/** A package as a lock names it. */
export interface Locked {
  name: string;
  version: string;
  /** URL or path that it comes from; null where the lock leaves that to the registry. */
  source: string | null;
  /** Of the project itself, such as a workspace: nothing is fetched. */
  isLocal: boolean;
  /** Sorted; empty where there is none. */
  hashes: readonly string[];
  /** Whether a lock of this kind names hashes in this place at all. */
  isHashed: boolean;
  /** As the lock says; null where it does not. */
  licence: string | null;
  /** Whether it runs code when it is installed; null where the lock does not tell. */
  scripts: boolean | null;
}

export interface Manifest {
  kind: 'manifest';
  declared: Declared[];
  /** Further settings that steer what is installed, such as `overrides`, by name. */
  steering: Readonly<Record<string, string>>;
  /** What the project itself runs when it is installed, by name. */
  scripts: Readonly<Record<string, string>>;
}

/** Steering settings whose names begin so are the hashes that a requirement demands of what is fetched. */
export const hashKey = 'hash ';

export interface Lock {
  kind: 'lock';
  locked: Locked[];
  /**
   * What the lock has noted of a manifest in a folder relative to its own (`` for its own), as `section name spec`; null
   * where it has none or notes none.
   */
  recorded(folder: string): readonly Pick<Declared, 'name' | 'section' | 'spec'>[] | null;
  /** The versions that a manifest in that folder gets of what it declares; none where the lock does not have it. */
  versionsOf(declared: Pick<Declared, 'name' | 'spec'>, folder: string): readonly string[];
}

export type DependencyFile = Manifest | Lock;

/** A file that is not what it should be; the message says why, in one line. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** A record's own entries, in order; none of what is no record. */
export function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** An own field; undefined where there is none. */
export function fieldOf(value: unknown, ...path: string[]): unknown {
  let current = value;
  for (const name of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return current;
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A record or nothing; anything else is not such a file. */
export function recordOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unreadable(`${what} is no table`);
  return value as Record<string, unknown>;
}

/** Versions of all that is locked under a name: where a lock has one version of each, or does not say whose they are. */
export function versionsByName(locked: readonly Locked[]): Lock['versionsOf'] {
  const versions = new Map<string, string[]>();
  for (const { name, version } of locked) versions.set(name, [...(versions.get(name) ?? []), version]);
  return ({ name }) => versions.get(name) ?? [];
}
