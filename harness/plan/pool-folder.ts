import { lstat, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What a folder without `suite.yaml` must hold to be run all the same. */
const parts = { tasks: 'tasks', predictions: 'predictions.jsonl' } as const;

/**
 * Published pools of candidates come as tasks and predictions, without a suite. For such a folder, the text of the
 * suite that says just that: every task, every model an agent `pool/<model>`, all else by default. null for any other.
 */
export async function suiteOfPool(dir: string): Promise<string | null> {
  const [tasks, predictions, suite] = await Promise.all(
    [
      stat(join(dir, parts.tasks)),
      stat(join(dir, parts.predictions)),
      // A broken link is a suite that somebody meant to be there.
      lstat(join(dir, 'suite.yaml')),
    ].map((facts) => facts.catch(() => null)),
  );
  if (suite !== null || !tasks?.isDirectory() || !predictions?.isFile()) return null;
  const name = basename(dir)
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 100);
  return [
    `name: ${JSON.stringify(name === '' ? 'pool' : name)}`,
    'version: 0.0.0',
    `tasks: ${parts.tasks}/*`,
    `agents: [{name: pool, adapter: predictions, file: ${parts.predictions}}]`,
    '',
  ].join('\n');
}

/** Said before a run of such a folder: nobody wrote what is about to happen. */
export const poolNotice = `there is no suite.yaml: running ${parts.tasks}/* with the models of ${parts.predictions} as agents`;
