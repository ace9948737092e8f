import { posix } from 'node:path';
import type { LayerEntry } from '../../harness/sandbox/layer.ts';
import { foldersAbove } from '../path-filter.ts';
import type { CandidateLayer } from '../workspace.ts';

/**
 * Files of the candidate that would steer a tool by their names, and are code: each is analysed under another name in its
 * folder, for the name itself is the base's. By that name, the path that it stands for.
 */
export type StandIns = ReadonlyMap<string, string>;

/** Names for some paths that no file and no folder of the tree has. */
export function standInsFor(paths: readonly string[], tree: readonly string[]): StandIns {
  if (paths.length === 0) return new Map();
  const taken = new Set(tree.flatMap((path) => [path, ...foldersAbove(path)]));
  return new Map(
    paths.map((path) => {
      const [folder, name] = [posix.dirname(path), posix.basename(path)];
      for (let number = 1; ; number += 1) {
        const standIn = posix.join(folder, `assay-${number}-${name}`);
        if (!taken.has(standIn)) return [standIn, path];
      }
    }),
  );
}

/** The layer with the stand-ins' contents. */
export function withStandIns(
  layer: CandidateLayer,
  standIns: StandIns,
  { workdir, user }: { workdir: string; user: { uid: number; gid: number } },
  read: (path: string) => Promise<Uint8Array>,
): CandidateLayer {
  async function* entries(): AsyncGenerator<LayerEntry> {
    yield* layer.entries;
    for (const [standIn, path] of standIns)
      yield { path: `${workdir}/${standIn}`, type: 'file', content: await read(path), ...user };
  }
  return { ...layer, entries: entries() };
}
