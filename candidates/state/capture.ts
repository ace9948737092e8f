import type { ContainerStateManifest, StateEntry } from '../../harness/domain/container-state.ts';
import { canonicalJson, type Digest } from '../../harness/domain/digest.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import type { FileChange, StoppedFiles } from '../../harness/sandbox/sandbox.ts';
import { blobHash, toDigest } from '../../harness/store/object-id.ts';
import type { PutBlob, Refused } from '../../harness/store/store.ts';
import { BrokenArchive, type TarEntry } from '../../harness/store/tar-entries.ts';
import type { AttemptContext } from '../source.ts';
import { type Facts, readFacts, refusal, StateRefused } from './facts.ts';
import { leftOut, ownFolders } from './left-out.ts';
import type { Wanted } from './readings.ts';

/** A larger state is no answer to any task. */
const maxBytes = 1024 ** 3;

/** `state` is null where nothing changed; `dropped` names what no state can hold. */
export type Captured = { ok: true; state: Digest | null; dropped: string[] } | Refused;

type Context = Pick<AttemptContext, 'image' | 'sandbox' | 'store' | 'limits' | 'ingest'>;

/**
 * Keeps what differs in a stopped container from its image, and is not the harness's own doing (`laid`: what was put
 * into it before it started). Times do not count: what is as in the image, however it came to be so, is no change.
 */
export async function captureState(
  context: Context,
  files: StoppedFiles,
  laid: readonly LayerEntry[],
): Promise<Captured> {
  try {
    const isLeftOut = leftOut(laid);
    const most = context.ingest.limits.maxFiles;
    const changes = await files.changes(most);
    if (changes === null) throw new StateRefused(`more than ${most} files and folders were changed`);
    const { before, now, deletions } = await compare(context, files, {
      changes: changes.filter(({ path }) => path !== '/' && !isLeftOut(path)),
      isLeftOut,
    });
    const isOurs = ownFolders(laid);
    const changed = [...now].filter(
      ([path, facts]) =>
        !isSame(facts, before.get(path)) && !(before.get(path) === undefined && isOurs(path, facts)),
    );
    const dropped = changed.filter(([, { type }]) => type === 'other').map(([path]) => path);
    const manifest: ContainerStateManifest = {
      version: 1,
      deletions,
      entries: changed.flatMap(([path, facts]) => entryOf(path, facts)).sort(byPath),
    };
    const isEmpty = manifest.deletions.length + manifest.entries.length === 0;
    const state = isEmpty ? null : await context.store.putBlob(canonicalJson(manifest));
    return { ok: true, state, dropped: dropped.sort(compareText) };
  } catch (error) {
    if (error instanceof StateRefused || error instanceof BrokenArchive)
      return { ok: false, reason: `the state of the container: ${error.message}` };
    throw error;
  }
}

interface Compared {
  /** In the image, where a path may have been there. */
  before: Map<string, Facts>;
  now: Map<string, Facts>;
  deletions: string[];
}

async function compare(
  { image, sandbox, store, limits, ingest }: Context,
  files: StoppedFiles,
  { changes, isLeftOut }: { changes: readonly FileChange[]; isLeftOut: (path: string) => boolean },
): Promise<Compared> {
  const broken = changes.find(({ path }) => path.includes('\ufffd'));
  if (broken) throw refusal(broken.path, 'the name is not valid UTF-8');
  const modified = changes.filter(({ kind }) => kind === 'modified');
  const wanted = wantedOf(changes);
  const most = ingest.limits.maxFiles;
  const selves = new Map<string, Wanted>(modified.map(({ path }) => [path, 'self']));
  const before =
    selves.size === 0
      ? new Map<string, Facts>()
      : await sandbox.openImage(image.ref, (pristine) =>
          readFacts(pristine, selves, { content: hashOf, isLeftOut, most }),
        );
  const bound = { bytes: Math.min(maxBytes, limits.storageMb * 1024 ** 2), file: ingest.limits.maxFileBytes };
  const now = await store.putBlobs((put) =>
    readFacts(files, wanted, { content: keeper(put, before, bound), isLeftOut, most }),
  );
  return { before, now, deletions: topmost(changes.filter(({ kind }) => kind === 'deleted')) };
}

/** What was modified by itself; of what was added, the topmost, with all that it holds. */
function wantedOf(changes: readonly FileChange[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { path, kind } of changes) if (kind === 'modified') wanted.set(path, 'self');
  const deleted = new Set(changes.filter(({ kind }) => kind === 'deleted').map(({ path }) => path));
  for (const added of topmost(changes.filter(({ kind }) => kind === 'added'))) {
    // Some engines tell of a folder that was made anew as deleted, with things added in it.
    const anew = parentsOf(added).find((path) => deleted.has(path));
    wanted.set(anew ?? added, 'deep');
  }
  return wanted;
}

/** Those that lie in none of the others, sorted. */
function topmost(changes: readonly FileChange[]): string[] {
  const all = new Set(changes.map(({ path }) => path));
  return [...all].filter((path) => !parentsOf(path).some((parent) => all.has(parent))).sort(compareText);
}

/** `/a/b/c` → `/a`, `/a/b`. */
function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(2).map((_, index) => parts.slice(0, index + 2).join('/'));
}

async function hashOf(_path: string, { content, size }: TarEntry): Promise<Digest> {
  const hash = blobHash(size);
  for await (const chunk of content) hash.update(chunk);
  return toDigest(hash.digest('hex'));
}

/** Keeps contents that the image does not have at the same place, within the bounds. */
function keeper(
  put: PutBlob,
  before: ReadonlyMap<string, Facts>,
  bound: { bytes: number; file: number },
): (path: string, entry: TarEntry) => Promise<Digest> {
  let bytes = 0;
  return async (path, { content, size }) => {
    const was = before.get(path);
    const known = was?.type === 'file' ? was : null;
    const mayBeOld = known?.bytes === size;
    if (!mayBeOld && size > bound.file)
      throw refusal(path, `${size} bytes are more than ${bound.file} for one file`);
    if (!mayBeOld && bytes + size > bound.bytes)
      throw refusal(path, `with it the changed files hold more than ${bound.bytes} bytes`);
    const digest = await put(content, size, known?.digest ?? null);
    if (digest !== known?.digest) bytes += size;
    if (bytes > bound.bytes)
      throw refusal(path, `with it the changed files hold more than ${bound.bytes} bytes`);
    return digest;
  };
}

function isSame(a: Facts, b: Facts | undefined): boolean {
  return b !== undefined && canonicalJson(a) === canonicalJson(b);
}

function entryOf(path: string, facts: Facts): StateEntry[] {
  return facts.type === 'other' ? [] : [{ path, ...facts }];
}

function byPath(a: { path: string }, b: { path: string }): number {
  return compareText(a.path, b.path);
}
