import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { ScoreContext } from '../scorer.ts';
import { candidateLayer } from '../workspace.ts';
import { hiddenTests } from './hidden-tests.ts';
import type { VerifierLogs } from './logs.ts';
import type { Measurement } from './measurement.ts';
import { type LogFile, readReports } from './parse/detect.ts';
import { type Reward, readReward } from './parse/reward.ts';
import { protectionFor } from './protect/protect.ts';
import { putBackOf } from './protect/protection.ts';
import { freshWord, runTestContainer, withoutWord } from './test-container.ts';
import { keepOutputs } from './verdict.ts';
import { setupFailure, wrapperCommand, wrapperEntries } from './wrapper.ts';

/** Harbor's way: `tests/test.sh` decides, by a reward, by reports, or by both. */
export async function measureScript(context: ScoreContext, timeoutSec: number): Promise<Measurement> {
  const { task, image, candidate, store } = context;
  const { report } = task.spec.tests;
  const word = freshWord();
  const protection = await protectionFor(context);
  const layer = await candidateLayer(store, candidate, image, protection);
  const tests = await hiddenTests(task.dir);
  // The candidate's first, so that it replaces none of ours.
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield* layer.entries;
    yield* tests.entries;
    yield* wrapperEntries(layer.deletions, word, image.user);
  }
  const { result, logs, stderr, lastLine } = await runTestContainer(context, {
    entries: entries(),
    command: wrapperCommand(tests.hasShebang),
    timeoutSec,
    wanted: { report },
  });
  return {
    end: result.end,
    exitCode: result.exitCode,
    setupFailure: setupFailure(word, result.exitCode, stderr),
    reward: rewardOf(logs.files),
    reports: await reportsOf(logs, report, result.exitCode),
    forged: null,
    sentinels: 0,
    putBack: putBackOf(protection),
    timeoutSec,
    lastLine,
    evidence: await keepOutputs(store, {
      stdout: result.stdout,
      stderr: withoutWord(word, result.stderr),
      files: logs.files,
    }),
  };
}

function rewardOf(files: readonly LogFile[]): Reward | null {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const json = byPath.get('reward.json');
  const plain = byPath.get('reward.txt');
  const wins = json ?? plain;
  if (wins === undefined) return null;
  if ('problem' in wins) return { ok: false, reason: `${wins.path}: ${wins.problem}` };
  return readReward(json === undefined ? { text: wins.content } : { json: wins.content });
}

async function reportsOf(
  logs: VerifierLogs,
  named: ScoreContext['task']['spec']['tests']['report'],
  exitCode: number | null,
): Promise<Measurement['reports']> {
  if (logs.problem !== null) return { ok: false, reason: logs.problem };
  return readReports(logs.files, named === null ? undefined : { ...named, exitCode });
}
