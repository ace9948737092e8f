import type { FindingLevel } from '../../../harness/domain/finding.ts';
import type { Descriptor, Invocation, Reference, Result, Run, ToolComponent } from './schema.ts';

/** A rule or notification as a log refers to it; id and descriptor may be unknown. */
export interface Found {
  id: string | null;
  component: ToolComponent;
  descriptor: Descriptor | null;
}

/** Finds what a reference means. */
export type Lookup = (reference: Reference) => Found;

/** Levels as an invocation configured them. */
export type Overrides = Invocation['ruleConfigurationOverrides'];

/** A hierarchical id has two or three parts. */
const maxParts = 8;

/**
 * References (3.52) into a run's descriptors: by index, else by guid, else by id, of which the last parts after a `/` may
 * be a subdivision (3.5.4). However many there are, each is looked up in a map.
 */
export function lookup({ tool: { driver, extensions } }: Run, kind: 'rules' | 'notifications'): Lookup {
  const components = byName(extensions ?? [], ({ guid, name }) => [guid, name]);
  const descriptors = new Map<ToolComponent, ReadonlyMap<string, Descriptor>>();
  const named = (component: ToolComponent) => {
    const known = descriptors.get(component) ?? byName(component[kind] ?? [], ({ id, guid }) => [id, guid]);
    descriptors.set(component, known);
    return known;
  };
  return ({ id, guid, index, toolComponent }) => {
    const component =
      extensions?.[toolComponent?.index ?? -1] ??
      components.get(toolComponent?.guid ?? toolComponent?.name ?? '') ??
      driver;
    const descriptor =
      component[kind]?.[index ?? -1] ??
      named(component).get(guid ?? '') ??
      hierarchical(named(component), id ?? '');
    return { id: id ?? descriptor?.id ?? null, component, descriptor: descriptor ?? null };
  };
}

function byName<Item>(
  items: readonly Item[],
  namesOf: (item: Item) => readonly (string | null | undefined)[],
): ReadonlyMap<string, Item> {
  const found = new Map<string, Item>();
  for (const item of items)
    for (const name of namesOf(item)) if (name && !found.has(name)) found.set(name, item);
  return found;
}

function hierarchical(known: ReadonlyMap<string, Descriptor>, id: string): Descriptor | undefined {
  let name = id;
  for (let part = 0; part < maxParts; part += 1) {
    const found = known.get(name);
    const end = name.lastIndexOf('/');
    if (found !== undefined || end < 0) return found;
    name = name.slice(0, end);
  }
  return undefined;
}

/** The reference that a result makes to its rule (3.27.5 to 3.27.7), by whichever of three members. */
export function referenceOf({ ruleId, ruleIndex, rule }: Result): Reference {
  return { ...rule, id: ruleId ?? rule?.id, index: ruleIndex ?? rule?.index };
}

/** Level of a result (3.27.10): its own; `none` unless it is a failure; as configured for this run; as by default. */
export function resultLevels(
  run: Run,
  rules: Lookup,
): (result: Result, descriptor: Descriptor | null) => FindingLevel {
  const invocations = run.invocations ?? [];
  const overrides = invocations.map((each) => overriddenLevels(each.ruleConfigurationOverrides, rules));
  return (result, descriptor) => {
    if (result.level != null) return result.level;
    if (result.kind != null && result.kind !== 'fail') return 'none';
    // Most runs have one invocation, and their results do not name it.
    const sole = invocations.length === 1 ? overrides[0] : undefined;
    return levelBy(descriptor, overrides[result.provenance?.invocationIndex ?? -1] ?? sole);
  };
}

/** Level of what has none of its own: as configured, else by default. */
export function levelBy(
  descriptor: Descriptor | null,
  overrides: ReadonlyMap<Descriptor, FindingLevel> | undefined,
): FindingLevel {
  const configured = descriptor === null ? undefined : overrides?.get(descriptor);
  return configured ?? descriptor?.defaultConfiguration?.level ?? 'warning';
}

/** Which descriptors an invocation gives another level (3.20.5, 3.20.6). */
export function overriddenLevels(overrides: Overrides, find: Lookup): ReadonlyMap<Descriptor, FindingLevel> {
  const levels = new Map<Descriptor, FindingLevel>();
  for (const override of overrides ?? []) {
    const { descriptor } = find(override.descriptor);
    const { level } = override.configuration;
    if (descriptor !== null && level != null && !levels.has(descriptor)) levels.set(descriptor, level);
  }
  return levels;
}

/** `security-severity`, a number or its text, of the result or else of its rule; null where it is none from 0 to 10. */
export function securityOf({ properties }: Result, descriptor: Descriptor | null): number | null {
  const own = properties != null && Object.hasOwn(properties, severityKey);
  const value = own ? properties[severityKey] : descriptor?.properties?.[severityKey];
  const number = typeof value === 'string' && /^\s*\d/.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= 10 ? number : null;
}

/** The property by which GitHub knows findings about security. */
export const severityKey = 'security-severity';
