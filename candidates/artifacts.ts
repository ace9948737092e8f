import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { isWithin, judgedArtifacts } from '../harness/domain/artifact-sources.ts';
import type { Evidence } from '../harness/domain/candidate.ts';
import type { Digest } from '../harness/domain/digest.ts';
import { AssayError, messageOf } from '../harness/domain/errors.ts';
import type { IngestLimits } from '../harness/domain/limits.ts';
import type { StoppedFiles } from '../harness/sandbox/sandbox.ts';
import { keepContent, keepWhole } from '../harness/store/evidence.ts';
import { takeArtifacts } from './artifact-tree.ts';
import type { AttemptContext } from './source.ts';
import { tarExclude } from './tar-exclude.ts';

/** Where agents may leave what is not part of their candidate; Harbor's own folders. */
export const logFolders = ['/logs/agent', '/logs/artifacts'] as const;

const limits: IngestLimits = {
  maxFiles: 10_000,
  maxBytes: 256 * 1024 ** 2,
  maxFileBytes: 64 * 1024 ** 2,
  maxPathBytes: 1024,
};
const maxSingleFileBytes = 16 * 1024 ** 2;

/** What is kept beside the workspace; `tree` is null where no verifier of its own is to judge artifacts. */
export interface CollectedArtifacts {
  tree: Digest | null;
  evidence: Evidence[];
}

/**
 * Keeps an attempt's logs and the task's declared artifacts as evidence named `artifacts:<source>`: a tree for a folder,
 * a blob for a file. What could not be kept is listed in `artifacts.json` and stops nothing. Where the verifier has an
 * environment of its own, the artifacts are what is judged, and the engine must have given all of them.
 */
export async function collectArtifacts(
  context: Pick<AttemptContext, 'task' | 'image' | 'sandbox' | 'store' | 'ingest'>,
  files: StoppedFiles,
): Promise<CollectedArtifacts> {
  const isSeparate = context.task.spec.verifier.separate !== null;
  const taken = isSeparate ? await takeArtifacts(context, files) : null;
  const evidence = taken?.evidence ?? [];
  const lost = taken?.lost ?? [];
  for (const { source, exclude } of looseSources(context, isSeparate)) {
    const kept = await collectOne(context.store, files, source, exclude);
    if (typeof kept === 'string') lost.push({ source, reason: kept });
    else evidence.push(...kept);
  }
  if (lost.length > 0) {
    const list = Buffer.from(`${JSON.stringify(lost, null, 2)}\n`);
    evidence.push(await keepContent(context.store, 'artifacts.json', list));
  }
  return { tree: taken?.tree ?? null, evidence };
}

/** What is evidence and no more. */
function looseSources(
  { task, image }: Pick<AttemptContext, 'task' | 'image'>,
  isSeparate: boolean,
): { source: string; exclude: readonly string[] }[] {
  const declared = task.spec.artifacts.map(({ source, exclude }) => ({
    source: posix.resolve(image.workdir, source),
    exclude,
  }));
  const implied = logFolders.map((source) => ({ source: String(source), exclude: [] as string[] }));
  if (isSeparate) {
    const { sources } = judgedArtifacts(task.spec);
    return implied.filter(({ source }) => !sources.some(({ path }) => isWithin(source, path)));
  }
  // A task may declare a folder that is kept anyway, with excludes of its own: its words count.
  return [...new Map([...implied, ...declared].map((wanted) => [wanted.source, wanted])).values()];
}

/** The evidence, or the reason why there is none. */
async function collectOne(
  store: AttemptContext['store'],
  files: StoppedFiles,
  source: string,
  exclude: readonly string[],
): Promise<Evidence[] | string> {
  const name = `artifacts:${source}`;
  try {
    const first = await readRoot(await files.read(source));
    if (first === null) return 'does not exist';
    if (first.kind === 'other') return 'is neither a file nor a folder';
    if (first.kind === 'file') return [await keepWhole(store, name, first.content, first.truncated)];
  } catch (error) {
    return unreadable(error);
  }
  const tar = await files.read(source).catch(unreadable);
  if (tar === null || typeof tar === 'string') return tar ?? 'does not exist';
  try {
    const ingested = await store.ingest(tar, { base: null, limits, ignore: tarExclude(exclude) });
    if (!ingested.ok) return ingested.reason;
    const { tree, bytes, files: count, ignored } = ingested;
    return count === 0 ? [] : [{ name, digest: tree, bytes, truncated: ignored > 0 }];
  } finally {
    tar.destroy();
  }
}

function unreadable(error: unknown): string {
  if (error instanceof AssayError || error instanceof Error) return `could not be read: ${messageOf(error)}`;
  throw error;
}

type Root = { kind: 'folder' | 'other' } | { kind: 'file'; content: Buffer; truncated: boolean };

/** What stands at the root of a Docker archive; a file with its content, up to a bound. */
async function readRoot(tar: Readable | null): Promise<Root | null> {
  if (tar === null) return null;
  const entries = extract();
  tar.on('error', (error) => entries.destroy(error));
  try {
    for await (const entry of tar.pipe(entries)) {
      if (entry.header.type === 'directory') return { kind: 'folder' };
      if (entry.header.type !== 'file' && entry.header.type !== 'contiguous-file') return { kind: 'other' };
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > maxSingleFileBytes) break;
      }
      const content = Buffer.concat(chunks).subarray(0, maxSingleFileBytes);
      return { kind: 'file', content, truncated: bytes > maxSingleFileBytes };
    }
    return null;
  } finally {
    tar.destroy();
    entries.destroy();
  }
}
