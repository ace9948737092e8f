import { z } from 'zod';
import type { FlakyCheck } from '../../harness/domain/calibration.ts';
import { Digest } from '../../harness/domain/digest.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { TestSettings } from '../../harness/domain/test-settings.ts';
import { Measurement } from './measurement.ts';

/** What calibration measured: every run of the tests on the base, and on the reference solution where there is one. */
export const References = z.strictObject({
  version: z.literal(1),
  base: z.strictObject({ candidate: Digest, runs: z.array(Measurement).min(1) }),
  oracle: z.strictObject({ candidate: Digest, runs: z.array(Measurement).min(1) }).nullable(),
});
export type References = z.infer<typeof References>;

/** What a solution's results are held against. Ids sorted, quarantined ones left out of both sets. */
interface Expectations {
  /** Named by the task, or found out by running base and reference solution. */
  source: 'named' | 'derived';
  failToPass: readonly string[];
  passToPass: readonly string[];
  /** Tests that the reference solution itself does not pass: they say nothing. Empty for named sets. */
  broken: ReadonlySet<string>;
}

/** What a measurement is held against. */
export interface Against {
  /** null: nothing is known of the tests beforehand; all that are reported must pass. */
  expectations: Expectations | null;
  quarantined: readonly FlakyCheck[];
}

export interface Learnt extends Against {
  quarantined: FlakyCheck[];
  /** Distinct tests that were seen. */
  tests: number;
}

/**
 * What base and reference solution say of a task's tests, as in SWE-bench: `fail to pass` are those that the base
 * fails or lacks and the reference solution passes, `pass to pass` those that both pass. A test whose result varies
 * between runs of the same code is quarantined.
 */
export function learn(
  settings: Pick<TestSettings, 'failToPass' | 'passToPass'>,
  { base, oracle }: Pick<References, 'base' | 'oracle'>,
): Learnt {
  const groups = [base.runs, ...(oracle === null ? [] : [oracle.runs])];
  const flaky = new Map<string, number>();
  const seen = new Set<string>();
  for (const runs of groups) {
    for (const [id, failed] of failedShares(runs)) {
      seen.add(id);
      if (failed > 0 && failed < 1) flaky.set(id, Math.max(flaky.get(id) ?? 0, failed));
    }
  }
  const quarantined = [...flaky]
    .map(([id, failed]) => ({ id, failed }))
    .sort((a, b) => compareText(a.id, b.id));
  return {
    expectations: expectationsOf(settings, base.runs, oracle?.runs ?? null, flaky),
    quarantined,
    tests: seen.size,
  };
}

function expectationsOf(
  settings: Pick<TestSettings, 'failToPass' | 'passToPass'>,
  base: readonly Measurement[],
  oracle: readonly Measurement[] | null,
  flaky: ReadonlyMap<string, number>,
): Expectations | null {
  const { failToPass, passToPass } = settings;
  const stable = (ids: Iterable<string>) =>
    [...new Set(ids)].filter((id) => !flaky.has(id)).sort(compareText);
  if (failToPass !== null || passToPass !== null) {
    return {
      source: 'named',
      failToPass: stable(failToPass ?? []),
      passToPass: stable(passToPass ?? []),
      broken: new Set(),
    };
  }
  const solved = oracle?.[0];
  if (solved === undefined || !solved.reports?.ok || solved.end !== 'exited' || solved.forged !== null)
    return null;
  const before = new Set(passing(base[0]));
  const after = stable(passing(solved));
  if (after.length === 0) return null;
  return {
    source: 'derived',
    failToPass: after.filter((id) => !before.has(id)),
    passToPass: after.filter((id) => before.has(id)),
    broken: new Set(solved.reports.results.filter((each) => each.outcome !== 'pass').map((each) => each.id)),
  };
}

function passing(run: Measurement | undefined): string[] {
  if (!run?.reports?.ok) return [];
  return run.reports.results.filter((result) => result.outcome === 'pass').map((result) => result.id);
}

/** Share of the runs in which each test did not pass, for tests that at least one run reports. */
function failedShares(runs: readonly Measurement[]): Map<string, number> {
  const passed = new Map<string, number>();
  for (const run of runs) {
    if (!run.reports?.ok) continue;
    for (const { id, outcome } of run.reports.results)
      passed.set(id, (passed.get(id) ?? 0) + (outcome === 'pass' ? 1 : 0));
  }
  return new Map([...passed].map(([id, count]) => [id, 1 - count / runs.length]));
}
