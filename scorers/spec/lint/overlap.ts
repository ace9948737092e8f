import { canonicalJson } from '../../../harness/domain/digest.ts';
import { show } from '../../../harness/plan/place.ts';
import type { PlacedCheck } from '../load/checks-of.ts';
import { matchesWildcard } from '../wildcard.ts';
import type { Linted, PlacedFinding } from './finding.ts';

/** More test checks than this are compared for equality only. */
const maxCompared = 400;

/** Requirements that say the same twice. */
export function overlapFindings({ placed }: Linted, checks: readonly PlacedCheck[]): PlacedFinding[] {
  return [...equalSentences(placed), ...equalChecks(checks), ...testsWithin(checks)];
}

function equalSentences(placed: Linted['placed']): PlacedFinding[] {
  const first = new Map<string, string>();
  return placed.flatMap(({ requirement: { id, says }, path }) => {
    const key = says
      .toLowerCase()
      .replaceAll(/[\p{P}\p{Z}\s]+/gu, ' ')
      .trim();
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, id);
      return [];
    }
    return [overlap(id, `says the same as ${before}`, 'say it once', [...path, 'says'])];
  });
}

function equalChecks(checks: readonly PlacedCheck[]): PlacedFinding[] {
  const first = new Map<string, PlacedCheck>();
  return checks.flatMap((placed) => {
    const { check, path } = placed;
    const key = canonicalJson([check.kind, check.given]);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, placed);
      return [];
    }
    const [group, other] = [path[0], before.path[0]];
    const words =
      group === other
        ? `asks the same as ${before.check.id}`
        : `asks the same as ${before.check.id}: an invariant holds on the base, so that nothing has to be done for it`;
    return [overlap(check.id, words, 'remove one of them, or ask for something else', path)];
  });
}

function testsWithin(checks: readonly PlacedCheck[]): PlacedFinding[] {
  const tests = checks.flatMap(({ check, path }) => {
    if (check.kind !== 'test') return [];
    const given = 'id' in check.given ? { text: check.given.id, isPattern: false } : null;
    return [
      {
        id: check.id,
        path,
        ...(given ?? { text: 'pattern' in check.given ? check.given.pattern : '', isPattern: true }),
      },
    ];
  });
  if (tests.length > maxCompared) return [];
  return tests.flatMap((inner) =>
    tests
      .filter(
        (outer) =>
          outer !== inner &&
          outer.isPattern &&
          !(inner.isPattern && inner.text === outer.text) &&
          // A pattern that matches another one's text, stars and all, matches whatever that one does.
          matchesWildcard(outer.text, inner.text),
      )
      .slice(0, 1)
      .map((outer) =>
        overlap(
          inner.id,
          `${show(inner.text)} is among the tests of ${outer.id}, ${show(outer.text)}`,
          'let each test stand for one requirement',
          inner.path,
        ),
      ),
  );
}

function overlap(id: string, message: string, fix: string, at: PlacedFinding['at']): PlacedFinding {
  return { id, level: 'warning', rule: 'overlap', message, fix, at };
}
