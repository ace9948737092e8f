import type { FastImport } from './fast-import.ts';
import { emptyTree, type ObjectId, toDigest, toObjectId } from './object-id.ts';
import { checkNoClash } from './path-rules.ts';
import type { TreePart } from './store.ts';

/** See `Store.compose`. */
export async function compose(
  parts: readonly TreePart[],
  importer: () => Promise<FastImport>,
): Promise<string> {
  const edits = parts
    .map((part) => ({ path: part.path, file: { ...contentOf(part) } }))
    .filter(({ file }) => file.id !== emptyTree);
  const paths = new Set(edits.map(({ path }) => path));
  for (const path of paths) {
    if (path.startsWith('/') || path.split('/').some((name) => ['', '.', '..', '.git'].includes(name)))
      throw new TypeError(`no part of a tree can stand at ${JSON.stringify(path)}`);
  }
  if (paths.size < edits.length) throw new TypeError('two parts of a tree have one place');
  checkNoClash(paths);
  if (edits.length === 0) return toDigest(emptyTree);
  const current = await importer();
  const tree = await current.tree(null, edits);
  await current.durable();
  return toDigest(tree);
}

function contentOf(part: TreePart): { mode: '040000' | '100644' | '100755' | '120000'; id: ObjectId } {
  return 'tree' in part
    ? { mode: '040000', id: toObjectId(part.tree) }
    : { mode: part.mode, id: toObjectId(part.digest) };
}
