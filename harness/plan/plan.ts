import { compareText } from '../domain/order.ts';
import { type Trial, trialId } from '../domain/trial.ts';

/** What planning needs to know of a competitor. */
export interface PlannedAgent {
  name: string;
  /** null: as many attempts as are asked for. */
  maxAttempts: number | null;
}

/** Suite × agents × attempts → trials, in an order that does not depend on the order in `suite.yaml`. */
export function planTrials(
  tasks: readonly string[],
  agents: readonly PlannedAgent[],
  attempts: number,
): Trial[] {
  const byName = [...agents].sort((a, b) => compareText(a.name, b.name));
  return [...tasks].sort().flatMap((task) =>
    byName.flatMap((agent) =>
      Array.from({ length: Math.min(attempts, agent.maxAttempts ?? attempts) }, (_, index) => ({
        id: trialId(task, agent.name, index + 1),
        task,
        agent: agent.name,
        attempt: index + 1,
        retry: 0,
      })),
    ),
  );
}
