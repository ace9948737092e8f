import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Digest } from '../harness/domain/digest.ts';
import { defaultIngestLimits } from '../harness/domain/limits.ts';
import { openStore } from '../harness/store/git-store.ts';
import type { Store } from '../harness/store/store.ts';

const files = 20_000;
const changed = 3;

/** A workspace of 20,000 files: its base, and a candidate that changed three, next to tar and git doing the same. */
export async function ingestBench(): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const store = await openStore(join(dir, 'store'));
  try {
    const base = await workspace(0);
    const candidate = await workspace(changed);
    const floor = timed(() => gitFloor(dir, base));
    const first = await timedAsync(() => ingest(store, base, null));
    const second = await timedAsync(() => ingest(store, candidate, first.value));
    const third = await timedAsync(() => ingest(store, candidate, first.value));
    const diff = await store.diff(first.value, second.value);
    if (diff.entries.length !== changed)
      throw new Error(`expected ${changed} changed files, found ${diff.entries.length}`);
    const row = (name: string, seconds: number) =>
      `${name}: ${seconds.toFixed(2)} s, ${(seconds / floor.seconds).toFixed(2)} × the floor`;
    return [
      `${files} files, ${(base.length / 1e6).toFixed(0)} MB of tar`,
      row('floor: tar x, git add, git write-tree', floor.seconds),
      row('base', first.seconds),
      row(`candidate with ${changed} changed files, first on this base`, second.seconds),
      row('the same again', third.seconds),
    ];
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function workspace(edits: number): Promise<Buffer> {
  const tar = pack();
  const whole = buffer(tar);
  tar.entry({ name: 'app/', type: 'directory', mode: 0o755 });
  for (let index = 0; index < files; index += 1) {
    const text = `file ${index}${index < edits ? ' changed' : ''}\n${'some line of code that is about this long;\n'.repeat(index % 60)}`;
    tar.entry(
      { name: `app/src/package-${index % 200}/module-${index}.ts`, mode: 0o644, mtime: new Date(0) },
      text,
    );
  }
  tar.finalize();
  return whole;
}

async function ingest(store: Store, tar: Buffer, base: Digest | null): Promise<Digest> {
  const result = await store.ingest(Readable.from(chunks(tar)), {
    base,
    limits: defaultIngestLimits,
    ignore: [],
  });
  if (!result.ok) throw new Error(result.reason);
  return result.tree;
}

/** In pieces, as the engine's socket delivers it. */
function* chunks(tar: Buffer): Generator<Buffer> {
  for (let start = 0; start < tar.length; start += 65_536) yield tar.subarray(start, start + 65_536);
}

function gitFloor(dir: string, tar: Buffer): void {
  const work = join(dir, 'floor');
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', work, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('mkdir', ['-p', work]);
  execFileSync('tar', ['x', '-C', work], { input: tar });
  git('init', '-q', '--object-format=sha256');
  git('add', '-A');
  git('write-tree');
}

function timed(work: () => void): { seconds: number } {
  const start = performance.now();
  work();
  return { seconds: (performance.now() - start) / 1000 };
}

async function timedAsync<T>(work: () => Promise<T>): Promise<{ seconds: number; value: T }> {
  const start = performance.now();
  const value = await work();
  return { seconds: (performance.now() - start) / 1000, value };
}
