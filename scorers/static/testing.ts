import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Calibration } from '../../harness/domain/calibration.ts';
import { defaultIngestLimits, defaultLimits, type Limits } from '../../harness/domain/limits.ts';
import { Verdict } from '../../harness/domain/verdict.ts';
import { loadTask } from '../../harness/plan/load-task.ts';
import { connectDocker } from '../../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../../harness/sandbox/docker-sandbox.ts';
import type { PreparedImage } from '../../harness/sandbox/sandbox.ts';
import { openStore } from '../../harness/store/git-store.ts';
import type { Store } from '../../harness/store/store.ts';
import { openToolbox } from '../../harness/tools/open-toolbox.ts';
import type { Scorer } from '../scorer.ts';
import { type Files, treeOf } from '../testing.ts';
import { staticKind } from './index.ts';

/** A workspace with base files on a real engine, and candidates that differ from it. */
export interface StaticBench {
  /** Verdict on the base with some files changed; null deletes one. `options` is the scorer's entry without its name. */
  score(
    options: object,
    changes: Record<string, Files[string] | null>,
    over?: Partial<Limits>,
  ): Promise<Verdict>;
  /** One container of the same image that does nothing: what no tool can be quicker than. */
  floor(): Promise<void>;
  /** The base is analysed anew when it is next asked for. */
  forget(): void;
  /** What was learnt of the base with the last options. */
  calibration(): Calibration;
  /** An evidence of a verdict, as text. */
  kept(verdict: Verdict, name: string): Promise<string>;
  store: Store;
  image: PreparedImage;
  /** Folder of files that options may name. */
  suiteDir: string;
  close(): Promise<void>;
}

/** `suite` are files that options name. */
export async function openStaticBench(
  name: string,
  base: Record<string, string>,
  { from = 'node:24-bookworm-slim', suite = {} }: { from?: string; suite?: Record<string, string> } = {},
): Promise<StaticBench> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-static-'));
  const store = await openStore(join(folder, 'store'));
  const sandbox = await openDockerSandbox({
    docker: await connectDocker(),
    runtime: null,
    session: `static-${name}-${process.pid}`,
  });
  const write = async (place: string, files: Record<string, string>) => {
    await mkdir(join(folder, place), { recursive: true });
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, place, path)), { recursive: true });
      await writeFile(join(folder, place, path), content);
    }
    return join(folder, place);
  };
  const task = await loadTask(
    await write('task', {
      'task.toml': '[environment]\nworkdir = "/app"\n',
      'instruction.md': 'Do.\n',
      'environment/Dockerfile': `FROM ${from}\nWORKDIR /app\nCOPY app/ /app/\n`,
      'tests/test.sh': '#!/bin/sh\nexit 0\n',
      ...Object.fromEntries(
        Object.entries(base).map(([path, content]) => [`environment/app/${path}`, content]),
      ),
    }),
  );
  const suiteDir = await write('suite', suite);
  const image = await sandbox.prepare(task, { user: null });
  const read = await sandbox.readImage(image.ref, image.workdir, async (tar) => {
    if (tar === null) throw new Error('the image has no workspace');
    return store.ingest(tar, { base: null, limits: defaultIngestLimits, ignore: [] });
  });
  if (!read.ok) throw new Error(read.reason);
  const baseTree = read.tree;
  const none = { files: 0, added: 0, deleted: 0, lines: 0, binary: 0 };
  const tools = {
    task,
    image,
    workspace: image,
    sandbox,
    store,
    toolbox: openToolbox(),
    labels: { unit: 'test' },
    signal: new AbortController().signal,
  };
  const calibrations = new Map<string, Calibration>();
  let last: Calibration | null = null;
  return {
    store,
    image,
    suiteDir,
    async score(options, changes, over = {}) {
      const scorer: Scorer = await staticKind.open(staticKind.schema.parse({ name: 'static', ...options }), {
        suiteDir,
      });
      const limits = { ...defaultLimits, ...over };
      const key = JSON.stringify([options, limits]);
      const nop = { base: baseTree, tree: baseTree, diff: none, artifacts: null, state: null };
      const known =
        calibrations.get(key) ??
        (await scorer.calibrate?.({
          ...tools,
          limits,
          base: nop,
          oracle: null,
          needed: { base: new Map(), oracle: new Map() },
        }));
      if (known === undefined) throw new Error('static analysis calibrates');
      calibrations.set(key, known);
      last = known;
      const files: Files = { ...base };
      for (const [path, file] of Object.entries(changes)) {
        if (file === null) delete files[path];
        else files[path] = file;
      }
      const tree = await treeOf(store, files, baseTree);
      const { stat } = await store.diff(baseTree, tree);
      const candidate = { base: baseTree, tree, diff: stat, artifacts: null, state: null };
      return Verdict.parse(
        await scorer.score({ ...tools, limits, candidate, calibration: known, needed: new Map() }),
      );
    },
    async floor() {
      const { workdir, user, ref } = image;
      await sandbox.run({
        ...{ image: ref, command: ['true'], env: {}, workdir, user, network: 'none' },
        limits: defaultLimits,
        labels: tools.labels,
      });
    },
    forget: () => calibrations.clear(),
    calibration() {
      if (last === null) throw new Error('nothing was scored yet');
      return last;
    },
    async kept(verdict, wanted) {
      const found = verdict.evidence.find((each) => each.name === wanted);
      if (found === undefined) throw new Error(`there is no evidence ${wanted}`);
      return (await store.readBlob(found.digest)).toString();
    },
    async close() {
      await sandbox.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
