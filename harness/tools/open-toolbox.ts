import { join } from 'node:path';
import PQueue from 'p-queue';
import { cacheFolder } from '../sandbox/file-lock.ts';
import { sharedWork } from '../sandbox/shared-work.ts';
import { ensureInstalled } from './installation.ts';
import { pinnedTools, pinOf } from './pins.ts';
import { archOf, type Recipe, recipeOf } from './recipe.ts';
import { type InstalledTool, type Toolbox, toolsDir } from './toolbox.ts';

interface ToolboxOptions {
  /** Folder of installations. It and everything in it may be deleted whenever nothing of ours runs. */
  cache?: string;
  /** Architecture of the engine's containers, as Node names it; this machine's by default. */
  arch?: string;
  log?: (line: string) => void;
  /** Addresses of registries, proxies and npm's own settings are taken from here. */
  env?: NodeJS.ProcessEnv;
}

/** npm and unpacking keep a processor busy each. */
const installationsAtOnce = 2;

/**
 * The toolbox of this user and machine. An installation is checked once per toolbox, when it is first asked for. What
 * is no longer what was installed is installed anew: that finds decay and accidents, not someone who may write there.
 * Of a `PackageRef` on PyPI only the project itself is installed, none of what it depends on.
 */
export function openToolbox(options: ToolboxOptions = {}): Toolbox {
  const { env = process.env, log = () => undefined } = options;
  const cache = options.cache ?? join(cacheFolder(env), 'tools');
  const shared = sharedWork<InstalledTool>(new AbortController().signal);
  const queue = new PQueue({ concurrency: installationsAtOnce });

  const install = async (recipe: Recipe, signal: AbortSignal): Promise<InstalledTool> => {
    const { files, digest } = await ensureInstalled(recipe, cache, { log, signal });
    const { name, version } = recipe;
    return {
      name,
      version,
      digest: pinnedTools.includes(name) ? pinOf(name).digest : digest,
      mount: { source: files, target: `${toolsDir}/${name}` },
    };
  };

  return {
    async get(tool, signal) {
      const recipe = recipeOf(tool, archOf(options.arch ?? process.arch), env);
      return await shared.get(recipe.folder, signal, (lasting) =>
        queue.add(() => install(recipe, lasting), { signal: lasting }),
      );
    },
  };
}
