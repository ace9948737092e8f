import type { Digest } from '../../../harness/domain/digest.ts';
import { compareText } from '../../../harness/domain/order.ts';
import type { TestSettings } from '../../../harness/domain/test-settings.ts';
import type { DiffEntry, TreeEntry } from '../../../harness/store/store.ts';
import type { ScoreContext } from '../../scorer.ts';
import { type BasePaths, basePaths } from './base-paths.ts';
import type { ManifestContext, Merged, MergeManifest } from './manifests/manifest.ts';
import { manifestAt, mergeLimits, mergeManifest } from './manifests.ts';
import { protectedPaths } from './protected-paths.ts';
import { noProtection, type Protection } from './protection.ts';
import { judgingModules } from './rules.ts';

export interface ProtectionInput {
  base: readonly TreeEntry[];
  changes: readonly DiffEntry[];
  settings: Pick<TestSettings, 'protect' | 'unprotect'>;
  readBlob(digest: Digest): Promise<Buffer>;
}

/** `planProtection` for what is being scored. Throws `infrastructure` where the store fails, `input` for a wrong glob. */
export async function protectionFor({
  task,
  candidate,
  store,
}: Pick<ScoreContext, 'task' | 'candidate' | 'store'>): Promise<Protection> {
  const { entries: changes } = await store.diff(candidate.base, candidate.tree);
  if (changes.length === 0) return noProtection;
  const base = await store.listTree(candidate.base);
  const readBlob = (digest: Digest) => store.readBlob(digest);
  return planProtection({ base, changes, settings: task.spec.tests, readBlob });
}

/**
 * What of a candidate's change is not laid, because it belongs to the judging (see rules.ts), and which manifests are
 * laid with the base's test sections. What the task exempts is laid as it is.
 */
export async function planProtection({
  base,
  changes,
  settings,
  readBlob,
}: ProtectionInput): Promise<Protection> {
  const paths = basePaths(base);
  const standingOf = protectedPaths(paths, settings);
  const kept = new Set<string>();
  const manifests: { change: DiffEntry; merge: MergeManifest }[] = [];
  for (const change of changes) {
    const standing = standingOf(change.path);
    const merge = standing === 'free' ? manifestAt(change.path) : null;
    if (standing === 'protected') kept.add(change.path);
    else if (merge !== null) manifests.push({ change, merge });
  }
  const rewritten = await mergeManifests(manifests, kept, paths, readBlob);
  keepWhatWouldReplace(changes, kept);
  for (const path of kept) rewritten.delete(path);
  return { kept, rewritten, touched: [...kept, ...rewritten.keys()].toSorted(compareText) };
}

/** Returns new contents; adds to `kept` what is put back as a whole. */
async function mergeManifests(
  manifests: readonly { change: DiffEntry; merge: MergeManifest }[],
  kept: Set<string>,
  paths: BasePaths,
  readBlob: ProtectionInput['readBlob'],
): Promise<Map<string, Uint8Array>> {
  const rewritten = new Map<string, Uint8Array>();
  const context = manifestContext(paths.installed);
  let bytes = 0;
  for (const [index, { change, merge }] of manifests.entries()) {
    const isWithin = index < mergeLimits.files && bytes < mergeLimits.bytes;
    const merged: Merged = isWithin ? await mergeChange(change, merge) : 'base';
    if (merged === 'base') kept.add(change.path);
    else if (merged !== 'candidate') rewritten.set(change.path, Buffer.from(merged.text));
  }
  return rewritten;

  async function mergeChange(change: DiffEntry, merge: MergeManifest): Promise<Merged> {
    const before = paths.file(change.path);
    const isLink = [before?.mode, change.kind === 'written' ? change.mode : undefined].includes('120000');
    if (isLink) return 'base';
    const old = before === undefined ? null : await readBlob(before.digest);
    const own = change.kind === 'written' ? await readBlob(change.digest) : null;
    bytes += (old?.length ?? 0) + (own?.length ?? 0);
    return mergeManifest(merge, old, own, context);
  }
}

function manifestContext(installed: ReadonlySet<string>): ManifestContext {
  const names = [...installed, ...judgingModules.javascript];
  const scopes = names.filter((name) => name.startsWith('@')).map((name) => name.split('/')[0] ?? name);
  const taken = new Set([...names, ...scopes]);
  return { isTaken: (name) => taken.has(name) };
}

/** Where a file that stays was deleted, nothing may stand in its place: neither a file for its folder nor a folder for it. */
function keepWhatWouldReplace(changes: readonly DiffEntry[], kept: Set<string>) {
  const staying = changes.filter(({ kind, path }) => kind === 'deleted' && kept.has(path));
  if (staying.length === 0) return;
  const files = new Set(staying.map(({ path }) => path));
  const folders = new Set(staying.flatMap(({ path }) => foldersAbove(path)));
  for (const { kind, path } of changes) {
    if (kind === 'deleted' || kept.has(path)) continue;
    if (folders.has(path) || foldersAbove(path).some((folder) => files.has(folder))) kept.add(path);
  }
}

/** `a/b/c` → `a/b`, `a`. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    folders.push(path.slice(0, slash));
  return folders;
}
