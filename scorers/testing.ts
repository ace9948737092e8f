import type { Digest } from '../harness/domain/digest.ts';
import { defaultIngestLimits } from '../harness/domain/limits.ts';
import { type LayerEntry, packLayer } from '../harness/sandbox/layer.ts';
import type { Store } from '../harness/store/store.ts';
import type { Toolbox } from '../harness/tools/toolbox.ts';

/** A tree for tests, by path: a file's text, a program's, or where a symbolic link points. */
export type Files = Record<string, string | { program: string } | { link: string }>;

/** Writes a tree the way a workspace gets into the store; what the base holds is not refused. */
export async function treeOf(store: Store, files: Files, base: Digest | null = null): Promise<Digest> {
  const folders = new Set(['app']);
  for (const path of Object.keys(files)) {
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++)
      folders.add(['app', ...parts.slice(0, depth)].join('/'));
  }
  const entries: LayerEntry[] = [...folders].sort().map((folder) => ({ path: `/${folder}`, type: 'dir' }));
  for (const [path, file] of Object.entries(files)) {
    const place = { path: `/app/${path}` };
    if (typeof file === 'string') entries.push({ ...place, type: 'file', content: file });
    else if ('program' in file) entries.push({ ...place, type: 'file', mode: 0o755, content: file.program });
    else entries.push({ ...place, type: 'link', linkTarget: file.link });
  }
  const ingested = await store.ingest(packLayer(entries), {
    base,
    limits: defaultIngestLimits,
    ignore: [],
  });
  if (!ingested.ok) throw new Error(ingested.reason);
  return ingested.tree;
}

/** For scorers that need no tools. */
export const noTools: Toolbox = {
  get: async (tool) => {
    throw new Error(`no tool was to be asked for, least of all ${JSON.stringify(tool)}`);
  },
};
