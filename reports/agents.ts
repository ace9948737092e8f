import type { RunInputs } from '../harness/domain/event.ts';
import { compareText } from '../harness/domain/order.ts';
import type { TaskView } from './model.ts';
import type { Standing } from './standing.ts';

/** How one agent did over the whole run. */
export interface AgentSummary {
  name: string;
  adapter: string;
  /** Decided tasks on which it had a trial. */
  tasks: number;
  /** Tasks on which one of its candidates passed every gate. */
  resolved: number;
  /** Tasks whose winning candidate it delivered; equal candidates share a win. */
  wins: number;
  /** By how they stand; retried ones count once. */
  trials: { total: number; passed: number; failed: number; errors: number };
}

/** Sums up each agent, sorted by name. Linear in the number of ranking rows. */
export function summarizeAgents(
  agents: RunInputs['agents'],
  tasks: readonly Pick<TaskView, 'selection' | 'ranking'>[],
): AgentSummary[] {
  const summaries = new Map(
    [...agents]
      .sort((a, b) => compareText(a.name, b.name))
      .map(({ name, adapter }): [string, AgentSummary] => [
        name,
        {
          name,
          adapter,
          tasks: 0,
          resolved: 0,
          wins: 0,
          trials: { total: 0, passed: 0, failed: 0, errors: 0 },
        },
      ]),
  );
  for (const { selection, ranking } of tasks) {
    const seen = { tasks: new Set<string>(), resolved: new Set<string>(), wins: new Set<string>() };
    for (const { row, standing } of ranking) {
      const summary = summaries.get(row.agent);
      if (summary === undefined) continue;
      summary.trials.total += 1;
      summary.trials[trialCount(standing)] += 1;
      seen.tasks.add(row.agent);
      if (row.eligible) seen.resolved.add(row.agent);
      if (row.candidate !== null && row.candidate === selection?.winner?.candidate) seen.wins.add(row.agent);
    }
    for (const count of ['tasks', 'resolved', 'wins'] as const)
      for (const agent of seen[count]) {
        const summary = summaries.get(agent);
        if (summary !== undefined) summary[count] += 1;
      }
  }
  return [...summaries.values()];
}

function trialCount(standing: Standing): 'passed' | 'failed' | 'errors' {
  if (standing === 'pass') return 'passed';
  return standing === 'error' || standing === 'skipped' ? 'errors' : 'failed';
}

/** The best first: for people, who look at the top. */
export function byMerit(agents: readonly AgentSummary[]): AgentSummary[] {
  return [...agents].sort(
    (a, b) =>
      b.resolved - a.resolved ||
      b.wins - a.wins ||
      b.trials.passed - a.trials.passed ||
      compareText(a.name, b.name),
  );
}
