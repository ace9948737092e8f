import { defaultIngestLimits } from '../domain/limits.ts';
import type { TreeEdit } from './fast-import.ts';
import { type IngestParts, writeTree } from './ingest.ts';
import { blobId, type ObjectId } from './object-id.ts';
import { checkNoClash, gitNameProblem, pathProblem } from './path-rules.ts';
import { Refusal, refusePath } from './refusal.ts';
import type { FileContent } from './store.ts';

/** What `Store.edit` promises. */
export async function editTree(
  tree: ObjectId,
  changes: ReadonlyMap<string, FileContent | null>,
  parts: IngestParts,
): Promise<ObjectId> {
  const { files } = await parts.listings(tree);
  const importer = await parts.importer();
  const edits: TreeEdit[] = [];
  const after = new Set(files.keys());
  try {
    for (const [path, file] of changes) {
      // Git would take a folder of that name away with all that is in it, and say nothing of a name that is not there.
      if (file === null && !after.delete(path)) throw refusePath(path, 'there is no such file');
      if (file === null) continue;
      const problem = pathProblem(path, defaultIngestLimits) ?? gitNameProblem(path, file.mode === '120000');
      if (problem) throw refusePath(path, problem);
      after.add(path);
    }
    checkNoClash(after);
  } catch (error) {
    if (error instanceof Refusal) throw new TypeError(error.message);
    throw error;
  }
  for (const [path, file] of changes) {
    const before = files.get(path);
    const id = file === null ? null : blobId(file.content);
    if (file === null || id === null) edits.push({ path, file: null });
    else if (before?.id !== id || before.mode !== file.mode) {
      if (before?.id !== id) await importer.blob(file.content);
      edits.push({ path, file: { mode: file.mode, id } });
    }
  }
  return writeTree(importer, tree, edits, after.size);
}
