import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { ScoreContext } from '../scorer.ts';
import { candidateLayer } from '../workspace.ts';
import { hiddenTests } from './hidden-tests.ts';
import { imageTestCommand } from './image-tests.ts';
import type { VerifierLogs } from './logs.ts';
import type { Measurement } from './measurement.ts';
import { type LogFile, readReports } from './parse/detect.ts';
import { type Reward, readReward } from './parse/reward.ts';
import { protectionFor } from './protect/protect.ts';
import { noProtection, type Protection, putBackOf } from './protect/protection.ts';
import { artifactLayer, putBackLayer } from './state-layer.ts';
import { freshWord, runTestContainer, withoutWord } from './test-container.ts';
import { keepOutputs } from './verdict.ts';
import { setupFailure, wrappedCommand, wrapperCommand, wrapperEntries } from './wrapper.ts';

/** Harbor's way: `tests/test.sh` decides, by a reward, by reports, or by both. */
export async function measureScript(context: ScoreContext, timeoutSec: number): Promise<Measurement> {
  const { task, store } = context;
  const { report } = task.spec.tests;
  const word = freshWord();
  const { entries, command, protection } = await (task.spec.verifier.separate === null
    ? shared(context, word)
    : separate(context, word));
  const { result, logs, stderr, lastLine } = await runTestContainer(context, {
    entries,
    command,
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

interface Plan {
  entries: AsyncIterable<LayerEntry>;
  command: string[];
  protection: Protection;
}

/** Harbor's shared verifier: the tests come into the workspace's own image. */
async function shared(context: ScoreContext, word: string): Promise<Plan> {
  const { task, image, candidate, store } = context;
  const protection = await protectionFor(context);
  // The image of a state holds the candidate's workspace already.
  const layer = await (candidate.state === null ? candidateLayer : putBackLayer)(
    store,
    candidate,
    image,
    protection,
  );
  const tests = await hiddenTests(task.dir);
  // The candidate's first, so that it replaces none of ours.
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield* layer.entries;
    yield* tests.entries;
    yield* wrapperEntries(layer.deletions, word, image.user);
  }
  return { entries: entries(), command: wrapperCommand(tests.hasShebang), protection };
}

/** Harbor's separate verifier: its image holds the tests, and gets the artifacts and nothing else. */
async function separate(context: ScoreContext, word: string): Promise<Plan> {
  const { image, sandbox } = context;
  const artifacts = await artifactLayer(context);
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield* artifacts.entries;
    yield* wrapperEntries('', word, image.user);
  }
  const command = wrappedCommand(await imageTestCommand(sandbox, image));
  return { entries: entries(), command, protection: noProtection };
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
