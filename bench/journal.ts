import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { loadPlan } from '../harness/cli/load-plan.ts';
import { version } from '../harness/cli/version.ts';
import { decide } from '../harness/decide/decide.ts';
import { digestOf, sha256 } from '../harness/domain/digest.ts';
import { verdictSlot } from '../harness/domain/run-record.ts';
import type { TrialResult } from '../harness/domain/trial.ts';
import type { Verdict } from '../harness/domain/verdict.ts';
import { runInputs } from '../harness/run/inputs.ts';
import { startSession } from '../harness/run/session.ts';
import { answerTask, prediction, writeTree } from '../test/support/suite.ts';

const tasks = 100;
const agents = 100;

/** 10,000 finished trials: how long `--resume` and a report take to start, and the most memory that each holds. */
export async function journalBench(): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const store = join(dir, 'store');
  try {
    const file = await writeRun(dir, store);
    const floor = await measured([
      '-e',
      `JSON.parse('[' + require('fs').readFileSync(${JSON.stringify(file)}, 'utf8').trimEnd().replaceAll('\\n', ',') + ']')`,
    ]);
    const cli = resolve(import.meta.dirname, '../harness/cli/bin.ts');
    const start = await measured([cli, '--version']);
    const resume = await measured([cli, 'run', '--resume', 'latest', '--out', store]);
    const report = await measured([cli, 'report', 'latest', '--format', 'all', '--out', store]);
    const row = (name: string, { seconds, megabytes }: Measured) =>
      `${name}: ${seconds.toFixed(2)} s, peak ${megabytes.toFixed(0)} MB, ${(seconds / floor.seconds).toFixed(1)} × the floor`;
    return [
      `${tasks * agents} finished trials, journal of ${(statSync(file).size / 1e6).toFixed(1)} MB`,
      row('floor: read and JSON.parse alone', floor),
      row('assay --version', start),
      row('assay run --resume (nothing left to do but the end)', resume),
      row('assay report --format all', report),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A run as it stands when all is decided and only its last event is missing; returns the journal's path. */
async function writeRun(dir: string, store: string): Promise<string> {
  const names = Array.from({ length: tasks }, (_, index) => `task-${String(index).padStart(3, '0')}`);
  writeTree(dir, {
    ...Object.assign({}, ...names.map((name) => answerTask(name))),
    'predictions.jsonl': names
      .flatMap((name) => Array.from({ length: agents }, (_, index) => prediction(name, `model-${index}`, '')))
      .join(''),
    'suite.yaml':
      'name: big\nversion: 1.0.0\ntasks: tasks/*\nagents:\n  - {name: pool, adapter: predictions, file: predictions.jsonl}\n',
  });
  const { plan, suite, attempts } = await loadPlan(dir, { agents: [], tasks: [], attempts: null });
  const inputs = runInputs(suite, plan, attempts);
  const session = await startSession(store, {
    type: 'run.started',
    run: 'big',
    harness: version,
    inputs,
    inputsDigest: digestOf(inputs),
    options: { agents: [], tasks: [], attempts: null, cache: true },
    suitePath: dir,
    engine: { version: '0', runtime: 'runc' },
    trials: plan.trials.length,
  });
  for (const { spec } of plan.tasks) {
    session.emit({
      type: 'task.prepared',
      task: spec.id,
      image: sha256(spec.id),
      base: sha256('base'),
      origin: 'local',
    });
  }
  for (const [index, trial] of plan.trials.entries()) {
    const result = resultOf(trial.id, index);
    session.emit({ type: 'trial.started', trial });
    session.emit({ type: 'trial.finished', trial, result });
    session.emit({
      type: 'verdict.recorded',
      task: trial.task,
      candidate: sha256(trial.id),
      key: sha256(`key ${trial.id}`),
      verdict: verdictOf(index),
      cached: false,
      wallSec: 0.2,
    });
  }
  for (const { spec } of plan.tasks) {
    const trials = plan.trials.filter((trial) => trial.task === spec.id);
    const selection = decide({
      task: spec.id,
      policy: plan.policy,
      gate: { proven: true, reason: '' },
      trials: trials.map((trial, index) => ({
        trial,
        result: session.record.trials.get(trial.id)?.result ?? resultOf(trial.id, index),
      })),
      verdictsOf: (tree) =>
        [session.record.verdicts.get(verdictSlot(spec.id, tree, 'tests'))?.verdict ?? []].flat(),
    });
    session.emit({ type: 'selection.decided', selection });
  }
  await session.close();
  return session.place.journal;
}

function resultOf(id: string, index: number): TrialResult {
  const lines = 5 + (index % 97);
  return {
    outcome: 'delivered',
    reason: 'a recorded patch',
    candidate: {
      tree: sha256(id),
      base: sha256('base'),
      diff: { files: 1, added: lines, deleted: 0, lines, binary: 0 },
      artifacts: null,
      state: null,
    },
    evidence: [{ name: 'diff.patch', digest: sha256(`diff ${id}`), bytes: 900, truncated: false }],
    retryable: false,
    ignoredFiles: 0,
    exitCode: null,
    wallSec: 0,
  };
}

function verdictOf(index: number): Verdict {
  const failed = index % 3 === 0 ? 1 : 0;
  const checks = Array.from({ length: 10 }, (_, check) => ({
    id: `case ${check + 1}`,
    outcome: check < failed ? ('fail' as const) : ('pass' as const),
  }));
  return {
    scorer: 'tests',
    version: '1',
    outcome: failed > 0 ? 'fail' : 'pass',
    reason: `${10 - failed} of 10 tests passed`,
    score: (10 - failed) / 10,
    checks,
    checksTotal: 10,
    measures: { passed: 10 - failed, failed, skipped: 0, total: 10 },
    evidence: [{ name: 'stdout', digest: sha256(`out ${index}`), bytes: 10, truncated: false }],
    confirmed: false,
  };
}

interface Measured {
  seconds: number;
  megabytes: number;
}

/** Wall time and peak resident memory of one Node process, as the process itself saw it. */
async function measured(args: readonly string[]): Promise<Measured> {
  const tell = `data:text/javascript,process.on('exit',()=>require('fs').writeSync(3,String(process.resourceUsage().maxRSS)))`;
  const imported = tell.replace('require(', 'process.getBuiltinModule(');
  const start = performance.now();
  const { stdio, exitCode, stderr } = await execa(process.execPath, ['--import', imported, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    reject: false,
  });
  if (exitCode !== 0 && exitCode !== 1) throw new Error(String(stderr));
  return { seconds: (performance.now() - start) / 1000, megabytes: Number(stdio[3]) / 1024 };
}
