import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../harness/domain/digest.ts';
import { defaultLimits } from '../../../harness/domain/limits.ts';
import { openTestEngine, testSpec } from '../../../harness/sandbox/docker-testing.ts';
import { openStore } from '../../../harness/store/git-store.ts';
import type { Store } from '../../../harness/store/store.ts';
import { openToolbox } from '../../../harness/tools/open-toolbox.ts';
import { type Toolbox, toolsDir } from '../../../harness/tools/toolbox.ts';
import type { ScoreContext } from '../../scorer.ts';
import { type Files, treeOf } from '../../testing.ts';
import { candidateLayer } from '../../workspace.ts';
import type { CheckTools } from '../checks/check.ts';

/** What a candidate changes: null deletes a file. */
export type Changes = Record<string, Files[string] | null>;

/** A real engine, store and toolbox, for checks of trees that tests make. */
export interface SearchLab {
  store: Store;
  tools(base: Files, changes: Changes): Promise<CheckTools>;
  /** A toolbox whose ast-grep is this shell script. */
  fakeTool(script: string): Promise<Toolbox>;
  close(): Promise<void>;
}

export async function openSearchLab(): Promise<SearchLab> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-search-'));
  const store = await openStore(join(folder, 'store'));
  const engine = await openTestEngine();
  const toolbox = openToolbox();
  const image = {
    ref: engine.image,
    digest: sha256(''),
    workdir: '/work',
    user: { uid: 1000, gid: 1000 },
    origin: 'test',
  };
  return {
    store,
    tools: async (base, changes) => {
      const candidate = await candidateOf(store, base, changes);
      const context: ScoreContext = {
        task: { spec: testSpec, dir: folder },
        image,
        workspace: image,
        toolbox,
        sandbox: engine.sandbox,
        store,
        limits: { ...defaultLimits, memoryMb: 512, tmpMb: 16, storageMb: 512 },
        labels: { task: 'test' },
        signal: new AbortController().signal,
        candidate,
        calibration: null,
        needed: new Map(),
      };
      return {
        context,
        layer: () => candidateLayer(store, candidate, image),
        taskDir: folder,
        timeoutSec: 60,
      };
    },
    async fakeTool(script) {
      const source = await mkdtemp(join(folder, 'tool-'));
      const dir = join(source, 'node_modules/@ast-grep/cli-test');
      await mkdir(dir, { recursive: true });
      await writeFile(join(dir, 'ast-grep'), script, { mode: 0o755 });
      // Whoever runs in the container must be able to read it.
      for (const each of [folder, source]) await chmod(each, 0o755);
      const mount = { source, target: `${toolsDir}/ast-grep` };
      return { get: async () => ({ name: 'ast-grep', version: '0', digest: sha256(''), mount }) };
    },
    async close() {
      await engine.sandbox.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The base with some files changed, as a candidate. */
export async function candidateOf(
  store: Store,
  base: Files,
  changes: Changes,
): Promise<ScoreContext['candidate']> {
  const files: Files = { ...base };
  for (const [path, file] of Object.entries(changes)) {
    if (file === null) delete files[path];
    else files[path] = file;
  }
  const before = await treeOf(store, base);
  const tree = await treeOf(store, files, before);
  const { stat } = await store.diff(before, tree);
  return { base: before, tree, diff: stat, artifacts: null, state: null };
}
