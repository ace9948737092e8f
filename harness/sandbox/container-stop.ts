import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { infrastructureError } from '../domain/errors.ts';
import { engineError, isNotFound, statusOf } from './engine-errors.ts';
import type { ContainerEnd } from './sandbox.ts';

/** `done`: nothing more is wanted of it. */
export type StopReason = Exclude<ContainerEnd, 'exited' | 'oom'> | 'done';

/** How long a killed container may take to be gone. */
const deathMs = 60_000;

/** Kills a container at most once; the first reason counts. */
export interface Stopper {
  /** Kills every process of the container at once; nothing is asked of them. */
  stop(reason: StopReason): void;
  /** Why it was killed; null when it was not, or had ended by itself before the signal came. */
  reason(): Promise<StopReason | null>;
  /** Rejects with `infrastructure` when the engine cannot kill it. Never resolves. */
  failed: Promise<never>;
}

/** `onStop` is called right before the kill. */
export function makeStopper(
  container: Dockerode.Container,
  ended: AbortSignal,
  onStop: () => void = () => undefined,
): Stopper {
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  let stopping: Promise<StopReason | null> | null = null;

  const kill = async (reason: StopReason): Promise<StopReason | null> => {
    onStop();
    try {
      await container.kill({ signal: 'SIGKILL' });
    } catch (error) {
      // 409: it had ended by itself.
      if (statusOf(error) === 409 || isNotFound(error) || ended.aborted) return null;
      failure.reject(engineError('kill a container', error));
      return reason;
    }
    void sleep(deathMs, undefined, { signal: ended, ref: false }).then(
      () =>
        failure.reject(
          infrastructureError(`a killed container was still there after ${deathMs / 1000} s`, {
            component: 'engine',
          }),
        ),
      () => undefined,
    );
    return reason;
  };

  return {
    stop(reason) {
      if (!ended.aborted) stopping ??= kill(reason);
    },
    reason: async () => stopping ?? null,
    failed: failure.promise,
  };
}
