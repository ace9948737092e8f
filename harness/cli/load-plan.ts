import { controlSources } from '../../candidates/controls.ts';
import { adapters } from '../../candidates/registry.ts';
import { scorerKinds } from '../../scorers/registry.ts';
import type { Suite } from '../domain/suite.ts';
import { loadSuite } from '../plan/load-suite.ts';
import { narrow } from '../plan/narrow.ts';
import { planTrials } from '../plan/plan.ts';
import type { RunPlan } from '../run/ports.ts';

/** What the user narrowed the suite to; empty lists and null mean all of it. */
export interface Narrowing {
  agents: string[];
  tasks: string[];
  attempts: number | null;
}

export interface LoadedPlan {
  suite: Suite;
  plan: RunPlan;
  attempts: number;
  notices: { task: string | null; text: string }[];
}

/** Reads a suite and plans its trials. `requireProven` makes the policy stricter than the suite does. Throws AssayError `input` with every problem found. */
export async function loadPlan(
  path: string,
  narrowing: Narrowing,
  { requireProven = false } = {},
): Promise<LoadedPlan> {
  const loaded = await loadSuite(path, { adapters, scorerKinds });
  const { suite } = loaded;
  const tasks = narrow(loaded.tasks, (task) => task.spec.id, narrowing.tasks, 'task');
  const sources = narrow(loaded.sources, (source) => source.name, narrowing.agents, 'agent');
  const attempts = narrowing.attempts ?? suite.attempts;
  const ids = tasks.map((task) => task.spec.id);
  return {
    suite,
    attempts,
    notices: loaded.notices.filter(({ task }) => task === null || ids.includes(task)),
    plan: {
      tasks,
      sources,
      scorers: loaded.scorers,
      controls: await controlSources(ids),
      policy: { ...suite.ranking, require_proven: suite.ranking.require_proven || requireProven },
      trials: planTrials(ids, sources, attempts),
      network: suite.network,
      sandbox: suite.sandbox,
      ignore: suite.ignore,
    },
  };
}
