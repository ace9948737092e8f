import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../harness/run/journal-read.ts';
import { listRunIds, placeOf } from '../harness/run/runs.ts';
import { assay, startAssay } from './support/cli.ts';
import { assayContainers } from './support/engine.ts';
import { answerPatch, answerTask, writeTree } from './support/suite.ts';

let dir: string;
const suite = () => join(dir, 'suite');
const store = () => join(dir, 'store');
let calm: { decisionDigest: string };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'assay-resume-'));
  writeTree(suite(), {
    ...answerTask('one'),
    'slow.sh': 'echo 42 > answer.txt\nsleep 3\n',
    'patches/one.patch': answerPatch('42', 5),
    'suite.yaml': `name: resume
version: 1.0.0
tasks: tasks/*
agents:
  - {name: slow, adapter: command, command: [bash, /opt/slow.sh], files: [slow.sh]}
  - {name: patch, adapter: patch, dir: patches}
`,
  });
  const run = await assay(['run', suite(), '--out', join(dir, 'calm'), '--json']);
  expect(run.code, run.stderr).toBe(0);
  calm = JSON.parse(run.stdout);
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function interruptedBy(signals: NodeJS.Signals[]) {
  const known = await listRunIds(store());
  const running = startAssay(['run', suite(), '--out', store(), '--json', '--no-cache']);
  let run: string | undefined;
  for (;;) {
    run = (await listRunIds(store())).find((id) => !known.includes(id));
    if (run !== undefined && (await slowIsRunning(run))) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const signal of signals) {
    running.kill(signal);
    // Two within 300 ms count as one.
    await new Promise((resolve) => setTimeout(resolve, 350));
  }
  return { run, ended: await running.done };
}

async function slowIsRunning(run: string): Promise<boolean> {
  return (await assayContainers(run)).length > 0;
}

describe('a run that was stopped', () => {
  it.each([
    ['Ctrl-C once', ['SIGINT'], 130],
    ['SIGTERM', ['SIGTERM'], 130],
    ['SIGKILL', ['SIGKILL'], null],
  ] as const)('by %s goes on where it was', async (_, signals, code) => {
    const { run, ended } = await interruptedBy([...signals]);
    expect(ended.code, ended.stderr).toBe(code);
    if (code === 130) {
      expect(ended.stderr).toMatch(new RegExp(`assay (-- )?run --resume ${run} --out`));
      expect(await assayContainers(run)).toEqual([]);
    }
    const resumed = await assay(['run', '--resume', run, '--out', store(), '--json']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout).decisionDigest).toBe(calm.decisionDigest);
    expect(await assayContainers(run)).toEqual([]);
    const { entries } = await readJournal(placeOf(store(), run).journal);
    const finished = entries.flatMap(({ event }) =>
      event.type === 'trial.finished' ? [event.trial.id] : [],
    );
    expect([...finished].sort()).toEqual(['one/patch/1', 'one/slow/1']);
  });

  it('by Ctrl-C twice ends at once, and the next start reaps what was left', async () => {
    const { run, ended } = await interruptedBy(['SIGINT', 'SIGINT']);
    expect(ended.code).toBe(130);
    const resumed = await assay(['run', '--resume', run, '--out', store(), '--json']);
    expect(JSON.parse(resumed.stdout).decisionDigest).toBe(calm.decisionDigest);
    expect(await assayContainers(run)).toEqual([]);
  });

  it('cannot go on with another suite, and says what differs', async () => {
    const { run } = await interruptedBy(['SIGINT']);
    writeFileSync(join(suite(), 'patches/one.patch'), answerPatch('43'));
    const resumed = await assay(['run', '--resume', run, '--out', store()]);
    expect(resumed.code).toBe(2);
    expect(resumed.stderr).toMatch(/agents: changed: patch/);
    writeFileSync(join(suite(), 'patches/one.patch'), answerPatch('42', 5));
  });

  it('is worked on by one process at a time', async () => {
    const known = await listRunIds(store());
    const running = startAssay(['run', suite(), '--out', store(), '--no-cache']);
    let run: string | undefined;
    while (run === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      run = (await listRunIds(store())).find((id) => !known.includes(id));
    }
    const second = await assay(['run', '--resume', run, '--out', store()]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('another process is working on run');
    expect((await running.done).code).toBe(0);
  });
});
