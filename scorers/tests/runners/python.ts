import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Framework } from '../../../harness/domain/test-settings.ts';
import type { LayerEntry } from '../../../harness/sandbox/layer.ts';
import { harnessDir } from '../paths.ts';
import type { RunnerInput, RunnerPlan } from './runner.ts';

const assets = join(import.meta.dirname, 'assets', 'python');
const dir = `${harnessDir}/python`;

/** How both Python frameworks are run: scripts of ours in the container, which read what to run from a file. */
export async function planPython(framework: Framework, input: RunnerInput): Promise<RunnerPlan> {
  const { workdir, files, config, integrity, library } = input;
  const told = library === undefined ? {} : { library: library.settings };
  const settings = JSON.stringify({ framework, workdir, files, config, integrity, ...told });
  return {
    entries: [
      ...(await scripts()),
      { path: `${dir}/settings.json`, type: 'file', content: settings },
      ...(library === undefined
        ? []
        : [{ path: `${dir}/assay/library.py`, type: 'file' as const, content: library.script }]),
    ],
    command: ['/bin/sh', `${dir}/start.sh`, workdir, `${dir}/main.py`],
    // What start.sh sets, it sets where nothing else did.
    env: {},
  };
}

async function scripts(): Promise<LayerEntry[]> {
  const names = (await readdir(assets, { recursive: true })).filter((name) => /\.(py|sh|ini)$/.test(name));
  return [
    { path: harnessDir, type: 'dir' },
    ...[dir, `${dir}/assay`].map((path): LayerEntry => ({ path, type: 'dir' })),
    ...(await Promise.all(
      names.sort().map(
        async (name): Promise<LayerEntry> => ({
          path: `${dir}/${name}`,
          type: 'file',
          content: await readFile(join(assets, name)),
        }),
      ),
    )),
  ];
}
