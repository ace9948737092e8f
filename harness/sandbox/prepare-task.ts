import { digestOf } from '../domain/digest.ts';
import type { LoadedTask } from '../domain/task.ts';
import { type ImagePlan, imagePlan } from './image-plan.ts';
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
  const { user, signal: asked, environment = 'task' } = options;
  const plan = imagePlan(task, environment);
  const { digest, workdir, isVerifier } = plan;
  const log = options.log ?? session.log;
  const imageKey = digestOf({ digest, workdir });
  // What must not be a volume is the task's own affair, whatever image it shares with others.
  const keptPaths = pathsToKeep(task, plan);
  return preparing.get(
    digestOf({ imageKey, user, isVerifier, keptPaths }),
    asked,
    async (preparingSignal) => {
      const image = await building.get(imageKey, preparingSignal, (signal) =>
        makeTaskImage({ session, ensureBase, log, signal }, task, plan),
      );
      return prepareImage(session, image, { plan, keptPaths, user, log, signal: preparingSignal });
    },
  );
}

/**
 * Paths of which every change must be found in the stopped container; `/` for all of them. The engine puts what an image
 * declares as a volume elsewhere, and here into memory.
 */
function pathsToKeep({ spec }: LoadedTask, { isVerifier }: ImagePlan): string[] {
  if (spec.deliverable === 'state') return ['/'];
  const artifacts = spec.verifier.separate === null ? [] : spec.artifacts.map(({ source }) => source);
  return ['/logs', ...(isVerifier ? ['/tests'] : []), ...artifacts];
}
