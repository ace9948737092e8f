import { compareText } from '../harness/domain/order.ts';
import type { Requirement, Verdict } from '../harness/domain/verdict.ts';

/** From a requirement to what shows it: one for each of its checks and each piece of that check's evidence. */
export interface Trace {
  requirement: Requirement;
  /** null: it has none. */
  check: string | null;
  /** Name and digest; null where the check left none, or has none of its own. */
  evidence: { name: string; digest: string } | null;
}

/** Requirement → checks → evidence, in the spec's order. Empty where a verdict is about no requirements. */
export function tracesOf(verdict: Verdict): Trace[] {
  const digests = new Map(verdict.evidence.map(({ name, digest }) => [name, digest]));
  const own = new Map(verdict.checks.map((check) => [check.id, check.evidence ?? []]));
  return (verdict.requirements ?? []).flatMap((requirement): Trace[] => {
    if (requirement.checks.length === 0) return [{ requirement, check: null, evidence: null }];
    return requirement.checks.flatMap((check): Trace[] => {
      // A verdict holds its first checks only; where one is left out, its requirement's evidence is all that is known.
      const names = own.get(check) ?? requirement.evidence;
      const found = names.flatMap((name) => {
        const digest = digests.get(name);
        return digest === undefined ? [] : [{ requirement, check, evidence: { name, digest } }];
      });
      return found.length > 0 ? found : [{ requirement, check, evidence: null }];
    });
  });
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
