import { judgedArtifacts } from '../harness/domain/artifact-sources.ts';
import type { Evidence } from '../harness/domain/candidate.ts';
import type { Digest } from '../harness/domain/digest.ts';
import type { IngestLimits } from '../harness/domain/limits.ts';
import type { StoppedFiles } from '../harness/sandbox/sandbox.ts';
import { emptyTree, toDigest } from '../harness/store/object-id.ts';
import type { Store, TreePart } from '../harness/store/store.ts';
import { asFolder, rootKind, singleFile } from './single-file.ts';
import type { AttemptContext } from './source.ts';
import { tarExclude } from './tar-exclude.ts';

/** One artifact as it was taken: a folder's tree, or the tree that holds a file alone. */
interface TakenArtifact {
  kind: 'folder' | 'file';
  tree: Digest;
  bytes: number;
  files: number;
}

/** By source; what is not in it was not there. */
export type TakenArtifacts = ReadonlyMap<string, TakenArtifact>;

/** The declared artifacts as one tree, the same as evidence, and why others are not among them. */
export interface ArtifactTree {
  tree: Digest;
  evidence: Evidence[];
  lost: { source: string; reason: string }[];
}

type Context = Pick<AttemptContext, 'task' | 'image' | 'sandbox' | 'store' | 'ingest'>;

/**
 * Takes the artifacts that a separate verifier is to judge out of a stopped container, by the rules of a workspace: what
 * the image itself holds is not refused, and no link may lead out of its artifact. One that is refused is left out, as
 * in Harbor. Throws for the engine and the store: what could not be read must not look like what was not delivered.
 */
export async function takeArtifacts(context: Context, files: StoppedFiles): Promise<ArtifactTree> {
  const { store, ingest } = context;
  const pristine = await imageArtifacts(context);
  const { sources, lost } = judgedArtifacts(context.task.spec);
  const taken = new Map<string, TakenArtifact>();
  const left = { bytes: ingest.limits.maxBytes, files: ingest.limits.maxFiles };
  for (const source of sources) {
    const limits = {
      ...ingest.limits,
      maxBytes: Math.max(1, left.bytes),
      maxFiles: Math.max(1, left.files),
    };
    const before = pristine.get(source.path);
    const base = before?.tree ?? toDigest(emptyTree);
    const found = await takeOne(store, files, source, { base, limits });
    if (typeof found === 'string') {
      lost.push({ source: source.path, reason: found });
      continue;
    }
    // What the image holds counts against nothing.
    left.bytes -= Math.max(0, found.bytes - (before?.bytes ?? 0));
    left.files -= Math.max(0, found.files - (before?.files ?? 0));
    taken.set(source.path, found);
  }
  return { ...(await composeArtifacts(store, taken)), lost };
}

/** The tree of artifacts by their absolute paths, without the leading slash. */
export async function composeArtifacts(
  store: Store,
  taken: TakenArtifacts,
): Promise<Omit<ArtifactTree, 'lost'>> {
  const parts: TreePart[] = [];
  const evidence: Evidence[] = [];
  for (const [source, { kind, tree, bytes }] of taken) {
    const path = source.slice(1);
    const entry =
      kind === 'file' ? (await store.listTree(tree)).find((one) => one.path === singleFile) : null;
    if (kind === 'file' && entry) parts.push({ path, mode: entry.mode, digest: entry.digest });
    if (kind === 'folder') parts.push({ path, tree });
    const digest = entry?.digest ?? tree;
    if (digest !== toDigest(emptyTree))
      evidence.push({ name: `artifacts:${source}`, digest, bytes, truncated: false });
  }
  return { tree: await store.compose(parts), evidence };
}

const known = new WeakMap<Store, Map<string, Promise<TakenArtifacts>>>();

/** The artifacts as the task's image holds them before anybody worked; read once per image. */
export function imageArtifacts({ task, image, sandbox, store, ingest }: Context): Promise<TakenArtifacts> {
  const { sources } = judgedArtifacts(task.spec);
  const key = JSON.stringify([image.digest, task.spec.artifacts]);
  const ofStore = known.get(store) ?? new Map<string, Promise<TakenArtifacts>>();
  known.set(store, ofStore);
  const read = async () => {
    const taken = new Map<string, TakenArtifact>();
    await sandbox.openImage(image.ref, async (files) => {
      for (const source of sources) {
        const found = await takeOne(store, files, source, { base: null, limits: ingest.limits });
        if (typeof found !== 'string') taken.set(source.path, found);
      }
    });
    return taken;
  };
  const found = ofStore.get(key) ?? read();
  ofStore.set(key, found);
  found.catch(() => ofStore.delete(key));
  return found;
}

/** The artifact, or the reason why there is none. */
async function takeOne(
  store: Store,
  files: StoppedFiles,
  { path, exclude }: ReturnType<typeof judgedArtifacts>['sources'][number],
  { base, limits }: { base: Digest | null; limits: IngestLimits },
): Promise<TakenArtifact | string> {
  const kind = await rootKind(await files.read(path));
  if (kind === null) return 'does not exist';
  if (kind === 'other') return 'is neither a file nor a folder';
  const tar = await files.read(path);
  if (tar === null) return 'does not exist';
  // Excludes are of what a folder holds.
  const ignore = kind === 'folder' ? tarExclude(exclude) : () => false;
  try {
    const ingested = await store.ingest(kind === 'file' ? asFolder(tar) : tar, { base, limits, ignore });
    if (!ingested.ok) return ingested.reason;
    return { kind, tree: ingested.tree, bytes: ingested.bytes, files: ingested.files };
  } finally {
    tar.destroy();
  }
}
