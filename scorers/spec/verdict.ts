import type { Evidence } from '../../harness/domain/candidate.ts';
import {
  type Check,
  inlineChecks,
  type Outcome,
  type Requirement,
  type RequirementOutcome,
  type Unspecified,
  type Verdict,
} from '../../harness/domain/verdict.ts';
import { boundedLine } from '../text.ts';
import type { CheckAnswer } from './checks/check.ts';
import type { SpecEntry } from './options.ts';

export const scorerName = 'spec';
/** Version of this scorer's rules: to be raised when equal answers could come to another verdict. */
export const scorerVersion = '1';

/** What became of a candidate's spec. */
export interface SpecFindings {
  requirements: readonly Requirement[];
  answers: readonly CheckAnswer[];
  /** `found` null: it could not be looked for. `total`: how many there are, when only some are listed. */
  unspecified: { found: readonly Unspecified[] | null; total: number };
  evidence: readonly Evidence[];
}

const shownUnspecified = 100;
const outcomes: Record<CheckAnswer['outcome'], Outcome> = { pass: 'pass', fail: 'fail', unknown: 'error' };

/** `fail` where a requirement is broken, `error` where one has no answer, `skipped` where one has no check. */
export function specVerdict(
  { unverified }: Pick<SpecEntry, 'unverified'>,
  { requirements, answers, unspecified, evidence }: SpecFindings,
): Verdict {
  const of = (wanted: RequirementOutcome) => requirements.filter(({ outcome }) => outcome === wanted);
  const [failed, unknown, without] = [of('fail'), of('unknown'), of('unverified')];
  const isConformant = of('pass').length === requirements.length && requirements.length > 0;
  const outcome: Outcome =
    failed.length > 0
      ? 'fail'
      : unknown.length > 0
        ? 'error'
        : without.length > 0 && unverified === 'refuse'
          ? 'skipped'
          : 'pass';
  const checks = checksOf(answers);
  return {
    scorer: scorerName,
    version: scorerVersion,
    outcome,
    reason: reasonOf({ failed, unknown, without, total: requirements.length }, unverified),
    score: requirements.length === 0 ? null : of('pass').length / requirements.length,
    checks: checks.slice(0, inlineChecks),
    checksTotal: checks.length,
    measures: {
      passed: of('pass').length,
      failed: failed.length,
      unknown: unknown.length,
      unverified: without.length,
      conformant: isConformant ? 1 : 0,
      ...(unspecified.found === null ? {} : { unspecified: unspecified.total }),
    },
    evidence: [...evidence],
    confirmed: false,
    requirements: [...requirements],
    ...(unspecified.found === null ? {} : { unspecified: unspecified.found.slice(0, shownUnspecified) }),
  };
}

/** Those that did not pass first. */
export function checksOf(answers: readonly CheckAnswer[]): Check[] {
  return answers
    .map(
      ({ id, outcome: said, message, evidence: own }): Check => ({
        id,
        outcome: outcomes[said],
        ...(message === '' ? {} : { message: boundedLine(message, 600) }),
        ...(own.length === 0 ? {} : { evidence: own.map(({ name }) => name) }),
      }),
    )
    .sort((a, b) => rank(a.outcome) - rank(b.outcome));
}

function rank(outcome: Outcome): number {
  return ['fail', 'error', 'skipped', 'pass'].indexOf(outcome);
}

interface Counted {
  failed: readonly Requirement[];
  unknown: readonly Requirement[];
  without: readonly Requirement[];
  total: number;
}

function reasonOf({ failed, unknown, without, total }: Counted, unverified: SpecEntry['unverified']): string {
  const told = ([first, ...more]: readonly Requirement[], words: string) =>
    first === undefined
      ? null
      : boundedLine(
          `${words} ${first.id}${first.message === '' ? '' : `: ${first.message}`}${more.length > 0 ? ` (and ${more.length} more)` : ''}`,
          600,
        );
  const names = without.map(({ id }) => id).join(', ');
  const unverifiedWords = without.length === 0 ? '' : `not conformant: no check for ${names}`;
  return (
    told(failed, 'breaks') ??
    told(unknown, 'unknown') ??
    (without.length === 0
      ? `conformant: all ${total} requirements hold`
      : boundedLine(
          unverified === 'refuse'
            ? `${unverifiedWords} (add one to spec.yaml, or set \`unverified: allow\`)`
            : `${total - without.length} of ${total} requirements hold; ${unverifiedWords}`,
          600,
        ))
  );
}
