import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defaultIngestLimits, defaultLimits, type Limits } from '../../../harness/domain/limits.ts';
import { loadTask } from '../../../harness/plan/load-task.ts';
import { connectDocker } from '../../../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../../../harness/sandbox/docker-sandbox.ts';
import { openStore } from '../../../harness/store/git-store.ts';
import type { ScoreContext } from '../../scorer.ts';
import { type Files, noTools, treeOf } from '../../testing.ts';
import type { Measurement } from '../measurement.ts';
import { measureCases } from './measure.ts';

export interface MeasureOptions {
  /** The file of cases, as text or as what it says; further ones beside it, by their path below `tests/`. */
  cases: string | object;
  tests?: Record<string, string | Uint8Array>;
  /** Which of them are executable. */
  programs?: string[];
  /** The candidate's workspace: the base with these. */
  files?: Files;
  limits?: Partial<Limits>;
  timeoutSec?: number;
  signal?: AbortSignal;
}

interface Measured extends Measurement {
  /** `pass`, or the outcome with its message, by case. */
  words: Record<string, string>;
  /** An evidence's text. */
  kept(name: string): Promise<string>;
}

export interface CasesBench {
  measure(options: MeasureOptions): Promise<Measured>;
  /** Containers of this bench that exist now. */
  containers(): Promise<string[]>;
  close(): Promise<void>;
}

/** A task whose workspace holds the base files, on a real engine. */
export async function openCasesBench(name: string, base: Record<string, string>): Promise<CasesBench> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-cases-'));
  const store = await openStore(join(folder, 'store'));
  const docker = await connectDocker();
  const session = `cases-${name}-${process.pid}`;
  const sandbox = await openDockerSandbox({ docker, runtime: null, session });
  const write = async (place: string, files: Record<string, string | Uint8Array>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, place, path)), { recursive: true });
      await writeFile(join(folder, place, path), content);
    }
    return join(folder, place);
  };
  const task = await loadTask(
    await write('task', {
      'task.toml':
        '[metadata.assay.tests]\nrunner = "cases"\n[environment]\nworkdir = "/app"\nenv = {FROM_TASK = "yes"}\n' +
        '[verifier]\nenv = {OF_JUDGE = "secret"}\n',
      'instruction.md': 'Do.\n',
      'environment/Dockerfile': 'FROM python:3.11-slim-bookworm\nWORKDIR /app\nCOPY app/ /app/\n',
      'tests/cases.yaml': 'cases: []\n',
      ...Object.fromEntries(
        Object.entries(base).map(([path, content]) => [`environment/app/${path}`, content]),
      ),
    }),
  );
  const image = await sandbox.prepare(task, { user: null });
  const read = await sandbox.readImage(image.ref, image.workdir, async (tar) => {
    if (tar === null) throw new Error('the image has no workspace');
    return store.ingest(tar, { base: null, limits: defaultIngestLimits, ignore: [] });
  });
  if (!read.ok) throw new Error(read.reason);
  let count = 0;
  return {
    async measure({ cases, tests = {}, programs = [], files = {}, limits = {}, timeoutSec = 60, signal }) {
      const given = { 'cases.yaml': typeof cases === 'string' ? cases : JSON.stringify(cases), ...tests };
      const dir = await write(
        `tests-${count++}`,
        Object.fromEntries(Object.entries(given).map(([path, content]) => [`tests/${path}`, content])),
      );
      for (const path of programs) await chmod(join(dir, 'tests', path), 0o755);
      const tree = await treeOf(store, { ...base, ...files }, read.tree);
      const { stat } = await store.diff(read.tree, tree);
      const context: ScoreContext = {
        task: { dir, spec: task.spec },
        image,
        workspace: image,
        toolbox: noTools,
        needed: new Map(),
        candidate: { tree, base: read.tree, diff: stat, artifacts: null, state: null },
        calibration: null,
        sandbox,
        store,
        limits: {
          ...defaultLimits,
          memoryMb: 256,
          pids: 64,
          storageMb: 512,
          tmpMb: 32,
          timeoutSec: 600,
          ...limits,
        },
        labels: { unit: 'test' },
        signal: signal ?? new AbortController().signal,
      };
      const measurement = await measureCases(context, timeoutSec);
      const results = measurement.reports?.ok ? measurement.reports.results : [];
      return {
        ...measurement,
        words: Object.fromEntries(
          results.map(({ id, outcome, message }) => [
            id,
            outcome === 'pass' ? 'pass' : `${outcome}: ${message}`,
          ]),
        ),
        async kept(wanted) {
          const found = measurement.evidence.find((each) => each.name === wanted);
          return found === undefined ? '' : String(await store.readBlob(found.digest));
        },
      };
    },
    async containers() {
      const filters = { label: [`assay.session=${session}`] };
      return (await docker.listContainers({ all: true, filters })).map(({ Id, State }) => `${State} ${Id}`);
    },
    async close() {
      await sandbox.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
