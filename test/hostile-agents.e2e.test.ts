import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrialResult } from '../harness/domain/trial.ts';
import { assay, type Finished } from './support/cli.ts';
import { assayContainers } from './support/engine.ts';
import { answerTask, writeTree } from './support/suite.ts';

/** What an agent does to its container, how its trial must end, and whether its workspace is still a candidate. */
const agents: [string, string[], TrialResult['outcome'], boolean][] = [
  ['honest', ['bash', '-c', 'echo 42 > answer.txt'], 'delivered', true],
  ['late', ['bash', '-c', 'echo 42 > answer.txt; sleep 600'], 'timeout', true],
  [
    'deaf',
    ['bash', '-c', "trap '' TERM INT HUP; echo 42 > answer.txt; while :; do sleep 1; done"],
    'timeout',
    true,
  ],
  // What the child writes after the main process ended must not count.
  ['left-behind', ['bash', '-c', '(sleep 2; echo 42 > answer.txt) & exit 0'], 'delivered', true],
  [
    'fork-bomb',
    ['python3', '-c', 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass'],
    'timeout',
    true,
  ],
  ['memory', ['python3', '-c', 'x = []\nwhile True: x.append(bytearray(10_000_000))'], 'limit', true],
  ['disk', ['bash', '-c', 'head -c 300000000 /dev/zero > big; sleep 600'], 'limit', true],
  ['flood', ['bash', '-c', 'yes | head -c 300000000; echo 42 > answer.txt'], 'delivered', true],
  ['failing', ['bash', '-c', 'echo 42 > answer.txt; exit 7'], 'failed', true],
  ['missing', ['/no/such/program'], 'failed', true],
];

describe('agents that do their worst', () => {
  const dir = mkdtempSync(join(tmpdir(), 'assay-hostile-'));
  let ended: Finished;
  let trials: { agent: string; result: TrialResult }[];
  let winners: string[];

  beforeAll(async () => {
    const entries = agents.map(([name, command]) => {
      // It ends by itself, and has much to say: on a busy machine that takes its time.
      const timeout_sec = name === 'flood' ? 120 : 8;
      return { name, adapter: 'command', command, timeout_sec };
    });
    writeTree(dir, {
      ...answerTask('one'),
      'suite.yaml': `name: hostile
version: 1.0.0
tasks: tasks/*
sandbox: {memory_mb: 256, pids: 64, storage_mb: 100, tmp_mb: 32}
agents: ${JSON.stringify(entries)}
`,
    });
    const store = join(dir, 'store');
    ended = await assay(['run', dir, '--out', store, '--json', '--concurrency', '3']);
    const report = JSON.parse((await assay(['report', 'latest', '--format', 'json', '--out', store])).stdout);
    trials = report.trials;
    winners = JSON.parse(ended.stdout).tasks[0].ranking.flatMap(
      (row: { agent: string; verdicts: { outcome: string }[] }) =>
        row.verdicts[0]?.outcome === 'pass' ? [row.agent] : [],
    );
  }, 240_000);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('do not stop the run', async () => {
    expect(ended.code, ended.stderr).toBe(0);
    expect(trials).toHaveLength(agents.length);
    expect(await assayContainers(JSON.parse(ended.stdout).run)).toEqual([]);
  });

  it.each(agents)('%s', (name, _, outcome, isCandidate) => {
    const result = trials.find((trial) => trial.agent === name)?.result;
    expect(result?.outcome, result?.reason).toBe(outcome);
    expect(result?.candidate !== null, result?.reason).toBe(isCandidate);
    expect(result?.reason).not.toBe('');
  });

  it('are judged by what stood in the workspace when their container ended', () => {
    expect(winners.toSorted()).toEqual(['deaf', 'failing', 'flood', 'honest', 'late']);
  });
});
