import { posix } from 'node:path';
import type { Candidate } from '../../harness/domain/candidate.ts';
import type { Digest } from '../../harness/domain/digest.ts';
import { compareText } from '../../harness/domain/order.ts';
import type { Diff, Store } from '../../harness/store/store.ts';
import { foldersAbove, pathFilter } from '../path-filter.ts';
import type { Protection } from '../tests/protect/protection.ts';
import { alwaysExcluded } from './choose.ts';
import type { FilePair } from './delta/delta.ts';

/** A file's text, or why it is not analysed. */
export type SourceText = { text: string } | { problem: string; kind: 'large' | 'binary' };

/** What a tree holds that can be analysed: regular files by path. Links are never followed. */
export async function regularFiles(
  store: Pick<Store, 'listTree'>,
  tree: Digest,
): Promise<Map<string, Digest>> {
  const entries = await store.listTree(tree);
  return new Map(entries.filter(({ mode }) => mode !== '120000').map(({ path, digest }) => [path, digest]));
}

/** Bounds of links that are followed: more are taken to lead nowhere. */
const linkLimits = { links: 1000, hops: 8 };

/** The links that a candidate wrote, and the regular file of its tree that each leads to; null where that is none. */
export async function changedLinks(
  store: Pick<Store, 'listTree' | 'readBlob'>,
  { entries }: Diff,
  tree: Digest,
): Promise<Map<string, string | null>> {
  const written = entries.flatMap((each) =>
    each.kind === 'written' && each.mode === '120000' ? [each.path] : [],
  );
  if (written.length === 0) return new Map();
  const files = new Map((await store.listTree(tree)).map((entry) => [entry.path, entry]));
  const links = new Map<string, string | null>();
  for (const path of written) {
    let at: string | null = links.size < linkLimits.links ? path : null;
    for (let hops = 0; at !== null && hops <= linkLimits.hops; hops += 1) {
      const entry = files.get(at);
      if (entry?.mode !== '120000') break;
      const target: string = (await store.readBlob(entry.digest)).toString();
      at = target.startsWith('/') ? null : posix.join(posix.dirname(at), target);
    }
    const end = at === null ? undefined : files.get(at);
    links.set(path, end === undefined || end.mode === '120000' ? null : end.path);
  }
  return links;
}

/** Reads a blob as source text: UTF-8, no NUL, at most so many bytes. */
export async function sourceText(
  store: Pick<Store, 'readBlob'>,
  digest: Digest,
  maxBytes: number,
): Promise<SourceText> {
  const content = await store.readBlob(digest);
  if (content.length > maxBytes)
    return {
      kind: 'large',
      problem: `it is too large to analyse: ${Math.ceil(content.length / 1024)} KiB of at most ${maxBytes / 1024}`,
    };
  if (content.includes(0)) return { kind: 'binary', problem: 'it is binary' };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch {
    return { kind: 'binary', problem: 'it is not UTF-8 text' };
  }
}

/**
 * What of a candidate's change is not laid because it steers a tool: the base's stands there. A file that the candidate
 * adds is not laid either, nor what would take the place of a folder on the way.
 */
export function configurationOf(diff: Diff, base: Iterable<string>, globs: readonly string[]): Protection {
  const steers = pathFilter([...globs, ...alwaysExcluded]);
  const held = new Set([...base].filter(steers).flatMap((path) => [path, ...foldersAbove(path)]));
  const kept = new Set(
    diff.entries
      .map(({ path }) => path)
      .filter((path) => steers(path) || held.has(path) || foldersAbove(path).some(steers)),
  );
  return { kept, rewritten: new Map(), touched: [...kept].sort(compareText) };
}

/** Changed files before and after, renames as one, for matching findings. */
export async function filePairs(
  { base }: Pick<Candidate, 'base'>,
  { entries }: Diff,
  baseFiles: ReadonlyMap<string, Digest>,
  read: (digest: Digest) => Promise<SourceText>,
  store: Pick<Store, 'listTree'>,
): Promise<FilePair[]> {
  const before = baseFiles.size > 0 ? baseFiles : await regularFiles(store, base);
  const textOf = async (digest: Digest) => {
    const source = await read(digest);
    return 'text' in source ? source.text : null;
  };
  const renamed = new Set(entries.flatMap((entry) => ('from' in entry ? (entry.from ?? []) : [])));
  const pairs: FilePair[] = [];
  for (const entry of entries) {
    if (entry.kind === 'deleted') {
      const digest = before.get(entry.path);
      if (digest !== undefined && !renamed.has(entry.path))
        pairs.push({ before: { path: entry.path, text: await textOf(digest) }, after: null });
      continue;
    }
    const from = entry.from ?? entry.path;
    const old = before.get(from);
    const after = entry.mode === '120000' ? null : { path: entry.path, text: await textOf(entry.digest) };
    if (old === undefined && after === null) continue;
    pairs.push({
      before: old === undefined ? null : { path: from, text: await textOf(old) },
      after,
    });
  }
  return pairs;
}
