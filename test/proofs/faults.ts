/**
 * The machine fails under a run: the engine's daemon restarts, the store's disk is full. Each run must end, or go on
 * when resumed, with the decision of an undisturbed one. Needs root, for a daemon and a small disk of its own.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureBaseImage } from '../../harness/sandbox/base-images.ts';
import { connectDocker } from '../../harness/sandbox/connect.ts';
import { assay, startAssay } from '../support/cli.ts';
import { copyImage, ownDaemon } from '../support/daemon.ts';
import { random } from '../support/random.ts';
import { answerPatch, answerTask, prediction, writeTree } from '../support/suite.ts';

const dir = mkdtempSync(join(tmpdir(), 'assay-faults-'));
const baseRef = 'python:3.11-slim-bookworm';
let failed = 0;

function check(name: string, holds: boolean, detail = ''): void {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}${holds ? '' : `: ${detail}`}`);
  if (!holds) failed += 1;
}

async function daemonRestart(): Promise<void> {
  const suite = join(dir, 'restart');
  writeTree(suite, {
    ...answerTask('one'),
    ...answerTask('two'),
    'agent.sh': 'sleep 2\necho 42 > answer.txt\n',
    'predictions.jsonl': ['one', 'two']
      .map((task) => prediction(task, 'right', answerPatch('42', 2)))
      .join(''),
    'suite.yaml': `name: restart
version: 1.0.0
tasks: tasks/*
agents:
  - {name: shell, adapter: command, command: [bash, /opt/agent.sh], files: [agent.sh]}
  - {name: pool, adapter: predictions, file: predictions.jsonl}
attempts: 3
`,
  });
  const daemon = ownDaemon(join(dir, 'daemon'));
  await daemon.start();
  try {
    const docker = await connectDocker();
    const base = await ensureBaseImage(docker, baseRef, {});
    await copyImage(docker, daemon.docker, base.ref);
    const env = { DOCKER_HOST: daemon.host };
    const calm = await assay(['run', suite, '--out', join(dir, 'restart-calm'), '--json'], { env });
    check('a run on a daemon of its own', calm.code === 0, calm.stderr);
    for (const [name, signal] of [
      ['restarted', 'SIGTERM'],
      ['killed and started', 'SIGKILL'],
    ] as const) {
      const running = startAssay(
        ['run', suite, '--out', join(dir, `restart-${signal}`), '--json', '--no-cache'],
        { env },
      );
      while ((await daemon.docker.listContainers({ filters: { label: ['assay=1'] } })).length === 0)
        await sleep(50);
      await sleep(500);
      await daemon.stop(signal);
      await sleep(1000);
      await daemon.start();
      const ended = await running.done;
      check(
        `dockerd ${name} under a run: it ends by itself`,
        ended.code === 0,
        `code ${ended.code}: ${ended.stderr}`,
      );
      const same =
        ended.code === 0 &&
        JSON.parse(ended.stdout).decisionDigest === JSON.parse(calm.stdout).decisionDigest;
      check(`dockerd ${name} under a run: the same decision`, same, ended.stdout);
      const left = await daemon.docker.listContainers({ all: true, filters: { label: ['assay=1'] } });
      check(
        `dockerd ${name} under a run: no container left`,
        left.length === 0,
        JSON.stringify(left.map((one) => one.Names)),
      );
    }
    const running = startAssay(['run', suite, '--out', join(dir, 'gone'), '--json', '--no-cache'], {
      env: { ...env, ASSAY_ENGINE_WAIT_MS: '3000' },
    });
    while ((await daemon.docker.listContainers({ filters: { label: ['assay=1'] } })).length === 0)
      await sleep(50);
    await daemon.stop();
    const gone = await running.done;
    check(
      'an engine that stays away ends the run with 3',
      gone.code === 3,
      `code ${gone.code}: ${gone.stderr}`,
    );
    check(
      '… and with the line that resumes it',
      /assay (-- )?run --resume \S+ --out/.test(gone.stderr),
      gone.stderr,
    );
    await daemon.start();
    const resumed = await assay(['run', '--resume', 'latest', '--out', join(dir, 'gone'), '--json'], { env });
    check(
      '… which comes to the same decision',
      resumed.code === 0 &&
        JSON.parse(resumed.stdout).decisionDigest === JSON.parse(calm.stdout).decisionDigest,
      resumed.stderr,
    );
  } finally {
    await daemon.destroy();
  }
}

async function diskFull(): Promise<void> {
  const suite = join(dir, 'full');
  const next = random(7);
  const noise = (lines: number) =>
    Array.from(
      { length: lines },
      () => `+${Array.from({ length: 20 }, () => next().toString(36)).join('')}\n`,
    ).join('');
  const big = (lines: number) =>
    `${answerPatch('42')}diff --git a/big.txt b/big.txt\nnew file mode 100644\n--- /dev/null\n+++ b/big.txt\n@@ -0,0 +1,${lines} @@\n${noise(lines)}`;
  writeTree(suite, {
    ...answerTask('one'),
    'predictions.jsonl': Array.from({ length: 12 }, (_, index) =>
      prediction('one', `m${index}`, big(6000 + index)),
    ).join(''),
    'suite.yaml':
      'name: full\nversion: 1.0.0\ntasks: tasks/*\nagents:\n  - {name: pool, adapter: predictions, file: predictions.jsonl}\n',
  });
  const calm = await assay(['run', suite, '--out', join(dir, 'full-calm'), '--json']);
  check('a run with room', calm.code === 0, calm.stderr);
  const store = join(dir, 'small-disk');
  mkdirSync(store);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', store]);
  try {
    const full = await assay(['run', suite, '--out', store, '--json']);
    check('a full disk ends the run with 3', full.code === 3, `code ${full.code}: ${full.stderr}`);
    check(
      '… and says what to do, without a stack trace',
      /space/.test(full.stderr) && !/^\s+at /m.test(full.stderr),
      full.stderr,
    );
    execFileSync('mount', ['-o', 'remount,size=512m', store]);
    const resumed = await assay(['run', '--resume', 'latest', '--out', store, '--json']);
    const same =
      resumed.code === 0 &&
      JSON.parse(resumed.stdout).decisionDigest === JSON.parse(calm.stdout).decisionDigest;
    check(
      '… and with room again the resumed run comes to the same decision',
      same,
      `code ${resumed.code}: ${resumed.stderr}`,
    );
  } finally {
    execFileSync('umount', [store]);
  }
}

try {
  await diskFull();
  await daemonRestart();
} finally {
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}
console.log(failed === 0 ? 'all faults were survived' : `${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
