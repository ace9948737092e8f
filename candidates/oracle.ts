import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from '../harness/domain/digest.ts';
import { isWithin } from '../harness/plan/read-file.ts';
import type { LayerEntry } from '../harness/sandbox/layer.ts';
import { nothing } from './deliver.ts';
import { entryFields } from './entry.ts';
import { runAgent } from './run-agent.ts';
import type { Adapter, AttemptContext } from './source.ts';

const schema = z.strictObject(entryFields('oracle'));

/** The task's own reference solution: a control that must pass every gate. */
export const oracle: Adapter<typeof schema> = {
  name: 'oracle',
  schema,
  open: async ({ name }) => [
    {
      name,
      adapter: 'oracle',
      // The solutions themselves are part of each task's digest.
      identity: digestOf({ adapter: 'oracle' }),
      maxAttempts: 1,
      attempt,
    },
  ],
};

async function attempt(context: AttemptContext) {
  const { spec, dir } = context.task;
  if (!spec.solution.exists)
    return nothing({ outcome: 'failed', reason: 'the task has no solution/solve.sh', evidence: [] });
  return runAgent(context, {
    // A script without a shebang runs too, as in Harbor.
    command: ['bash', '-c', '/solution/solve.sh'],
    env: { DEBIAN_FRONTEND: 'noninteractive', ...spec.solution.env },
    layer: await solutionLayer(dir),
    timeoutSec: null,
  });
}

/** The task's solution/ as `/solution`: root's, readable by all, executable bits kept, and solve.sh executable. */
async function solutionLayer(taskDir: string): Promise<LayerEntry[]> {
  const root = await realpath(taskDir);
  const layer: LayerEntry[] = [];
  const add = async (from: string, to: string): Promise<void> => {
    const facts = await lstat(from);
    if (facts.isDirectory()) {
      layer.push({ path: to, type: 'dir', mode: 0o755, uid: 0, gid: 0 });
      for (const name of (await readdir(from)).sort()) await add(join(from, name), `${to}/${name}`);
      return;
    }
    if (facts.isSymbolicLink() && !(await linksToFileWithin(root, from))) {
      layer.push({ path: to, type: 'link', linkTarget: await readlink(from), mode: 0o777, uid: 0, gid: 0 });
      return;
    }
    const executable = to === '/solution/solve.sh' || (facts.mode & 0o100) !== 0;
    layer.push({
      path: to,
      type: 'file',
      mode: executable ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      content: await readFile(from),
    });
  };
  await add(join(root, 'solution'), '/solution');
  return layer;
}

/** Such a link is sent as the file itself: what it points to may lie where the container has nothing. */
async function linksToFileWithin(root: string, link: string): Promise<boolean> {
  const real = await realpath(link).catch(() => null);
  return real !== null && isWithin(root, real) && (await lstat(real)).isFile();
}
