import { judgedArtifacts } from '../../harness/domain/artifact-sources.ts';
import type { Candidate } from '../../harness/domain/candidate.ts';
import { ContainerStateManifest, type StateEntry } from '../../harness/domain/container-state.ts';
import type { Digest } from '../../harness/domain/digest.ts';
import { infrastructureError } from '../../harness/domain/errors.ts';
import { type LayerEntry, packLayer } from '../../harness/sandbox/layer.ts';
import type { ContainerState, PreparedImage } from '../../harness/sandbox/sandbox.ts';
import type { FileContent, Store, TreeEntry } from '../../harness/store/store.ts';
import type { ScoreContext } from '../scorer.ts';
import { type CandidateLayer, candidateLayer } from '../workspace.ts';
import type { Protection } from './protect/protection.ts';

/**
 * Does `work` with the image that the candidate is to be judged in: the one with its state, where it delivered the whole
 * container, else the context's own. Throws `infrastructure`, and `input` where the state cannot be laid.
 */
export async function withCandidateImage<T>(
  context: Pick<ScoreContext, 'image' | 'candidate' | 'sandbox' | 'store' | 'signal'>,
  work: (image: PreparedImage) => Promise<T>,
): Promise<T> {
  const { image, candidate, sandbox, store, signal } = context;
  if (candidate.state === null) return work(image);
  return sandbox.withState(image, await readState(store, candidate.state), work, signal);
}

async function readState(store: Pick<Store, 'readBlob'>, digest: Digest): Promise<ContainerState> {
  const manifest = ContainerStateManifest.safeParse(parseJson(await store.readBlob(digest)));
  if (!manifest.success)
    throw infrastructureError(`the store's object ${digest} is no state of a container`, {
      fix: 'start the run again with a new --out',
    });
  const { deletions, entries } = manifest.data;
  return { key: digest, deletions, files: () => packLayer(stateEntries(store, entries)) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

async function* stateEntries(
  store: Pick<Store, 'readBlob'>,
  entries: readonly StateEntry[],
): AsyncGenerator<LayerEntry> {
  for (const entry of entries) {
    const { path, uid, gid } = entry;
    if (entry.type === 'link') yield { path, type: 'link', uid, gid, linkTarget: entry.target };
    else if (entry.type === 'dir') yield { path, type: 'dir', uid, gid, mode: entry.mode };
    else {
      const content = await store.readBlob(entry.digest);
      yield { path, type: 'file', uid, gid, mode: entry.mode, content };
    }
  }
}

/**
 * What of a candidate's workspace is put back before its state is judged: a layer over the image with the state, in
 * which the workspace stands as the candidate left it.
 */
export async function putBackLayer(
  store: Store,
  { base, tree }: Pick<Candidate, 'base' | 'tree'>,
  image: Pick<PreparedImage, 'workdir' | 'user'>,
  protection: Protection,
): Promise<CandidateLayer> {
  const [before, now] = await Promise.all([store.listTree(base), store.listTree(tree)]);
  const original = new Map(before.map((entry) => [entry.path, entry]));
  const delivered = new Set(now.map(({ path }) => path));
  const changes = new Map<string, FileContent | null>();
  for (const path of protection.kept) {
    const entry = original.get(path);
    if (entry) changes.set(path, { mode: entry.mode, content: await store.readBlob(entry.digest) });
    else if (delivered.has(path)) changes.set(path, null);
  }
  const modes = new Map(now.map(({ path, mode }) => [path, mode]));
  for (const [path, content] of protection.rewritten)
    changes.set(path, { mode: modes.get(path) ?? '100644', content });
  const restored = changes.size === 0 ? tree : await store.edit(tree, changes);
  return candidateLayer(store, { base: tree, tree: restored }, image);
}

/**
 * The candidate's artifacts at their places in a separate verifier's container, its user's; a folder takes the place of
 * what the image has there, a missing artifact leaves that alone.
 */
export async function artifactLayer({
  task,
  image,
  candidate,
  store,
}: Pick<ScoreContext, 'task' | 'image' | 'candidate' | 'store'>): Promise<{
  entries: AsyncIterable<LayerEntry>;
}> {
  if (candidate.artifacts === null)
    throw infrastructureError(`the candidate of task ${task.spec.id} was made without artifacts`, {
      fix: 'start a new run: this one was begun by another version',
    });
  const files = await store.listTree(candidate.artifacts);
  const { sources } = judgedArtifacts(task.spec);
  return { entries: artifactEntries(store, files, sources, image) };
}

async function* artifactEntries(
  store: Pick<Store, 'readBlob'>,
  files: readonly TreeEntry[],
  sources: readonly { path: string }[],
  { user }: Pick<PreparedImage, 'user'>,
): AsyncGenerator<LayerEntry> {
  for (const { path: source } of sources) {
    const inside = files.filter(({ path }) => `/${path}`.startsWith(`${source}/`));
    const itself = files.find(({ path }) => `/${path}` === source);
    if (inside.length > 0) {
      // The engine replaces a folder by a file and that by a folder again: nothing that was there is left.
      yield { path: source, type: 'file' };
      yield { path: source, type: 'dir', mode: 0o755, ...user };
    }
    const sent = new Set<string>([source]);
    for (const file of itself ? [itself] : inside) {
      const path = `/${file.path}`;
      for (const folder of foldersTo(path, source)) {
        if (sent.has(folder)) continue;
        sent.add(folder);
        yield { path: folder, type: 'dir', mode: 0o755, ...user };
      }
      const content = await store.readBlob(file.digest);
      if (file.mode === '120000') yield { path, type: 'link', linkTarget: content.toString(), ...user };
      else yield { path, type: 'file', mode: file.mode === '100755' ? 0o755 : 0o644, content, ...user };
    }
  }
}

/** The folders between a source and a file in it, from the outside in. */
function foldersTo(path: string, source: string): string[] {
  const parts = path.slice(source.length + 1).split('/');
  return parts.slice(0, -1).map((_, index) => `${source}/${parts.slice(0, index + 1).join('/')}`);
}
