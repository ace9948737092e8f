import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connectDocker } from '../sandbox/connect.ts';
import { openDockerSandbox } from '../sandbox/docker-sandbox.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { openStore } from '../store/git-store.ts';
import { openIndex, type RunIndex } from '../store/index-db.ts';
import type { Store } from '../store/store.ts';
import { openToolbox } from '../tools/open-toolbox.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { withPathOf } from './usable-path.ts';

/** What a run needs of this machine. */
export interface Machinery {
  sandbox: Sandbox;
  store: Store;
  index: RunIndex;
  toolbox: Toolbox;
  /** Hears what the toolbox does that takes long; nobody does until it is set. */
  tell: { line: (text: string) => void };
  close(): Promise<void>;
}

/** Opens engine, store and index, and clears away what crashed sessions left behind. Throws `infrastructure`. */
export async function openMachinery(dir: string, runtime: 'runc' | 'runsc' | null): Promise<Machinery> {
  withPathOf('--out', dir, () => mkdirSync(join(dir, 'runs'), { recursive: true }));
  const docker = await connectDocker();
  const sandbox = await openDockerSandbox({ docker, runtime, session: randomUUID() });
  await sandbox.reap();
  const store = await openStore(dir);
  const index = openIndex(dir);
  const tell: Machinery['tell'] = { line: () => undefined };
  return {
    sandbox,
    store,
    index,
    toolbox: openToolbox({ log: (text) => tell.line(text) }),
    tell,
    async close() {
      await Promise.allSettled([sandbox.close(), store.close()]);
      index.close();
    },
  };
}
