import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultIngestLimits, defaultLimits } from '../../../harness/domain/limits.ts';
import { loadTask } from '../../../harness/plan/load-task.ts';
import { connectDocker } from '../../../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../../../harness/sandbox/docker-sandbox.ts';
import { openStore } from '../../../harness/store/git-store.ts';
import { openToolbox } from '../../../harness/tools/open-toolbox.ts';
import { type Files, treeOf } from '../../testing.ts';
import { candidateLayer } from '../../workspace.ts';
import type { CheckKind } from '../schema.ts';
import type { AskedCheck, CheckAnswer, CheckTools, RunChecks } from './check.ts';

interface AskOptions<Kind extends CheckKind> {
  run: RunChecks<Kind>;
  checks: readonly AskedCheck<Kind>[];
  /** The candidate's workspace: the base with these; null deletes one. */
  files?: Record<string, Files[string] | null>;
  /** Of the task's folder. */
  task?: Record<string, string>;
  timeoutSec?: number;
}

/** An answer with its evidence as text, by name. */
export type Answered = Omit<CheckAnswer, 'evidence'> & { evidence: Record<string, string> };

export interface ChecksBench {
  /** Answers by the checks' ids. */
  ask<Kind extends CheckKind>(options: AskOptions<Kind>): Promise<Record<string, Answered>>;
  close(): Promise<void>;
}

/** A task on a real engine, whose workspace `/app` is made from an image and holds the base files. */
export async function openChecksBench(image: string, base: Record<string, string>): Promise<ChecksBench> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-checks-'));
  const store = await openStore(join(folder, 'store'));
  const docker = await connectDocker();
  const name = /^\w+/.exec(image)?.[0];
  const session = `checks-${name}-${process.pid}`;
  const sandbox = await openDockerSandbox({ docker, runtime: null, session });
  const toolbox = openToolbox();
  const write = async (place: string, files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, place, path)), { recursive: true });
      await writeFile(join(folder, place, path), content);
    }
    return join(folder, place);
  };
  const inImage = Object.entries(base).map(([path, content]) => [`environment/app/${path}`, content]);
  const task = await loadTask(
    await write('task', {
      'task.toml': '[environment]\nworkdir = "/app"\n',
      'instruction.md': 'Do.\n',
      'environment/Dockerfile': `FROM ${image}\nWORKDIR /app\nCOPY app/ /app/\n`,
      'tests/test.sh': 'exit 1\n',
      ...Object.fromEntries(inImage),
    }),
  );
  const workspace = await sandbox.prepare(task, { user: null });
  const read = await sandbox.readImage(workspace.ref, workspace.workdir, async (tar) => {
    if (tar === null) throw new Error('the image has no workspace');
    return store.ingest(tar, { base: null, limits: defaultIngestLimits, ignore: [] });
  });
  if (!read.ok) throw new Error(read.reason);
  let count = 0;
  return {
    async ask({ run, checks, files = {}, task: beside = {}, timeoutSec = 60 }) {
      const taskDir = await write(`task-${count++}`, { 'instruction.md': 'Do.\n', ...beside });
      const all = Object.entries({ ...base, ...files });
      const kept = all.filter((entry): entry is [string, Files[string]] => entry[1] !== null);
      const tree = await treeOf(store, Object.fromEntries(kept), read.tree);
      const { stat } = await store.diff(read.tree, tree);
      const candidate = { tree, base: read.tree, diff: stat, artifacts: null, state: null };
      const limits = { ...defaultLimits, memoryMb: 512, pids: 64, storageMb: 512, tmpMb: 32 };
      const context: CheckTools['context'] = {
        ...{ task: { dir: taskDir, spec: task.spec }, image: workspace, workspace, candidate },
        ...{ calibration: null, needed: new Map(), sandbox, store, toolbox, limits },
        ...{ labels: { unit: 'test' }, signal: new AbortController().signal },
      };
      const layer = () => candidateLayer(store, candidate, workspace);
      const answers = await run(checks, { context, layer, taskDir, timeoutSec });
      const answered: Record<string, Answered> = {};
      for (const answer of answers) {
        const kept: Record<string, string> = {};
        for (const { name: each, digest } of answer.evidence)
          kept[each] = String(await store.readBlob(digest));
        answered[answer.id] = { ...answer, evidence: kept };
      }
      return answered;
    },
    async close() {
      await sandbox.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
