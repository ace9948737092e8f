import { digestOf } from '../domain/digest.ts';
import type { LoadedTask } from '../domain/task.ts';
import { prepareImage } from './prepare-image.ts';
import type { PreparedImage, PrepareOptions } from './sandbox.ts';
import type { Session } from './session.ts';
import type { SharedWork } from './shared-work.ts';
import { type EnsureBase, makeTaskImage, type TaskImage } from './task-image.ts';

export interface PrepareContext {
  session: Session;
  ensureBase: EnsureBase;
  building: SharedWork<TaskImage>;
  preparing: SharedWork<PreparedImage>;
}

/** See `Sandbox.prepare`. Equal environments are built once, whatever their tasks and users. */
export async function prepareTask(
  context: PrepareContext,
  task: LoadedTask,
  options: PrepareOptions,
): Promise<PreparedImage> {
  const { session, ensureBase, building, preparing } = context;
  const { digest, workdir } = task.spec.environment;
  const log = options.log ?? session.log;
  const imageKey = digestOf({ digest, workdir });
  return preparing.get(
    digestOf({ imageKey, user: options.user }),
    options.signal,
    async (preparingSignal) => {
      const image = await building.get(imageKey, preparingSignal, (signal) =>
        makeTaskImage({ session, ensureBase, log, signal }, task),
      );
      return prepareImage(session, image, { task, user: options.user, log, signal: preparingSignal });
    },
  );
}
