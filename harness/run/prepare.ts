import type { Digest } from '../domain/digest.ts';
import { AssayError, infrastructureError, inputError } from '../domain/errors.ts';
import { defaultIngestLimits } from '../domain/limits.ts';
import type { LoadedTask } from '../domain/task.ts';
import type { PreparedImage } from '../sandbox/sandbox.ts';
import type { PreparedTask, RunPorts } from './ports.ts';
import { withEngineRetries } from './retry.ts';

/**
 * Makes a task's image and reads its base tree. null when the task itself is at fault (its Dockerfile does not
 * build, …): then the journal says so. Throws what is not the task's doing.
 */
export async function prepareTask(task: LoadedTask, ports: RunPorts): Promise<PreparedTask | null> {
  const activity = { type: 'activity', phase: 'prepare', task: task.spec.id } as const;
  ports.activity({ ...activity, state: 'begin' });
  try {
    const prepared = await withEngineRetries(ports.sandbox, () => prepare(task, ports), {
      signal: ports.signal,
    });
    const recorded = ports.record.prepared.get(task.spec.id);
    if (recorded !== undefined && recorded.base !== prepared.base) throw changedBase(task);
    if (recorded?.image !== prepared.verifierImage.digest) {
      ports.emit({
        type: 'task.prepared',
        task: task.spec.id,
        image: prepared.verifierImage.digest,
        base: prepared.base,
        origin: prepared.verifierImage.origin,
      });
    }
    return prepared;
  } catch (error) {
    if (!(error instanceof AssayError && error.kind === 'input') || ports.signal.aborted) throw error;
    if (!ports.record.failedTasks.has(task.spec.id)) {
      ports.emit({ type: 'task.failed', task: task.spec.id, reason: error.message });
    }
    return null;
  } finally {
    ports.activity({ ...activity, state: 'end' });
  }
}

async function prepare(task: LoadedTask, ports: RunPorts): Promise<PreparedTask> {
  const options = { signal: ports.signal };
  const agentImage = await ports.sandbox.prepare(task, { ...options, user: task.spec.agent.user });
  const verifierImage = await verifierImageOf(task, agentImage, ports);
  return { task, agentImage, verifierImage, base: await baseTree(agentImage, ports) };
}

/** The verifier's own image where it has one, else the task's with a workspace of the verifier's user. */
async function verifierImageOf(
  task: LoadedTask,
  agentImage: PreparedImage,
  ports: RunPorts,
): Promise<PreparedImage> {
  const { agent, verifier } = task.spec;
  const options = { signal: ports.signal, user: verifier.user };
  if (verifier.separate !== null) return ports.sandbox.prepare(task, { ...options, environment: 'verifier' });
  return verifier.user === agent.user ? agentImage : ports.sandbox.prepare(task, options);
}

/** The image's working directory before any agent ran, read once per image. */
async function baseTree(image: PreparedImage, ports: RunPorts): Promise<Digest> {
  const known = ports.cache.getBase(image.digest, image.workdir);
  if (known !== null && (await ports.store.has(known))) return known;
  const ingested = await ports.sandbox.readImage(image.ref, image.workdir, async (tar) => {
    if (tar === null) throw inputError(`the image has no working directory ${image.workdir}`);
    return ports.store.ingest(tar, { base: null, limits: defaultIngestLimits, ignore: [] });
  });
  if (!ingested.ok) {
    throw inputError(
      `the workspace ${image.workdir} of the task's image cannot be read: ${ingested.reason}`,
      {
        fix: 'set `workdir` in task.toml to the folder that the agents are to work in',
      },
    );
  }
  ports.cache.putBase(image.digest, image.workdir, ingested.tree);
  return ingested.tree;
}

/** Ends a resumed run: what it recorded was made from another base. */
function changedBase(task: LoadedTask) {
  return infrastructureError(
    `the image of task ${task.spec.id} has another workspace than when this run began`,
    {
      fix: 'start a new run; this one cannot go on from where it was',
    },
  );
}
