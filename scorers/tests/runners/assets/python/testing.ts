import { defaultLimits, type Limits } from '../../../../../harness/domain/limits.ts';
import { outputText } from '../../../../../harness/sandbox/docker-testing.ts';
import { type LayerEntry, packLayer } from '../../../../../harness/sandbox/layer.ts';
import type { PreparedImage, Sandbox } from '../../../../../harness/sandbox/sandbox.ts';
import { readLogs } from '../../../logs.ts';
import { overlayEntries } from '../../../overlay.ts';
import { logsDir } from '../../../paths.ts';
import { wrappedCommand, wrapperEntries } from '../../../wrapper.ts';
import { type RunnerReport, readRunnerReport, reportName } from '../../report.ts';
import type { FrameworkRunner } from '../../runner.ts';

/** The run's word in these tests, so that they can look for it where it must not be. */
export const testWord = '5d41402abc4b2a76b9719d911017c592';

export interface Trial {
  sandbox: Sandbox;
  image: PreparedImage;
  runner: FrameworkRunner;
  /** Files of the candidate, by their paths in the workspace, or absolute. */
  candidate?: Record<string, string | Uint8Array>;
  /** Files of the hidden tests; those that match `test_*.py` are run. */
  tests: Record<string, string>;
  integrity?: boolean;
  env?: Record<string, string>;
  limits?: Partial<Limits>;
}

export interface TrialResult {
  /** null: nothing that bears the word's mark was written. */
  report: RunnerReport | null;
  exitCode: number | null;
  end: string;
  output: string;
  /** `outcome file::name`, in the report's order. */
  outcomes: string[];
}

/** Runs tests on a candidate in a container of its own, as the scorer does, but without sentinels. */
export async function tryTests(trial: Trial): Promise<TrialResult> {
  const { sandbox, image, runner, candidate = {}, tests, integrity = true, env = {}, limits = {} } = trial;
  const paths = Object.keys(tests).filter((path) => /(^|\/)test_[^/]*\.py$/.test(path));
  const plan = await runner.plan({
    workdir: image.workdir,
    user: image.user,
    files: paths,
    config: null,
    integrity,
  });
  const texts = Object.entries(tests).map(([path, text]) => ({ path, text }));
  const entries: LayerEntry[] = [
    ...Object.entries(candidate).map(([path, content]): LayerEntry => {
      const isProgram = typeof content === 'string' && content.startsWith('#!');
      const full = path.startsWith('/') ? path : `${image.workdir}/${path}`;
      return { path: full, type: 'file', mode: isProgram ? 0o755 : 0o644, content, ...image.user };
    }),
    ...overlayEntries(texts, [], image.workdir),
    ...plan.entries,
    ...wrapperEntries('', testWord, image.user, { keepWord: true }),
  ];
  const name = reportName(testWord);
  const result = await sandbox.run({
    image: image.ref,
    command: wrappedCommand(plan.command),
    env: { ...env, ...plan.env },
    workdir: image.workdir,
    user: image.user,
    network: 'none',
    limits: { ...defaultLimits, memoryMb: 512, pids: 64, storageMb: 256, timeoutSec: 50, ...limits },
    files: packLayer(entries),
    labels: { task: 'test' },
    collect: async (files) => readLogs(await files.read(logsDir), { only: name }),
  });
  const file = result.collected?.files.find(({ path }) => path === name);
  const read = file === undefined || 'problem' in file ? null : readRunnerReport(file.content, testWord);
  const report = read?.ok ? read.report : null;
  return {
    report,
    exitCode: result.exitCode,
    end: result.end,
    output: `${outputText(result.stdout)}${outputText(result.stderr)}`,
    outcomes: (report?.tests ?? []).map((test) => `${test.outcome} ${[test.file, ...test.name].join('::')}`),
  };
}

/** A cheating candidate; its `answer()` ought to be 42. */
export interface Cheat {
  module: string;
  /** What is said of it; null: nothing, as the test itself does not pass. */
  said: RegExp | null;
  test?: string;
}

/**
 * One container in which each cheat, as `cheat_<name>.py`, is imported by a test file of its own, `tests/test_<name>.py`,
 * beside further files.
 */
export function tryCheats(
  trial: Omit<Trial, 'candidate' | 'tests'>,
  cheats: Readonly<Record<string, Cheat>>,
  honest: Pick<Trial, 'candidate' | 'tests'>,
): Promise<TrialResult> {
  const named = Object.entries(cheats);
  const plainTest = (name: string) =>
    `from cheat_${name} import answer\ndef test_answer(): assert answer() == 42\n`;
  return tryTests({
    ...trial,
    candidate: {
      ...Object.fromEntries(named.map(([name, { module }]) => [`cheat_${name}.py`, module])),
      ...honest.candidate,
    },
    tests: {
      ...Object.fromEntries(
        named.map(([name, { test }]) => [`tests/test_${name}.py`, test ?? plainTest(name)]),
      ),
      ...honest.tests,
    },
  });
}

/** What a file's run was blamed for, without the file's name. */
export function blamedFor(result: TrialResult, file: string): string[] {
  const start = `${file}: `;
  return (result.report?.violations ?? []).flatMap((text) =>
    text.startsWith(start) ? [text.slice(start.length)] : [],
  );
}
