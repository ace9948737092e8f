import { posix } from 'node:path';
import { folderOf, followsManifest, kindOf, nameOf } from './classify.ts';
import { type Declared, type Ecosystem, hashKey, type Lock, type Locked, type Manifest } from './model.ts';
import { lies } from './versions.ts';

/** A manifest before and after, and the lock that answers it. null: there is none. */
export interface ManifestPair {
  path: string;
  ecosystem: Ecosystem;
  before: Manifest | null;
  after: Manifest | null;
  locks: readonly LockPair[];
}

/** A lock before and after. */
export interface LockPair {
  path: string;
  ecosystem: Ecosystem;
  before: Lock | null;
  after: Lock | null;
  isChanged: boolean;
}

/** A dependency that came, and the versions that the locks give it. */
export interface Added extends Declared {
  ecosystem: Ecosystem;
  path: string;
  versions: readonly string[];
}

/** A version of a package that came into a lock. */
export interface NewPackage extends Locked {
  ecosystem: Ecosystem;
  path: string;
}

/** All that a candidate changes about its dependencies. Words are hostile text. */
export interface DependencyChanges {
  added: Added[];
  /** `name in path`, and what else steers which packages are installed. */
  updated: string[];
  removed: string[];
  /** Of locks that were there before. */
  gained: string[];
  packages: NewPackage[];
  /** What the project itself begins to run when it is installed. */
  scripts: string[];
  /** Why a lock is not to be believed. */
  faults: string[];
}

/** A value that leads elsewhere than to a version of the registry: an alias, a URL, a folder, a repository. */
const elsewhere = /:"(?:[a-z+]+:|[\w.-]*\/)/i;
/** Another file of requirements that one of them includes. */
const inclusion = /^(?:-[rc]|--requirement|--constraint)[\s=]*(.+)$/;

/** What of a manifest's steering says from where packages come. */
const sourceSetting = /index|source|find-links|registr|trusted-host|replace|patch/i;

export function compareDependencies(
  manifests: readonly ManifestPair[],
  locks: readonly LockPair[],
): DependencyChanges {
  const changes: DependencyChanges = {
    added: [],
    updated: [],
    removed: [],
    gained: [],
    packages: [],
    scripts: [],
    faults: [],
  };
  for (const pair of manifests) compareManifest(pair, changes);
  for (const pair of locks) compareLock(pair, changes);
  return changes;
}

function compareManifest(pair: ManifestPair, changes: DependencyChanges): void {
  const { path, ecosystem, before, after, locks } = pair;
  const had = byName(before);
  const has = byName(after);
  for (const [name, declared] of has) {
    const old = had.get(name);
    if (old === undefined)
      for (const each of declared) {
        const versions = locks.flatMap((lock) => lock.after?.versionsOf(each, inside(lock.path, path)) ?? []);
        changes.added.push({ ...each, ecosystem, path, versions });
      }
    else if (keyOf(old) !== keyOf(declared)) changes.updated.push(`${name} in ${path}`);
  }
  for (const name of had.keys()) if (!has.has(name)) changes.removed.push(`${name} in ${path}`);
  compareSteering(pair, changes);
  const ran = before?.scripts ?? {};
  for (const [name, command] of Object.entries(after?.scripts ?? {}))
    if (ran[name] !== command) changes.scripts.push(`${name} of ${path}`);
  for (const lock of locks) changes.faults.push(...disagreements(pair, lock));
}

function compareSteering({ path, before, after }: ManifestPair, changes: DependencyChanges): void {
  const old = new Map(Object.entries(before?.steering ?? {}));
  const now = new Map(Object.entries(after?.steering ?? {}));
  const specs = new Set(after?.declared.map(({ name, spec }) => `${hashKey}${name} ${spec}`));
  for (const setting of new Set([...old.keys(), ...now.keys()])) {
    if (old.get(setting) === now.get(setting)) continue;
    if (setting.startsWith(hashKey)) {
      // Hashes of what came or went are no change of what was there.
      if (old.has(setting) && specs.has(setting))
        changes.faults.push(`${path} has other hashes for ${setting.slice(hashKey.length)}`);
    } else if (isUnread(setting, path)) changes.faults.push(`${path} takes in what is not read: ${setting}`);
    else if (sourceSetting.test(setting) || elsewhere.test(now.get(setting) ?? ''))
      changes.faults.push(`${path} changes where packages come from: ${setting}`);
    else changes.updated.push(`${setting} in ${path}`);
  }
}

function isUnread(setting: string, path: string): boolean {
  const [, file] = inclusion.exec(setting) ?? [];
  return file !== undefined && kindOf(posix.join(folderOf(path), file.trim())) === null;
}

/** Places in which a lock does not say what the candidate's manifest says, and those of the base were no such places. */
function disagreements({ path, ecosystem, before, after }: ManifestPair, lock: LockPair): string[] {
  if (after === null || lock.after === null) return [];
  const folder = inside(lock.path, path);
  const had = before === null || lock.before === null ? [] : faultsOf(ecosystem, before, lock.before, folder);
  const old = new Set(had);
  const faults = faultsOf(ecosystem, after, lock.after, folder).filter((fault) => !old.has(fault));
  const isStale =
    before !== null &&
    !lock.isChanged &&
    followsManifest.has(nameOf(lock.path)) &&
    keyOf(before.declared) !== keyOf(after.declared);
  if (isStale && faults.length === 0) faults.push('it was not changed with it');
  return faults.map((fault) => `${lock.path} does not agree with ${path}: ${fault}`);
}

function faultsOf(ecosystem: Ecosystem, { declared }: Manifest, lock: Lock, folder: string): string[] {
  const recorded = lock.recorded(folder);
  const faults: string[] = [];
  if (recorded !== null) {
    const sections = new Set(recorded.map(({ section }) => section));
    const noted = new Map(recorded.map((each) => [`${each.section} ${each.name}`, each.spec]));
    for (const { section, name, spec } of declared) {
      const there = noted.get(`${section} ${name}`);
      noted.delete(`${section} ${name}`);
      // Some locks note no peers.
      if (section === 'peerDependencies' && !sections.has(section)) continue;
      if (there !== spec)
        faults.push(there === undefined ? `it has not noted ${name}` : `it has noted ${name} as ${there}`);
    }
    for (const key of noted.keys()) faults.push(`it has noted ${key}`);
  }
  for (const each of declared) {
    if (each.range === null || isNeverLocked(each)) continue;
    const versions = lock.versionsOf(each, folder);
    const { range } = each;
    if (versions.length === 0) faults.push(`it does not have ${each.name}`);
    else if (ecosystem !== 'go' && !versions.some((version) => lies(ecosystem, version, range, true)))
      faults.push(`it has ${each.name} ${versions[0]}, which is not ${each.spec}`);
  }
  return faults;
}

function isNeverLocked({ section }: Declared): boolean {
  return section === 'peerDependencies' || section === 'build-system';
}

function compareLock({ path, ecosystem, before, after }: LockPair, changes: DependencyChanges): void {
  if (after === null) {
    if (before !== null) changes.faults.push(`${path} was deleted`);
    return;
  }
  const had = versionsOf(before);
  const has = versionsOf(after);
  const packages = after.locked.filter(({ isLocal }) => !isLocal);
  for (const each of packages)
    if (had.get(each.name)?.has(each.version) !== true) changes.packages.push({ ...each, ecosystem, path });
  if (before === null) return;
  const wasLocal = new Set(before.locked.flatMap(({ name, isLocal }) => (isLocal ? [name] : [])));
  for (const { name, isLocal } of after.locked)
    if (isLocal && had.has(name) && !wasLocal.has(name))
      changes.faults.push(`${path} takes ${name} from a folder`);
  for (const [name, versions] of has) {
    const old = had.get(name);
    if (old === undefined) changes.gained.push(`${name} in ${path}`);
    else if (
      ![...versions.keys()].every((each) => old.has(each)) &&
      ![...old.keys()].every((each) => versions.has(each))
    )
      changes.updated.push(`${name} in ${path}`);
    for (const [version, entry] of versions) {
      const same = old?.get(version);
      if (same === undefined) continue;
      if (same.hashes !== entry.hashes)
        changes.faults.push(`${path} has other hashes for ${name} ${version}`);
      if (same.sources !== entry.sources)
        changes.faults.push(`${path} takes ${name} ${version} from elsewhere`);
    }
  }
}

interface Facts {
  hashes: string;
  sources: string;
}

/** By name and version; a version that stands in several places has the facts of all of them. */
function versionsOf(lock: Lock | null): Map<string, Map<string, Facts>> {
  const names = new Map<string, Map<string, Set<string>[]>>();
  for (const { name, version, hashes, source, isLocal } of lock?.locked ?? []) {
    if (isLocal) continue;
    const versions = names.get(name) ?? new Map<string, Set<string>[]>();
    names.set(name, versions);
    const [all, places] = versions.get(version) ?? [new Set<string>(), new Set<string>()];
    all?.add(hashes.join(' '));
    if (source !== null) places?.add(source);
    versions.set(version, [all ?? new Set(), places ?? new Set()]);
  }
  const text = (set: Set<string> | undefined) => [...(set ?? [])].toSorted().join('\n');
  return new Map(
    [...names].map(([name, versions]) => [
      name,
      new Map(
        [...versions].map(([version, [all, places]]) => [
          version,
          { hashes: text(all), sources: text(places) },
        ]),
      ),
    ]),
  );
}

function byName(manifest: Manifest | null): Map<string, Declared[]> {
  const names = new Map<string, Declared[]>();
  for (const each of manifest?.declared ?? []) names.set(each.name, [...(names.get(each.name) ?? []), each]);
  return names;
}

function keyOf(declared: readonly Declared[]): string {
  return JSON.stringify(declared.map(({ name, section, spec }) => [name, section, spec]).toSorted());
}

/** A manifest's folder relative to its lock's. */
function inside(lock: string, path: string): string {
  const [outer, inner] = [folderOf(lock), folderOf(path)];
  return outer === '' ? inner : inner.slice(outer.length + 1);
}
