import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Framework } from '../../../harness/domain/test-settings.ts';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import { harnessDir } from '../paths.ts';
import type { FrameworkRunner } from './runner.ts';
import { undumpArchitectures, undumpLibrary } from './undump.ts';

const assets = join(import.meta.dirname, 'assets', 'node');
const folder = `${harnessDir}/node`;

/**
 * A runner for a framework that runs on Node. `assets/node/<framework>-main.mjs` is the process that reports, started by
 * the image's own Node and never by one in the workspace.
 */
export function nodeRunner(framework: Framework, defaultFiles: readonly string[]): FrameworkRunner {
  return {
    framework,
    defaultFiles,
    async plan({ workdir, files, config, integrity, library }) {
      const told = library === undefined ? {} : { library: library.settings };
      const input = JSON.stringify({ workdir, files, config, integrity, ...told });
      return {
        entries: [
          ...(await scripts()),
          ...undumpArchitectures.map((architecture): LayerEntry => {
            const path = `${folder}/undump-${architecture}.node`;
            return { path, type: 'file', mode: 0o644, content: undumpLibrary(architecture) };
          }),
          { path: `${folder}/run.json`, type: 'file', mode: 0o644, content: input },
          ...(library === undefined
            ? []
            : [
                {
                  path: `${folder}/library.mjs`,
                  type: 'file' as const,
                  mode: 0o644,
                  content: library.script,
                },
              ]),
        ],
        command: [
          ...['/bin/sh', `${folder}/start.sh`, workdir],
          ...[`${folder}/${framework}-main.mjs`, `${folder}/run.json`],
        ],
        env: { CI: '1', NO_COLOR: '1' },
      };
    },
  };
}

/** Everything under `assets/node/`, folders first. */
async function scripts(): Promise<LayerEntry[]> {
  const found = await readdir(assets, { recursive: true, withFileTypes: true });
  const entries = await Promise.all(
    found.map(async (entry): Promise<LayerEntry> => {
      const file = join(entry.parentPath, entry.name);
      const path = `${folder}${file.slice(assets.length).split(sep).join('/')}`;
      if (entry.isDirectory()) return { path, type: 'dir', mode: 0o755 };
      return { path, type: 'file', mode: 0o644, content: await readFile(file) };
    }),
  );
  const byKind = (entry: LayerEntry) => (entry.type === 'dir' ? 0 : 1);
  return [{ path: folder, type: 'dir', mode: 0o755 }, ...entries.toSorted((a, b) => byKind(a) - byKind(b))];
}
