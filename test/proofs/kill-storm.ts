/**
 * Kills runs with SIGKILL at random moments and resumes each until it ends. Every one must come to the decision of an
 * undisturbed run, redo nothing that was finished, and leave no container behind.
 *
 *     node test/proofs/kill-storm.ts [--runs 100] [--seed 1]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { JournalEntry } from '../../harness/domain/event.ts';
import { readJournal } from '../../harness/run/journal-read.ts';
import { listRunIds, placeOf } from '../../harness/run/runs.ts';
import { startAssay } from '../support/cli.ts';
import { assayContainers } from '../support/engine.ts';
import { random } from '../support/random.ts';
import { answerPatch, answerTask, prediction, writeTree } from '../support/suite.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const next = random(Number(values.seed));
const dir = mkdtempSync(join(tmpdir(), 'assay-kill-storm-'));

/** Two tasks; agents with containers and without, right and wrong, fast and slow. */
writeTree(dir, {
  ...answerTask('one'),
  ...answerTask('two'),
  'agent.sh': 'sleep 0.3\necho 42 > answer.txt\n',
  'predictions.jsonl': ['one', 'two']
    .map(
      (task) =>
        prediction(task, 'right', answerPatch('42', 3)) + prediction(task, 'wrong', answerPatch('41')),
    )
    .join(''),
  'suite.yaml': `name: storm
version: 1.0.0
tasks: tasks/*
agents:
  - {name: pool, adapter: predictions, file: predictions.jsonl}
  - {name: shell, adapter: command, command: [bash, /opt/agent.sh], files: [agent.sh]}
  - {name: nop, adapter: nop}
attempts: 2
`,
});
const store = join(dir, 'store');

interface Outcome {
  digest: string;
  seconds: number;
}

/** One run to its end; `killAfter` says when to kill, undefined never. Resumes until the run is over. */
async function runOnce(
  killAfter: () => number | undefined,
): Promise<Outcome & { kills: number; run: string }> {
  const start = performance.now();
  const known = new Set(await listRunIds(store));
  let run: string | undefined;
  let kills = 0;
  for (;;) {
    const args = run === undefined ? ['run', dir, '--no-cache'] : ['run', '--resume', run];
    const process = startAssay([...args, '--out', store, '--json', '--concurrency', '3']);
    const delay = killAfter();
    const timer = new AbortController();
    if (delay !== undefined) {
      void sleep(delay, undefined, { signal: timer.signal }).then(
        () => process.kill('SIGKILL'),
        () => undefined,
      );
    }
    const { code, signal, stdout, stderr } = await process.done;
    timer.abort();
    run ??= (await listRunIds(store)).find((id) => !known.has(id));
    if (signal === 'SIGKILL') {
      kills += 1;
      continue;
    }
    if (code === 2 && /killed before it began/.test(stderr)) {
      run = undefined;
      for (const id of await listRunIds(store)) known.add(id);
      continue;
    }
    if (code !== 0 || run === undefined) throw new Error(`ended with ${code}: ${stderr}`);
    return {
      digest: JSON.parse(stdout).decisionDigest,
      seconds: (performance.now() - start) / 1000,
      kills,
      run,
    };
  }
}

/** What was finished must be finished once: retries have ids of their own. */
function repeated(entries: readonly JournalEntry[]): string[] {
  const seen = new Set<string>();
  const twice: string[] = [];
  for (const { event } of entries) {
    const id =
      event.type === 'trial.finished'
        ? `trial ${event.trial.id}`
        : event.type === 'verdict.recorded'
          ? `verdict ${event.task} ${event.candidate} ${event.verdict.scorer}`
          : event.type === 'selection.decided'
            ? `selection ${event.selection.task}`
            : event.type === 'run.finished'
              ? 'run.finished'
              : null;
    if (id === null) continue;
    if (seen.has(id)) twice.push(id);
    seen.add(id);
  }
  return twice;
}

let failed = 0;
try {
  // The first builds images; how long a run takes is to be known without that.
  await runOnce(() => undefined);
  const calm = await runOnce(() => undefined);
  console.log(`undisturbed: ${calm.digest} in ${calm.seconds.toFixed(1)} s`);
  const runs = Number(values.runs);
  let kills = 0;
  for (let index = 1; index <= runs; index += 1) {
    let first = true;
    const storm = await runOnce(() => {
      // The first process always dies; later ones do in half of the cases, so that resuming is killed too.
      const kill = first || next() < 0.5;
      first = false;
      return kill ? 50 + next() * calm.seconds * 950 : undefined;
    });
    kills += storm.kills;
    const { entries } = await readJournal(placeOf(store, storm.run).journal);
    const complaints = [
      storm.digest === calm.digest ? null : `digest ${storm.digest}`,
      ...repeated(entries).map((id) => `twice: ${id}`),
      ...(await assayContainers(storm.run)).map((name) => `container left: ${name}`),
    ].filter((complaint) => complaint !== null);
    failed += complaints.length > 0 ? 1 : 0;
    console.log(
      `${index}/${runs}: ${storm.kills} kills, ${storm.seconds.toFixed(1)} s ${complaints.length === 0 ? 'ok' : complaints.join('; ')}`,
    );
  }
  console.log(`${runs - failed} of ${runs} runs came to the same decision under ${kills} kills`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
