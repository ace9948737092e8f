import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { defaultLimits, type Limits } from '../../harness/domain/limits.ts';
import { outputText } from '../../harness/sandbox/docker-testing.ts';
import { type LayerEntry, packLayer } from '../../harness/sandbox/layer.ts';
import type { PreparedImage, Sandbox } from '../../harness/sandbox/sandbox.ts';
import { logsDir, testsDir } from '../../scorers/tests/paths.ts';
import { type RunnerReport, readRunnerReport, reportName } from '../../scorers/tests/runners/report.ts';
import type { FrameworkRunner } from '../../scorers/tests/runners/runner.ts';
import { wrapperEntries } from '../../scorers/tests/wrapper.ts';

type Files = Readonly<Record<string, string>>;

export interface FrameworkRun {
  /** What a candidate wrote, relative to the workspace; belongs to the user who runs the tests. */
  candidate?: Files;
  /** Test files, relative to the workspace; root's, and all of them are run. */
  tests: Files;
  /** Further files of root's in the workspace, such as snapshots, which are not run. */
  fixtures?: Files;
  /** Further files of root's below `/tests`; `config` names one of them. */
  beside?: Files;
  config?: string;
  integrity?: boolean;
  limits?: Partial<Limits>;
  env?: Readonly<Record<string, string>>;
}

export interface FrameworkEnd {
  end: string;
  exitCode: number | null;
  /** null where there is none; a reason where it is not to be believed. */
  report: RunnerReport | string | null;
  stdout: string;
  stderr: string;
  wallSec: number;
  /** The run's secret, to look for in what the candidate could find. */
  word: string;
}

/** Runs test files with a framework runner, behind the wrapper, the way a scoring lays them out. */
export async function runFramework(
  { sandbox, image }: { sandbox: Sandbox; image: PreparedImage },
  runner: FrameworkRunner,
  run: FrameworkRun,
): Promise<FrameworkEnd> {
  const word = randomBytes(16).toString('hex');
  const files = Object.keys(run.tests);
  const laid = { ...run.fixtures, ...run.tests };
  const plan = await runner.plan({
    workdir: image.workdir,
    user: image.user,
    files,
    config: run.config === undefined ? null : `${testsDir}/${run.config}`,
    integrity: run.integrity ?? true,
  });
  const entries: LayerEntry[] = [
    ...under(image.workdir, run.candidate ?? {}, image.user),
    // What lies beside a test file can be added to, but neither it nor its folder can be replaced.
    ...folders(image.workdir, Object.keys(laid)).map(
      (path): LayerEntry => ({ path, type: 'dir', mode: 0o1777 }),
    ),
    ...Object.entries(laid).map(([path, content]): LayerEntry => {
      return { path: `${image.workdir}/${path}`, type: 'file', content };
    }),
    ...under(testsDir, run.beside ?? {}, { uid: 0, gid: 0 }),
    ...wrapperEntries('', word, image.user, { keepWord: true }),
    ...plan.entries,
  ];
  const result = await sandbox.run({
    image: image.ref,
    command: ['/bin/sh', '/opt/assay/run.sh', ...plan.command],
    env: { TZ: 'UTC', LANG: 'C.UTF-8', ...plan.env, ...run.env },
    workdir: image.workdir,
    user: image.user,
    network: 'none',
    limits: { ...defaultLimits, memoryMb: 1024, pids: 256, timeoutSec: 60, ...run.limits },
    files: packLayer(entries),
    labels: { task: 'framework' },
    collect: async (stopped) => readFile(await stopped.read(`${logsDir}/${reportName(word)}`)),
  });
  const read = result.collected == null ? null : readRunnerReport(result.collected, word);
  return {
    end: result.end,
    exitCode: result.exitCode,
    report: read === null ? null : read.ok ? read.report : read.reason,
    stdout: outputText(result.stdout),
    stderr: outputText(result.stderr),
    wallSec: result.wallSec,
    word,
  };
}

function under(root: string, files: Files, owner: { uid: number; gid: number }): LayerEntry[] {
  return [
    ...folders(root, Object.keys(files)).map(
      (path): LayerEntry => ({ path, type: 'dir', mode: 0o755, ...owner }),
    ),
    ...Object.entries(files).map(
      ([path, content]): LayerEntry => ({ path: `${root}/${path}`, type: 'file', content, ...owner }),
    ),
  ];
}

/** The root and every folder on the way to the files, outermost first. */
function folders(root: string, paths: readonly string[]): string[] {
  const found = new Set<string>([root]);
  for (const path of paths) {
    const parents: string[] = [];
    for (let at = posix.dirname(path); at !== '.'; at = posix.dirname(at)) parents.unshift(`${root}/${at}`);
    for (const parent of parents) found.add(parent);
  }
  return [...found];
}

/** Outcomes by the tests' full names, the file's first; throws where there is no report. */
export function outcomesOf({ report, stderr }: FrameworkEnd): Record<string, string> {
  if (report === null || typeof report === 'string') throw new Error(`no report (${report}): ${stderr}`);
  return Object.fromEntries(
    report.tests.map(({ file, name, outcome }) => [[file, ...name].join(' > '), outcome]),
  );
}

async function readFile(tar: Readable | null): Promise<Uint8Array | null> {
  if (tar === null) return null;
  for await (const entry of tar.pipe(extract())) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry as AsyncIterable<Uint8Array>) chunks.push(chunk);
    if (entry.header.type === 'file') return Buffer.concat(chunks);
  }
  return null;
}
