import { randomInt } from 'node:crypto';
import type { Framework, TestSettings } from '../../harness/domain/test-settings.ts';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { ReadOnlyMount } from '../../harness/sandbox/sandbox.ts';
import type { TreeEntry } from '../../harness/store/store.ts';
import type { ScoreContext } from '../scorer.ts';
import { candidateLayer } from '../workspace.ts';
import type { VerifierLogs } from './logs.ts';
import type { Measurement } from './measurement.ts';
import { overlayEntries, type TestOverlay } from './overlay.ts';
import { resultList } from './parse/result.ts';
import { protectionFor } from './protect/protect.ts';
import { putBackOf } from './protect/protection.ts';
import { frameworkRunners } from './runners/registry.ts';
import { type RunnerReport, readRunnerReport, reportName } from './runners/report.ts';
import type { RunnerLibrary } from './runners/runner.ts';
import { holdSentinels } from './sentinel/hold.ts';
import { knownAmong } from './sentinel/known.ts';
import { plantSentinels } from './sentinel/plant.ts';
import type { Sentinels } from './sentinel/sentinel.ts';
import { tamperedWith } from './tampering.ts';
import { freshWord, runTestContainer, withoutWord } from './test-container.ts';
import { keepOutputs } from './verdict.ts';
import { setupFailure, wrappedCommand, wrapperEntries } from './wrapper.ts';

/** Test files that a framework runs over a candidate, and with what. */
export interface FrameworkRun {
  framework: Framework;
  /** Laid over the candidate's change as root's. */
  overlay: TestOverlay;
  /** The candidate's base, which says what of the tests is known. */
  base: readonly TreeEntry[];
  /** Laid beside: the task's hidden tests, if they are to be there. */
  hidden?: AsyncIterable<LayerEntry>;
  /** Absolute path, in the container, of the framework's configuration. */
  config: string | null;
  settings: Pick<TestSettings, 'integrity' | 'sentinel'>;
  library?: RunnerLibrary;
  mounts?: readonly ReadOnlyMount[];
  timeoutSec: number;
}

export interface FrameworkRan {
  measurement: Measurement;
  /** What a library of ours said; empty where nothing may be believed. Hostile text. */
  notes: NonNullable<RunnerReport['notes']>;
}

/**
 * A test framework that the harness itself starts: tests with sentinels in them, a reporting process apart from the
 * candidate's code, a signed report.
 */
export async function runFramework(context: ScoreContext, run: FrameworkRun): Promise<FrameworkRan> {
  const { image, candidate, store } = context;
  const { overlay, timeoutSec } = run;
  const runner = frameworkRunners[run.framework];
  const word = freshWord();
  const protection = await protectionFor(context);
  const laid = [...overlay.tests, ...overlay.others].map(({ path }) => path);
  const layer = await candidateLayer(store, candidate, image, protection, laid);
  const isKnown = knownAmong(
    run.base.map(({ path }) => path),
    laid,
  );
  const planted = overlay.tests.map((file) =>
    plantSentinels(file, {
      framework: runner.framework,
      style: run.settings.sentinel,
      random: randomInt,
      known: isKnown(file.path),
    }),
  );
  const plan = await runner.plan({
    workdir: image.workdir,
    user: image.user,
    files: overlay.tests.map(({ path }) => path),
    config: run.config,
    integrity: run.settings.integrity,
    ...(run.library === undefined ? {} : { library: run.library }),
  });
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield* layer.entries;
    if (run.hidden !== undefined) yield* run.hidden;
    yield* overlayEntries(
      planted.map(({ file }) => file),
      overlay.others,
      image.workdir,
    );
    yield* plan.entries;
    yield* wrapperEntries(layer.deletions, word, image.user, { keepWord: true });
  }
  const name = reportName(word);
  const { result, logs, changes, stderr, lastLine } = await runTestContainer(context, {
    entries: entries(),
    command: wrappedCommand(plan.command),
    env: plan.env,
    timeoutSec,
    wanted: { only: name },
    isWatched: true,
    ...(run.mounts === undefined ? {} : { mounts: run.mounts }),
  });
  const own = (await store.diff(candidate.base, candidate.tree)).entries.map(({ path }) => path);
  const ours = new Set([...own.filter((path) => !protection.kept.has(path)), ...laid]);
  const tampering = tamperedWith(changes, image.workdir, ours);
  const read: Read =
    tampering === null
      ? readSigned(
          logs,
          name,
          word,
          planted.map(({ sentinels }) => sentinels),
        )
      : { ok: false, reason: tampering };
  const setup = setupFailure(word, result.exitCode, stderr);
  const measurement: Measurement = {
    end: result.end,
    exitCode: read.ok
      ? read.results.some(({ outcome }) => outcome === 'fail' || outcome === 'error')
        ? 1
        : 0
      : result.exitCode,
    setupFailure: setup,
    reward: null,
    reports: read.ok ? { ok: true, results: read.results } : null,
    forged:
      read.ok || result.end !== 'exited' || setup !== null
        ? null
        : why(read.reason, result.exitCode, lastLine),
    sentinels: read.ok ? read.held : 0,
    putBack: putBackOf(protection),
    timeoutSec,
    lastLine,
    evidence: await keepOutputs(store, {
      stdout: result.stdout,
      stderr: withoutWord(word, result.stderr),
      files: [],
    }),
  };
  return { measurement, notes: read.ok ? read.notes : [] };
}

type Read =
  | {
      ok: true;
      results: NonNullable<Extract<Measurement['reports'], { ok: true }>>['results'];
      held: number;
      notes: FrameworkRan['notes'];
    }
  | { ok: false; reason: string };

function readSigned(logs: VerifierLogs, name: string, word: string, planted: readonly Sentinels[]): Read {
  if (logs.problem !== null) return { ok: false, reason: logs.problem };
  const file = logs.files.find(({ path }) => path === name);
  if (file === undefined) return { ok: false, reason: 'there is no report' };
  if ('problem' in file) return { ok: false, reason: file.problem };
  const read = readRunnerReport(file.content, word);
  if (!read.ok) return read;
  const [violation, ...more] = read.report.violations;
  if (violation !== undefined)
    return { ok: false, reason: `${violation}${more.length > 0 ? ` and ${more.length} more` : ''}` };
  const held = holdSentinels(planted, read.report);
  if (!held.ok) return held;
  // Every loaded file holds a test that must fail.
  const mustFail = read.report.files.some(({ loaded }) => loaded);
  if (mustFail && read.report.exitCode === 0)
    return { ok: false, reason: 'the framework ended as if all tests had passed' };
  return {
    ok: true,
    results: resultsOf(held.report),
    held: held.held,
    notes: held.report.notes ?? [],
  };
}

/** One result per test, and one per file that says nothing of its tests. */
function resultsOf(report: RunnerReport) {
  const list = resultList();
  const spoken = new Set(report.tests.map(({ file }) => file));
  for (const { path, loaded, message } of report.files) {
    if (!loaded) list.add(path, 'error', message ?? 'the file could not be loaded');
    else if (!spoken.has(path)) list.add(path, 'error', 'none of its tests ran');
  }
  for (const { file, name, outcome, message } of report.tests)
    list.add([file, ...name].join(file.endsWith('.py') ? '::' : ' > '), outcome, message);
  return list.results;
}

function why(reason: string, exitCode: number | null, lastLine: string): string {
  const last = lastLine === '' ? '' : `; last line: ${lastLine}`;
  return `${reason} (exit code ${exitCode}${last})`;
}
