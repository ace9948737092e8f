import type { Finding } from '../../../harness/domain/finding.ts';
import { boundedLine, boundedName } from '../../text.ts';
import type { RuleFacts } from '../tool.ts';
import { description, messageText } from './message.ts';
import { type Found, lookup, referenceOf, resultLevels, securityOf } from './rules.ts';
import type { Descriptor, PhysicalLocation, Region, Result, Run } from './schema.ts';
import { pathOf, type UriContext } from './uri.ts';

/** A finding with what its rule says of itself. */
export interface RuledFinding {
  finding: Finding;
  facts: RuleFacts | null;
}

/** Reads the results of one run; null for a result that is no finding. */
export function findingReader(
  run: Run,
  context: UriContext,
  tool: string,
): (result: Result) => RuledFinding | null {
  const find = lookup(run, 'rules');
  const level = resultLevels(run, find);
  // Once for each rule, however long its texts are.
  const names = new Map<string, string>();
  const facts = new Map<Descriptor, RuleFacts>();
  const nameOf = ({ id }: Found) => cached(names, id || unnamed, (name) => boundedName(name, 200));
  return (result) => {
    if (!isFinding(result)) return null;
    const rule = find(referenceOf(result));
    const { descriptor } = rule;
    return {
      finding: {
        tool,
        rule: nameOf(rule),
        level: level(result, descriptor),
        message: messageText(result.message, rule),
        ...place(result, context),
        security: securityOf(result, descriptor),
      },
      facts: descriptor === null ? null : cached(facts, descriptor, factsOf),
    };
  };
}

/** Rule of a result that names none. */
const unnamed = '(no rule)';

function cached<Key, Value>(known: Map<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  const value = known.get(key) ?? make(key);
  known.set(key, value);
  return value;
}

function isFinding({ kind, level, baselineState, suppressions }: Result): boolean {
  if (baselineState === 'absent') return false;
  if (suppressions?.length && suppressions.every(isAcceptedOutside)) return false;
  const isNone = kind === 'pass' || kind === 'notApplicable' || kind === 'informational';
  // Where kind and level contradict each other, the worse counts.
  return !isNone || (level != null && level !== 'none');
}

function isAcceptedOutside({ kind, status }: NonNullable<Result['suppressions']>[number]): boolean {
  return kind === 'external' && (status ?? 'accepted') === 'accepted';
}

type Lines = Pick<Finding, 'startLine' | 'startColumn' | 'endLine' | 'endColumn'>;
const nowhere: Lines = { startLine: null, startColumn: null, endLine: null, endColumn: null };

/** Where several locations are given, the first: the others are changed together with it (3.27.12). */
function place({ locations }: Result, context: UriContext): Lines & Pick<Finding, 'path'> {
  const physical = locations
    ?.map((each) => each.physicalLocation)
    .find((each) => each?.artifactLocation != null);
  const path = pathOf(physical?.artifactLocation, context);
  return { path, ...(path === null ? nowhere : lines(physical)) };
}

function lines(physical: PhysicalLocation | null | undefined): Lines {
  const region: Region = physical?.region ?? {};
  const [startLine, startColumn] = [position(region.startLine), position(region.startColumn)];
  if (startLine === null) return nowhere;
  const endColumn = position(region.endColumn);
  const endLine = position(region.endLine) ?? (endColumn === null ? null : startLine);
  const isBackwards =
    endLine !== null &&
    (endLine < startLine || (endLine === startLine && endColumn !== null && endColumn < (startColumn ?? 1)));
  return {
    startLine,
    startColumn,
    ...(isBackwards ? { endLine: null, endColumn: null } : { endLine, endColumn }),
  };
}

/** Tools write 0 and -1 where they do not know. */
function position(value: number | null | undefined): number | null {
  return value != null && Number.isInteger(value) && value >= 1 && value < 2 ** 31 ? value : null;
}

function factsOf(descriptor: Descriptor): RuleFacts {
  const { name, helpUri } = descriptor;
  const says = description(descriptor);
  return {
    ...(name ? { name: boundedLine(name, 200) } : {}),
    ...(says ? { description: boundedLine(says, 1000) } : {}),
    ...(helpUri != null && isWebPage(helpUri) ? { helpUri } : {}),
  };
}

function isWebPage(uri: string): boolean {
  return uri.length <= 2000 && /^https?:/i.test(uri) && URL.canParse(uri);
}
