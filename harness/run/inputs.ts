import { digestOf } from '../domain/digest.ts';
import { inputError, type Problem } from '../domain/errors.ts';
import { RunInputs } from '../domain/event.ts';
import { compareText } from '../domain/order.ts';
import type { RunPlan } from './ports.ts';

/** What a run's decisions depend on, in an order that does not depend on how the suite was written. */
export function runInputs(
  suite: { name: string; version: string },
  plan: RunPlan,
  attempts: number,
): RunInputs {
  return RunInputs.parse({
    suite: { name: suite.name, version: suite.version },
    tasks: plan.tasks.map((task) => ({ id: task.spec.id, digest: task.spec.digest })).sort(by('id')),
    agents: plan.sources.map(({ name, adapter, identity }) => ({ name, adapter, identity })).sort(by('name')),
    attempts,
    scorers: plan.scorers.map(({ name, version, config }) => ({ name, version, config })).sort(by('name')),
    policy: plan.policy,
    network: plan.network,
    sandbox: plan.sandbox,
    ignore: [...plan.ignore].sort(),
  });
}

/** Throws `input` naming what differs when a run is to go on with other inputs than it began with. */
export function requireSameInputs(recorded: RunInputs, now: RunInputs, run: string): void {
  if (digestOf(recorded) === digestOf(now)) return;
  const differing = (Object.keys(now) as (keyof RunInputs)[]).filter(
    (key) => digestOf(recorded[key]) !== digestOf(now[key]),
  );
  const problems: Problem[] = differing.map((key) => ({
    file: 'suite.yaml',
    field: key,
    message: describe(recorded, now, key),
  }));
  throw inputError(`the suite is not the one that run ${run} began with`, {
    problems,
    fix: 'put the suite back as it was to resume, or start a new run (equal verdicts come from the cache)',
  });
}

function describe(recorded: RunInputs, now: RunInputs, key: keyof RunInputs): string {
  const [before, after] = [recorded[key], now[key]];
  if (!Array.isArray(before) || !Array.isArray(after)) return 'changed since the run began';
  const nameOf = (item: unknown) =>
    typeof item === 'object' && item !== null ? String(Object.values(item)[0]) : String(item);
  const known = new Map(before.map((item) => [nameOf(item), digestOf(item)]));
  const parts = [
    [
      'changed',
      after.filter((item) => known.has(nameOf(item)) && known.get(nameOf(item)) !== digestOf(item)),
    ],
    ['added', after.filter((item) => !known.has(nameOf(item)))],
    ['removed', before.filter((item) => !after.some((other) => nameOf(other) === nameOf(item)))],
  ] as const;
  return parts
    .filter(([, items]) => items.length > 0)
    .map(
      ([what, items]) =>
        `${what}: ${items.slice(0, 5).map(nameOf).join(', ')}${items.length > 5 ? ', …' : ''}`,
    )
    .join('; ');
}

function by<K extends string>(key: K): (a: Record<K, string>, b: Record<K, string>) => number {
  return (a, b) => compareText(a[key], b[key]);
}
