import { canonicalJson } from '../../../harness/domain/digest.ts';
import { show } from '../../../harness/plan/place.ts';
import type { Expected } from '../../tests/blackbox/cases.ts';
import type { PlacedCheck } from '../load/checks-of.ts';
import { caseOf, resolveCase } from '../load/named-files.ts';
import type { SpecCheck } from '../spec.ts';
import type { Linted, PlacedFinding } from './finding.ts';

type Of<Kind extends SpecCheck['kind']> = Extract<SpecCheck, { kind: Kind }>;

/** Checks of which no candidate can pass both. Invariants are among them: they hold on the candidate as well. */
export function contradictionFindings(linted: Linted, checks: readonly PlacedCheck[]): PlacedFinding[] {
  return [...exports(checks), ...patterns(checks), ...commands(linted, checks), ...requests(linted, checks)];
}

function contradiction(placed: PlacedCheck, other: PlacedCheck, how: string): PlacedFinding {
  return {
    id: placed.check.id,
    level: 'error',
    rule: 'contradiction',
    message: `contradicts ${other.check.id}: ${how}`,
    fix: 'no candidate can satisfy both: correct one of them',
    at: placed.path,
  };
}

/** Each of the checks with a key, against the first of the same key with which it does not go. */
function conflicts<Item extends { placed: PlacedCheck; key: string }>(
  items: readonly Item[],
  howTheyDiffer: (one: Item, other: Item) => string | null,
): PlacedFinding[] {
  const groups = Map.groupBy(items, ({ key }) => key);
  return [...groups.values()].flatMap((group) =>
    group.flatMap((item, index) => {
      for (const other of group.slice(0, Math.min(index, 100))) {
        const how = howTheyDiffer(item, other);
        if (how !== null) return [contradiction(item.placed, other.placed, how)];
      }
      return [];
    }),
  );
}

function ofKind<Kind extends SpecCheck['kind']>(
  checks: readonly PlacedCheck[],
  kind: Kind,
): { placed: PlacedCheck; given: Of<Kind>['given'] }[] {
  return checks.flatMap((placed) =>
    placed.check.kind === kind ? [{ placed, given: placed.check.given as Of<Kind>['given'] }] : [],
  );
}

function exports(checks: readonly PlacedCheck[]): PlacedFinding[] {
  const items = ofKind(checks, 'export').flatMap(({ placed, given }) =>
    given.signature === undefined || given.match !== 'equal'
      ? []
      : [
          {
            placed,
            key: canonicalJson([given.module, given.name, given.kind]),
            // A `;` or a space more makes no other type.
            type: given.signature.replaceAll(/\s+/g, '').replace(/;$/, ''),
            shown: `${given.module} is to export ${given.name}`,
          },
        ],
  );
  return conflicts(items, (one, other) =>
    one.type === other.type ? null : `${one.shown} with two different types`,
  );
}

function patterns(checks: readonly PlacedCheck[]): PlacedFinding[] {
  const items = ofKind(checks, 'pattern').map(({ placed, given }) => {
    const { must, must_not, must_rule, must_not_rule, files } = given;
    return {
      placed,
      given,
      isWanted: (must ?? must_rule) !== undefined,
      files: files === undefined ? null : canonicalJson(files.toSorted()),
      key: canonicalJson([
        given.language.toLowerCase(),
        must ?? must_not ?? null,
        must_rule ?? must_not_rule ?? null,
      ]),
    };
  });
  return conflicts(items, (one, other) => {
    if (one.isWanted === other.isWanted) return null;
    const [wanted, unwanted] = one.isWanted ? [one, other] : [other, one];
    // What is only forbidden to be added may be there from the base.
    if (unwanted.given.only_new === true && wanted.given.only_new !== true) return null;
    if (unwanted.files !== null && unwanted.files !== wanted.files) return null;
    return `${show(one.given.must ?? one.given.must_not ?? 'the rule')} must occur, and must not`;
  });
}

function commands({ files }: Linted, checks: readonly PlacedCheck[]): PlacedFinding[] {
  const items = ofKind(checks, 'command').flatMap(({ placed, given }) => {
    const asked = caseOf(placed.check, placed.path);
    const command = asked === null ? undefined : resolveCase(asked, files).commands[0];
    if (command === undefined) return [];
    const { command: line, stdin, files: laid, env, cwd } = given;
    const key = canonicalJson([line ?? null, stdin ?? null, laid, env, cwd ?? null]);
    return [{ placed, key, expect: command.expect }];
  });
  return conflicts(
    items,
    ({ expect: one }, { expect: other }) =>
      differentCodes('exit code', one.exitCode, other.exitCode) ??
      differentText('standard output', one.stdout, other.stdout) ??
      differentText('standard error', one.stderr, other.stderr),
  );
}

/** Requests that change nothing are answered alike however often they are asked; others where each finds a fresh service. */
function requests({ spec: { file }, files }: Linted, checks: readonly PlacedCheck[]): PlacedFinding[] {
  const items = ofKind(checks, 'request').flatMap(({ placed, given }) => {
    const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(given.request.method);
    const asked = caseOf(placed.check, placed.path);
    const step = asked === null ? undefined : resolveCase(asked, files).dialogues[0]?.steps[0];
    if (step === undefined || (!isSafe && file.service?.fresh !== 'case')) return [];
    return [{ placed, key: canonicalJson(given.request), expect: step.expect }];
  });
  return conflicts(
    items,
    ({ expect: one }, { expect: other }) =>
      differentCodes('status', one.status ?? successes, other.status ?? successes) ??
      differentText('body', one.body, other.body),
  );
}

/** What a request without a status expects. */
const successes = Array.from({ length: 100 }, (_, index) => 200 + index);

type Codes = readonly number[] | 'any';

function differentCodes(what: string, one: Codes, other: Codes): string | null {
  if (one === 'any' || other === 'any' || one.some((code) => other.includes(code))) return null;
  const words = (codes: readonly number[]) =>
    codes.length > 5 ? `${codes[0]}–${codes.at(-1)}` : codes.join(' or ');
  return `the ${what} of the same is to be ${words(one)}, and ${words(other)}`;
}

function differentText(what: string, one: Expected | null, other: Expected | null): string | null {
  const plain = (expected: Expected | null) =>
    expected === null || expected.trim || expected.ignoreTrailingSpace ? null : expected.exact;
  const [left, right] = [plain(one), plain(other)];
  if (left !== null && right !== null)
    return Buffer.from(left).equals(right) ? null : `the ${what} of the same is to be two different texts`;
  for (const [text, parts] of [
    [left, other?.contains ?? []],
    [right, one?.contains ?? []],
  ] as const) {
    if (text === null) continue;
    const missing = parts.find((part) => !Buffer.from(text).toString().includes(part));
    if (missing !== undefined)
      return `the ${what} of the same is to contain ${show(missing)}, and is to be without it`;
  }
  return null;
}
