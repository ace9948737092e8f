import satisfies from 'spdx-satisfies';
import { boundedLine } from '../../text.ts';
import type { CheckAnswer } from '../checks/check.ts';
import type { Dependencies } from '../schema.ts';
import type { Added, DependencyChanges, NewPackage } from './compare.ts';
import { lies, liesWithin, rangeOf } from './versions.ts';

/** What the files show, and what they do not. */
export interface DependencyFacts extends DependencyChanges {
  /** Packages whose files the candidate has put into the workspace. */
  vendored: readonly string[];
  /** Why the files cannot be compared, the candidate's doing or not. */
  unread: readonly string[];
}

/** An answer and all that it rests on. */
export type PartAnswer = Pick<CheckAnswer, 'id' | 'outcome' | 'message'> & { items: string[] };

/**
 * Judges each part of a policy. A fault that is seen fails, whatever else could not be read; what could not be read is
 * unknown, and nothing is then known of the other parts.
 */
export function judgeDependencies(policy: Dependencies, facts: DependencyFacts): PartAnswer[] {
  // The same version may stand in several places of a lock.
  const packages = [...new Map(facts.packages.map((each) => [nameOf(each), each])).values()];
  return [
    answer('add', 'may not be added', refusedAdditions(policy.add, facts), facts.unread),
    answer('update', 'may not be changed', policy.update === 'deny' ? facts.updated : [], facts.unread),
    answer('remove', 'may not be removed', policy.remove === 'deny' ? facts.removed : [], facts.unread),
    ...(policy.licences === undefined ? [] : [licences(policy.licences, packages, facts)]),
    installScripts(policy.install_scripts, packages, facts),
    answer('lock', '', facts.faults, facts.unread),
  ];
}

function refusedAdditions(add: Dependencies['add'], facts: DependencyFacts): string[] {
  if (add === 'any') return [];
  const { added, vendored, gained, updated } = facts;
  const refused =
    typeof add === 'string' ? added.map(nameOf) : added.flatMap((each) => refusal(each, add) ?? []);
  // What nothing asks for that has changed, somebody has written into the lock.
  const unasked = added.length === 0 && updated.length === 0 ? gained : [];
  return [...refused, ...vendored.map((name) => `${name} (its files)`), ...unasked];
}

/** Why a dependency is not one of those that may come; null where it is. */
function refusal(each: Added, may: Readonly<Record<string, string>>): string | null {
  const { ecosystem, name, spec, range, versions } = each;
  const wanted = Object.entries(may).find(
    ([key]) => key === name || (ecosystem === 'pypi' && isSameProject(key, name)),
  );
  if (wanted === undefined) return nameOf(each);
  const within = rangeOf(ecosystem, wanted[1]);
  if (within === null) return `${nameOf(each)}: ${wanted[1]} is no range of versions`;
  if (range === null) return `${nameOf(each)}: ${spec} is no version of the registry`;
  const isWithin =
    versions.length > 0
      ? versions.every((version) => lies(ecosystem, version, within))
      : liesWithin(ecosystem, range, within);
  return isWithin ? null : `${nameOf(each)}: ${versions[0] ?? spec} is not within ${wanted[1]}`;
}

function isSameProject(key: string, name: string): boolean {
  return key.toLowerCase().replace(/[-_.]+/g, '-') === name;
}

function licences(
  allowed: readonly string[],
  packages: readonly NewPackage[],
  facts: DependencyFacts,
): PartAnswer {
  const refused: string[] = [];
  const unknown: string[] = [...facts.unread, ...withoutLock(facts)];
  for (const each of packages) {
    const judged = each.licence === null ? null : isUnder(each.licence, allowed);
    if (judged === false) refused.push(`${nameOf(each)} is under ${each.licence}`);
    else if (judged === null) unknown.push(`the licence of ${nameOf(each)} is not known`);
  }
  return answer('licences', '', refused, unknown);
}

/** null where it is no expression of SPDX. */
function isUnder(licence: string, allowed: readonly string[]): boolean | null {
  if (licence.length > 300) return null;
  try {
    return satisfies(licence, [...allowed]);
  } catch {
    return null;
  }
}

function installScripts(
  policy: Dependencies['install_scripts'],
  packages: readonly NewPackage[],
  facts: DependencyFacts,
): PartAnswer {
  if (policy === 'allow') return answer('install_scripts', '', [], []);
  const may = new Set(typeof policy === 'string' ? [] : policy);
  const asked = packages.filter(({ name }) => !may.has(name));
  const refused = [...facts.scripts, ...asked.filter(({ scripts }) => scripts === true).map(nameOf)];
  const unknown = asked
    .filter(({ scripts }) => scripts === null)
    .map((each) => `whether ${nameOf(each)} runs code when it is installed is not known`);
  return answer('install_scripts', 'may not run code when installed', refused, [
    ...facts.unread,
    ...unknown,
    ...withoutLock(facts),
  ]);
}

/** Of what no lock names, nothing is known. */
function withoutLock({ added }: DependencyFacts): string[] {
  return added.flatMap((each) =>
    each.versions.length > 0 || each.section === 'peerDependencies' || each.ecosystem === 'go'
      ? []
      : [`${nameOf(each)} stands in no lock`],
  );
}

function nameOf({ name, path, ...rest }: { name: string; path: string; version?: string }): string {
  return `${name}${rest.version === undefined ? '' : ` ${rest.version}`} in ${path}`;
}

function answer(
  part: string,
  verb: string,
  refused: readonly string[],
  unknown: readonly string[],
): PartAnswer {
  const items = [...new Set(refused.length > 0 ? refused : unknown)];
  const outcome = refused.length > 0 ? 'fail' : unknown.length > 0 ? 'unknown' : 'pass';
  const prefix = outcome === 'fail' && verb !== '' ? `${verb}: ` : '';
  return {
    id: `dependencies/${part}`,
    outcome,
    message: items.length === 0 ? '' : `${prefix}${few(items)}`,
    items,
  };
}

const shown = 3;

function few(items: readonly string[]): string {
  const first = items.slice(0, shown).map((each) => boundedLine(each, 160));
  const more = items.length - first.length;
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
