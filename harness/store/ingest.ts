import type { Readable } from 'node:stream';
import type { FastImport, TreeEdit } from './fast-import.ts';
import { ignoreRules } from './ignore-rules.ts';
import type { ListedFile, Listing, Listings } from './listing.ts';
import { emptyTree, type ObjectId, toDigest, toObjectId } from './object-id.ts';
import { answerRefusal, Refusal } from './refusal.ts';
import type { Ingested, IngestOptions } from './store.ts';
import { BrokenArchive, tarEntries } from './tar-entries.ts';
import { openWorkspace } from './workspace.ts';

/** What taking in a candidate needs of the store. */
export interface IngestParts {
  importer(): Promise<FastImport>;
  listings: Listings;
  read(id: ObjectId): Promise<Buffer>;
  /** Folder for temporary files. */
  temporary(): Promise<string>;
}

const maxGitignoreBytes = 1 << 20;

export function ingest(tar: Readable, options: IngestOptions, parts: IngestParts): Promise<Ingested> {
  return answerRefusal(async () => {
    try {
      return await take(tar, options, parts);
    } catch (error) {
      if (error instanceof BrokenArchive)
        throw new Refusal(`the archive of the workspace is broken: ${error.message}`);
      throw error;
    } finally {
      // Also when nothing of it was read yet: nobody may wait for us to read it.
      tar.destroy();
    }
  });
}

async function take(tar: Readable, options: IngestOptions, parts: IngestParts): Promise<Ingested> {
  const baseTree = options.base === null ? null : toObjectId(options.base);
  const base = baseTree === null ? null : await parts.listings(baseTree);
  const importer = await parts.importer();
  const workspace = openWorkspace(options, {
    importer,
    base,
    ignores: await ignoresOf(options, base, parts),
    spoolDir: parts.temporary,
  });
  for await (const entry of tarEntries(tar)) await workspace.take(entry);
  const { files, ignored } = workspace.finish();
  const edits = editsBetween(base?.files ?? new Map(), files);
  const tree = await writeTree(importer, baseTree, edits, files.size);
  let bytes = 0;
  for (const file of files.values()) bytes += file.size;
  return { ok: true, tree: toDigest(tree), files: files.size, bytes, ignored };
}

async function ignoresOf(
  { ignore }: IngestOptions,
  base: Listing | null,
  parts: IngestParts,
): Promise<(path: string) => boolean> {
  if (typeof ignore === 'function') return ignore;
  return base === null ? () => false : ignoreRules(await rootGitignore(base, parts), ignore);
}

async function rootGitignore(base: Listing, parts: IngestParts): Promise<string | null> {
  const file = base.files.get('.gitignore');
  if (!file || file.mode === '120000' || file.size > maxGitignoreBytes) return null;
  return (await parts.read(file.id)).toString('utf8');
}

function editsBetween(
  before: ReadonlyMap<string, ListedFile>,
  after: ReadonlyMap<string, ListedFile>,
): TreeEdit[] {
  const edits: TreeEdit[] = [];
  for (const path of before.keys()) if (!after.has(path)) edits.push({ path, file: null });
  for (const [path, file] of after) {
    const old = before.get(path);
    if (old?.id !== file.id || old.mode !== file.mode) edits.push({ path, file });
  }
  return edits;
}

/** Writes the tree and makes it and all blobs before it durable. */
export async function writeTree(
  importer: FastImport,
  base: ObjectId | null,
  edits: readonly TreeEdit[],
  filesLeft: number,
): Promise<ObjectId> {
  if (filesLeft === 0) return emptyTree;
  if (base !== null && edits.length === 0) return base;
  const tree = await importer.tree(base === emptyTree ? null : base, edits);
  await importer.durable();
  return tree;
}
