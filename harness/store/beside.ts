import { isWithin, judgedArtifacts } from '../domain/artifact-sources.ts';
import type { Candidate } from '../domain/candidate.ts';
import { ContainerStateManifest, type StateEntry } from '../domain/container-state.ts';
import { canonicalJson, type Digest } from '../domain/digest.ts';
import { compareText } from '../domain/order.ts';
import type { TaskSpec } from '../domain/task.ts';
import type { FileContent, Store } from './store.ts';

/** Changed files by their paths in the workspace; null for a deleted one. */
type Changes = ReadonlyMap<string, FileContent | null>;

/**
 * What a candidate delivers beside its workspace, once files of the workspace were changed: the same changes, made in
 * its artifacts and in its state. For candidates that are derived from others without running anything.
 */
export async function besideWith(
  store: Store,
  candidate: Candidate,
  { spec, workdir }: { spec: Pick<TaskSpec, 'artifacts'>; workdir: string },
  changes: Changes,
): Promise<Pick<Candidate, 'artifacts' | 'state'>> {
  const { artifacts, state } = candidate;
  const absolute = new Map([...changes].map(([path, file]) => [`${workdir}/${path}`, file]));
  return {
    artifacts: artifacts === null ? null : await changeArtifacts(store, artifacts, spec, absolute),
    state: state === null ? null : await changeState(store, state, candidate, { workdir, absolute }),
  };
}

async function changeArtifacts(
  store: Store,
  tree: Digest,
  spec: Pick<TaskSpec, 'artifacts'>,
  absolute: Changes,
): Promise<Digest> {
  const { sources } = judgedArtifacts(spec);
  const present = new Set((await store.listTree(tree)).map(({ path }) => path));
  const changes = new Map<string, FileContent | null>();
  for (const [path, file] of absolute) {
    const inTree = path.slice(1);
    const isJudged = sources.some((source) => isWithin(path, source.path));
    if (isJudged && (file !== null || present.has(inTree))) changes.set(inTree, file);
  }
  return changes.size === 0 ? tree : store.edit(tree, changes);
}

async function changeState(
  store: Store,
  digest: Digest,
  { base }: Candidate,
  { workdir, absolute }: { workdir: string; absolute: Changes },
): Promise<Digest> {
  const manifest = ContainerStateManifest.parse(JSON.parse(String(await store.readBlob(digest))));
  const original = new Set((await store.listTree(base)).map(({ path }) => `${workdir}/${path}`));
  const entries = new Map<string, StateEntry>(manifest.entries.map((entry) => [entry.path, entry]));
  const deletions = new Set(manifest.deletions);
  const root = { uid: 0, gid: 0 };
  for (const [path, file] of absolute) {
    const { uid, gid } = entries.get(path) ?? entries.get(workdir) ?? root;
    entries.delete(path);
    deletions.delete(path);
    if (file === null) {
      if (original.has(path)) deletions.add(path);
    } else if (file.mode === '120000') {
      entries.set(path, { type: 'link', path, uid, gid, target: Buffer.from(file.content).toString('utf8') });
    } else {
      const mode = file.mode === '100755' ? 0o755 : 0o644;
      const bytes = file.content.length;
      entries.set(path, {
        type: 'file',
        path,
        uid,
        gid,
        mode,
        digest: await store.putBlob(file.content),
        bytes,
      });
    }
  }
  const changed: ContainerStateManifest = {
    version: 1,
    deletions: [...deletions].sort(compareText),
    entries: [...entries.values()].sort((a, b) => compareText(a.path, b.path)),
  };
  return store.putBlob(canonicalJson(changed));
}
