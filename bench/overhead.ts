import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import PQueue from 'p-queue';
import { loadTask } from '../harness/plan/load-task.ts';
import { connectDocker } from '../harness/sandbox/connect.ts';
import { openDockerSandbox } from '../harness/sandbox/docker-sandbox.ts';
import { type LayerEntry, packLayer } from '../harness/sandbox/layer.ts';
import type { PreparedImage } from '../harness/sandbox/sandbox.ts';
import { assay } from '../test/support/cli.ts';
import { answerPatch, answerTask, prediction, writeTree } from '../test/support/suite.ts';

const candidates = 200;
const concurrency = 4;
const rounds = 3;

/**
 * A run of 200 candidates with the test scorer (load, plan, apply, journal, containers, verdicts, decision, reports)
 * against the same containers driven by bare Docker API calls at the same concurrency, in turns.
 */
export async function overheadBench(): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const files = answerTask('one');
  writeTree(dir, {
    ...files,
    'predictions.jsonl': Array.from({ length: candidates }, (_, index) =>
      prediction('one', `m${index}`, answerPatch('42', index + 1)),
    ).join(''),
    'suite.yaml':
      'name: overhead\nversion: 1.0.0\ntasks: tasks/*\nagents:\n  - {name: pool, adapter: predictions, file: predictions.jsonl}\n',
  });
  const docker = await connectDocker();
  const sandbox = await openDockerSandbox({ docker, runtime: null, session: 'bench' });
  try {
    const image = await sandbox.prepare(await loadTask(join(dir, 'tasks/one')), { user: null });
    const times = { assay: [] as number[], bare: [] as number[], again: [] as number[] };
    let created = 0;
    for (let round = 0; round < rounds; round += 1) {
      const run = async () => {
        const store = join(dir, `store-${round}`);
        const ran = await assay(['run', dir, '--out', store, '--concurrency', String(concurrency), '--json']);
        if (ran.code !== 0) throw new Error(ran.stderr);
      };
      times.bare.push(await timed(() => bareRound(docker, image, files)));
      times.assay.push(await timed(run));
      // The engine tells its events by whole seconds.
      await sleep(1100);
      const since = Date.now();
      times.again.push(await timed(run));
      created += await containersCreated(docker, since);
    }
    const perMinute = (seconds: readonly number[]) => Math.round((candidates * 60) / median(seconds));
    const ratios = times.assay.map((seconds, index) => seconds / (times.bare[index] ?? Number.NaN));
    return [
      `${candidates} candidates, ${concurrency} at a time, ${rounds} rounds in turns`,
      `bare Docker API: ${times.bare.map((seconds) => seconds.toFixed(1)).join(', ')} s`,
      `assay run:       ${times.assay.map((seconds) => seconds.toFixed(1)).join(', ')} s (with both controls)`,
      `candidates per minute: bare ${perMinute(times.bare)}, assay ${perMinute(times.assay)}`,
      `again, all from the cache: ${times.again.map((seconds) => seconds.toFixed(1)).join(', ')} s, ${perMinute(times.again)} per minute, ${created} containers created`,
      `ratio:           ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}; median ${median(ratios).toFixed(2)} (aim: at most 1.25)`,
    ];
  } finally {
    await sandbox.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** How many containers of ours the engine has created since then (milliseconds since 1970). */
async function containersCreated(docker: Dockerode, since: number): Promise<number> {
  const events = await docker.getEvents({
    since: Math.floor(since / 1000),
    until: Math.ceil(Date.now() / 1000),
    filters: { type: ['container'], event: ['create'], label: ['assay'] },
  });
  let text = '';
  for await (const chunk of Readable.from(events)) text += String(chunk);
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

async function bareRound(
  docker: Dockerode,
  image: PreparedImage,
  files: Record<string, string>,
): Promise<void> {
  const queue = new PQueue({ concurrency });
  await Promise.all(
    Array.from({ length: candidates }, (_, index) =>
      queue.add(() => bareContainer(docker, image, files, index)),
    ),
  );
}

/** Create, copy in, start, wait, copy out, remove: the calls that a scoring cannot do without. */
async function bareContainer(
  docker: Dockerode,
  image: PreparedImage,
  files: Record<string, string>,
  index: number,
): Promise<void> {
  const { uid, gid } = image.user;
  const container = await docker.createContainer({
    Image: image.ref,
    Cmd: ['/tests/test.sh'],
    WorkingDir: image.workdir,
    User: `${uid}:${gid}`,
    Labels: { assay: '1' },
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 512,
      Memory: 2048 * 1024 * 1024,
      NanoCpus: 1e9,
      Init: true,
      Tmpfs: { '/tmp': 'size=512m,mode=1777' },
      LogConfig: { Type: 'none', Config: {} },
    },
  });
  try {
    const entries: LayerEntry[] = [
      { path: `${image.workdir}/answer.txt`, type: 'file', mode: 0o644, uid, gid, content: '42\n' },
      {
        path: `${image.workdir}/notes.txt`,
        type: 'file',
        mode: 0o644,
        uid,
        gid,
        content: 'note\n'.repeat(index + 1),
      },
      { path: '/tests', type: 'dir', mode: 0o755, uid: 0, gid: 0 },
      {
        path: '/tests/test.sh',
        type: 'file',
        mode: 0o755,
        uid: 0,
        gid: 0,
        content: files['tasks/one/tests/test.sh'] ?? '',
      },
      {
        path: '/tests/run.py',
        type: 'file',
        mode: 0o644,
        uid: 0,
        gid: 0,
        content: files['tasks/one/tests/run.py'] ?? '',
      },
    ];
    await container.putArchive(packLayer(entries), { path: '/' });
    const output = await container.attach({ stream: true, stdout: true, stderr: true });
    output.resume();
    await container.start();
    const { StatusCode } = await container.wait();
    if (StatusCode !== 0) throw new Error(`bare container ended with ${StatusCode}`);
    const archive = (await container.getArchive({ path: '/logs/verifier' })) as Readable;
    for await (const _ of archive);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
