import { compareText } from '../harness/domain/order.ts';
import type { Check, Requirement, RequirementOutcome, Verdict } from '../harness/domain/verdict.ts';

/** From a requirement to what shows it: one for each of its checks and each piece of that check's evidence. */
export interface Trace {
  requirement: Requirement;
  /** null: it has none. */
  check: string | null;
  /** Of the check, and its message; the requirement's where the verdict does not hold the check. */
  outcome: RequirementOutcome;
  message: string;
  /** Name and digest; null where the check left none, or has none of its own. */
  evidence: { name: string; digest: string } | null;
}

/** Requirement → checks → evidence, in the spec's order. Empty where a verdict is about no requirements. */
export function tracesOf(verdict: Verdict): Trace[] {
  const digests = new Map(verdict.evidence.map(({ name, digest }) => [name, digest]));
  const checks = new Map(verdict.checks.map((check) => [check.id, check]));
  return (verdict.requirements ?? []).flatMap((requirement): Trace[] => {
    const { outcome, message } = requirement;
    if (requirement.checks.length === 0)
      return [{ requirement, check: null, outcome, message, evidence: null }];
    return requirement.checks.flatMap((check): Trace[] => {
      // A verdict holds its first checks only; where one is left out, its requirement is all that is known.
      const own = checks.get(check);
      const said =
        own === undefined ? { outcome, message } : { outcome: outcomeOf(own), message: own.message ?? '' };
      const names = own === undefined ? requirement.evidence : (own.evidence ?? []);
      const found = names.flatMap((name) => {
        const digest = digests.get(name);
        return digest === undefined ? [] : [{ requirement, check, ...said, evidence: { name, digest } }];
      });
      return found.length > 0 ? found : [{ requirement, check, ...said, evidence: null }];
    });
  });
}

/** A check that came to no answer is an error among checks, and says `unknown` of what it was to show. */
function outcomeOf({ outcome }: Check): RequirementOutcome {
  return outcome === 'pass' || outcome === 'fail' ? outcome : 'unknown';
}

/** The way back: a piece of evidence, and what rests on it. */
export interface Backing {
  evidence: string;
  digest: string;
  requirements: string[];
  checks: string[];
}

/** Evidence → checks → requirements, by name. */
export function backingOf(verdict: Verdict): Backing[] {
  const backings = new Map<string, Backing>();
  for (const { requirement, check, evidence } of tracesOf(verdict)) {
    if (evidence === null) continue;
    const known = backings.get(evidence.name) ?? {
      evidence: evidence.name,
      digest: evidence.digest,
      requirements: [],
      checks: [],
    };
    backings.set(evidence.name, known);
    if (!known.requirements.includes(requirement.id)) known.requirements.push(requirement.id);
    if (check !== null && !known.checks.includes(check)) known.checks.push(check);
  }
  return [...backings.values()].sort((a, b) => compareText(a.evidence, b.evidence));
}
